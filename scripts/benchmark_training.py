"""Measure the speed of training beside the plain recipe, into benchmarks/training.json: see conf/speed.yaml."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import hydra
from omegaconf import DictConfig

from peacestance.schema import InputError

# this folder's evaluate.py must not stand in for the package of that name
sys.path = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]


@hydra.main(version_base="1.3", config_path="../conf", config_name="speed")
def main(composed: DictConfig) -> None:
    from peacestance.config import to_config
    from peacestance.evaluation.speed import SpeedConfig, measure_speed, speed_rows
    from peacestance.files import write_json
    from peacestance.provenance import record
    from peacestance.report import speed_table

    try:
        config = to_config(SpeedConfig, composed)
        timed = measure_speed(config)
    except InputError as error:
        sys.exit(f"error: {error}")
    rows = speed_rows(timed)
    ours, plain = (row["mean"] for row in rows)
    ratios = {"statements a second, the plain recipe": ours["statements_per_second"] / plain["statements_per_second"]}
    ratios |= {"peak memory, the plain recipe": ours["peak_mib"] / plain["peak_mib"]}
    write_json(
        "benchmarks/training.json", record(config, rows=rows, ratios=ratios, runs=[asdict(own) for own in timed])
    )
    print(speed_table(rows))


if __name__ == "__main__":
    main()
