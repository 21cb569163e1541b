"""Train the tagger that helps to find statements: see conf/tagger.yaml for every option."""

from __future__ import annotations

from pathlib import Path

from omegaconf import DictConfig

from peacestance.config import script


@script("tagger")
def main(composed: DictConfig) -> None:
    from peacestance.config import run_folder, to_config
    from peacestance.tagging import TaggerConfig, train_tagger

    output = Path(run_folder())
    windows = train_tagger(to_config(TaggerConfig, composed), output)
    print(f"learnt from {windows} windows; tagger in {output / 'tagger'}")


if __name__ == "__main__":
    main()
