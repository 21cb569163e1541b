"""Score checkpoints on held-out statements: see conf/evaluate.yaml for every option."""

from __future__ import annotations

from omegaconf import DictConfig

from peacestance.config import script


@script("evaluate")
def main(composed: DictConfig) -> None:
    from peacestance.config import EvaluateConfig, run_folder, to_config
    from peacestance.evaluation.run import evaluate_checkpoints
    from peacestance.report import comparison_table, scores_table

    config = to_config(EvaluateConfig, composed)
    output = run_folder()
    evaluations, comparisons = evaluate_checkpoints(config, output)
    for evaluation in evaluations:
        print(scores_table(evaluation))
    if comparisons:
        print(comparison_table(comparisons))
    print(f"report in {output}")


if __name__ == "__main__":
    main()
