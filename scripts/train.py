"""Train a classifier on a built dataset or a public stance set: see conf/train.yaml for every option."""

from __future__ import annotations

from pathlib import Path

from omegaconf import DictConfig

from peacestance.config import script


@script("train")
def main(composed: DictConfig) -> float | None:
    """Return validation macro-F1, which a sweeper maximises."""
    from hydra.core.hydra_config import HydraConfig

    from peacestance.config import run_folder, to_config
    from peacestance.corpus.public import PUBLIC_SETS
    from peacestance.evaluation.public import comparison, score_checkpoint, system, with_public_data
    from peacestance.report import public_table
    from peacestance.training import TrainConfig, train

    name = HydraConfig.get().runtime.choices["data"]
    config = to_config(TrainConfig, composed)
    output = run_folder()
    if name in PUBLIC_SETS:
        config = with_public_data(name, config, Path(output) / "dataset")
    result = train(config, output)
    if name in PUBLIC_SETS:
        rows = comparison(name, {system(config): score_checkpoint(name, config, output)})
        shown = f"{public_table(name, rows)}\n\n"
    score = result.validation.get("macro_f1")
    if name not in PUBLIC_SETS:  # in which some labels never occur
        shown = "no validation split, " if score is None else f"validation macro-F1 {score:.3f}, "
    print(f"{shown}trained in {result.seconds:.0f} s; checkpoint in {output}")
    return score


if __name__ == "__main__":
    main()
