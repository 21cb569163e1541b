"""Measure the speed of training beside the plain recipe, into benchmarks/training.json: see conf/speed.yaml."""

from __future__ import annotations

from dataclasses import asdict

from omegaconf import DictConfig

from peacestance.config import script


@script("speed")
def main(composed: DictConfig) -> None:
    from peacestance.config import to_config
    from peacestance.evaluation.speed import SpeedConfig, measure_speed, speed_rows
    from peacestance.files import write_json
    from peacestance.provenance import record
    from peacestance.report import speed_table

    config = to_config(SpeedConfig, composed)
    timed = measure_speed(config)
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
