"""Train the tagger that helps to find statements: see conf/tagger.yaml for every option."""

from __future__ import annotations

import sys
from pathlib import Path

import hydra
from omegaconf import DictConfig

from peacestance.schema import InputError

# this folder's evaluate.py must not stand in for the package of that name
sys.path = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]


@hydra.main(version_base="1.3", config_path="../conf", config_name="tagger")
def main(composed: DictConfig) -> None:
    from peacestance.config import run_folder, to_config
    from peacestance.tagging import TaggerConfig, train_tagger

    try:
        output = Path(run_folder())
        windows = train_tagger(to_config(TaggerConfig, composed), output)
    except InputError as error:
        sys.exit(f"error: {error}")
    print(f"learnt from {windows} windows; tagger in {output / 'tagger'}")


if __name__ == "__main__":
    main()
