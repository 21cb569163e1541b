"""Label the statements of new articles: see conf/predict.yaml for every option."""

from __future__ import annotations

from omegaconf import DictConfig

from peacestance.config import script


@script("predict")
def main(composed: DictConfig) -> None:
    from peacestance.config import PredictConfig, to_config
    from peacestance.inference import predict_file
    from peacestance.report import speakers_table

    config = to_config(PredictConfig, composed)
    done = predict_file(
        config.input, config.output, config.checkpoint, config.batch_size, config.abstain, tagger=config.tagger
    )
    for result in done.shown:
        print(speakers_table(result))
    print(f"{done.statements} statements of {done.articles} articles in {config.output}")


if __name__ == "__main__":
    main()
