"""Label the statements of new articles: see conf/predict.yaml for every option."""

from __future__ import annotations

import sys

import hydra
from omegaconf import DictConfig

from peacestance.schema import InputError


@hydra.main(version_base="1.3", config_path="../conf", config_name="predict")
def main(composed: DictConfig) -> None:
    from peacestance.config import PredictConfig, to_config
    from peacestance.inference import predict_file
    from peacestance.report import speakers_table

    try:
        config = to_config(PredictConfig, composed)
        done = predict_file(
            config.input, config.output, config.checkpoint, config.batch_size, config.abstain, tagger=config.tagger
        )
    except InputError as error:
        sys.exit(f"error: {error}")
    for result in done.shown:
        print(speakers_table(result))
    print(f"{done.statements} statements of {done.articles} articles in {config.output}")


if __name__ == "__main__":
    main()
