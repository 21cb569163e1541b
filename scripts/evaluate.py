"""Score checkpoints on held-out statements: see conf/evaluate.yaml for every option."""

from __future__ import annotations

import sys
from pathlib import Path

import hydra
from omegaconf import DictConfig

from peacestance.schema import InputError

# this folder's evaluate.py must not stand in for the package of that name
sys.path = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]


@hydra.main(version_base="1.3", config_path="../conf", config_name="evaluate")
def main(composed: DictConfig) -> None:
    from peacestance.config import EvaluateConfig, run_folder, to_config
    from peacestance.evaluation.run import evaluate_checkpoints
    from peacestance.report import comparison_table, scores_table

    try:
        config = to_config(EvaluateConfig, composed)
        output = run_folder()
        evaluations, comparisons = evaluate_checkpoints(config, output)
    except InputError as error:
        sys.exit(f"error: {error}")
    for evaluation in evaluations:
        print(scores_table(evaluation))
    if comparisons:
        print(comparison_table(comparisons))
    print(f"report in {output}")


if __name__ == "__main__":
    main()
