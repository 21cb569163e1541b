"""Train a classifier on a built dataset: see conf/train.yaml for every option."""

from __future__ import annotations

import sys
from pathlib import Path

import hydra
from omegaconf import DictConfig

from peacestance.schema import InputError

# this folder's evaluate.py must not stand in for the package of that name
sys.path = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]


@hydra.main(version_base="1.3", config_path="../conf", config_name="train")
def main(composed: DictConfig) -> float | None:
    """Return validation macro-F1, which a sweeper maximises."""
    from peacestance.config import run_folder, to_config
    from peacestance.training import TrainConfig, train

    try:
        config = to_config(TrainConfig, composed)
        output = run_folder()
        result = train(config, output)
    except InputError as error:
        sys.exit(f"error: {error}")
    score = result.validation.get("macro_f1")
    shown = "no validation split" if score is None else f"validation macro-F1 {score:.3f}"
    print(f"{shown}, trained in {result.seconds:.0f} s; checkpoint in {output}")
    return score


if __name__ == "__main__":
    main()
