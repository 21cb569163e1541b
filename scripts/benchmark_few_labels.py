"""Measure what a start from a checkpoint is worth with few labels, into benchmarks/few_labels.json."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from pathlib import Path

import hydra
from omegaconf import DictConfig

from peacestance.schema import InputError

# this folder's evaluate.py must not stand in for the package of that name
sys.path = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]


@hydra.main(version_base="1.3", config_path="../conf", config_name="few_labels")
def main(composed: DictConfig) -> None:
    from peacestance.config import run_folder, to_config
    from peacestance.evaluation.few_labels import FewLabelsConfig, few_label_runs
    from peacestance.files import write_json
    from peacestance.measured import measure, summarize
    from peacestance.provenance import record
    from peacestance.report import measured_table, point_line

    try:
        config = to_config(FewLabelsConfig, composed)
        folder = Path(run_folder())
        runs, sets = few_label_runs(config, folder)
        points = []
        for point in measure(runs, sets, folder, config.workers):
            print(point_line(point), flush=True)
            (own,) = point.scores.values()
            points.append(replace(point, scores={config.split: own}))
    except InputError as error:
        sys.exit(f"error: {error}")
    order = [run.name for run in runs]
    rows = [asdict(s) for s in summarize(sorted(points, key=lambda point: order.index(point.name)))]
    sizes = {config.split: sum(map(len, sets.values())) // len(config.seeds)}
    facts = {"rows": rows, "ratios": {}, "sets": sizes, "runs": [own.to_row() for own in points]}
    write_json("benchmarks/few_labels.json", record(config, **facts))
    print(measured_table(rows, sizes))


if __name__ == "__main__":
    main()
