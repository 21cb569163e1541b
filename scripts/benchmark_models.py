"""Compare rivals, or ingredients, trained on the same data: see conf/models.yaml."""

from __future__ import annotations

from pathlib import Path

from omegaconf import DictConfig

from peacestance.config import script


@script("models")
def main(composed: DictConfig) -> None:
    from peacestance.config import run_folder, to_config
    from peacestance.evaluation.rivals import RivalsConfig, rival_runs
    from peacestance.learning import held_out
    from peacestance.measured import measure_into
    from peacestance.report import measured_table

    config = to_config(RivalsConfig, composed)
    sets = held_out(config.held_out, config.statements)
    found = measure_into(config.json, config, rival_runs(config), sets, Path(run_folder()), config.workers)
    print(measured_table(found["rows"], found["sets"]))


if __name__ == "__main__":
    main()
