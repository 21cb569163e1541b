"""Compare rivals, or ingredients, trained on the same data: see conf/models.yaml."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import hydra
from omegaconf import DictConfig

from peacestance.schema import InputError

# this folder's evaluate.py must not stand in for the package of that name
sys.path = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]


@hydra.main(version_base="1.3", config_path="../conf", config_name="models")
def main(composed: DictConfig) -> None:
    from peacestance.config import run_folder, to_config
    from peacestance.evaluation.rivals import RivalsConfig, rival_runs
    from peacestance.files import write_json
    from peacestance.learning import held_out
    from peacestance.measured import measure, summarize
    from peacestance.provenance import record
    from peacestance.report import measured_table, point_line

    try:
        config = to_config(RivalsConfig, composed)
        sets = held_out(config.held_out, config.statements)
        sizes = {name: len(statements) for name, statements in sets.items()}
        points = []
        for point in measure(rival_runs(config), sets, Path(run_folder()), config.workers):
            points.append(point)
            print(point_line(point), flush=True)
            # after every point, since all of them take hours
            rows = [asdict(summary) for summary in summarize(points)]
            facts = {"rows": rows, "ratios": {}, "sets": sizes, "runs": [own.to_row() for own in points]}
            write_json(config.json, record(config, **facts))
    except InputError as error:
        sys.exit(f"error: {error}")
    print(measured_table(rows, sizes))


if __name__ == "__main__":
    main()
