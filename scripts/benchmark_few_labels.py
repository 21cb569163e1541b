"""Measure what a start from a checkpoint is worth with few labels, into benchmarks/few_labels.json."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

from omegaconf import DictConfig

from peacestance.config import script


@script("few_labels")
def main(composed: DictConfig) -> None:
    from peacestance.config import run_folder, to_config
    from peacestance.evaluation.few_labels import FewLabelsConfig, few_label_runs
    from peacestance.files import write_json
    from peacestance.measured import measure, summarize
    from peacestance.provenance import record
    from peacestance.report import measured_table, point_line

    config = to_config(FewLabelsConfig, composed)
    folder = Path(run_folder())
    runs, sets = few_label_runs(config, folder)
    points = []
    for point in measure(runs, sets, folder, config.workers):
        print(point_line(point), flush=True)
        (own,) = point.scores.values()
        points.append(replace(point, scores={config.split: own}))
    order = [run.name for run in runs]
    rows = [asdict(s) for s in summarize(sorted(points, key=lambda point: order.index(point.name)))]
    sizes = {config.split: sum(map(len, sets.values())) // len(config.seeds)}
    facts = {"rows": rows, "ratios": {}, "sets": sizes, "runs": [own.to_row() for own in points]}
    write_json("benchmarks/few_labels.json", record(config, **facts))
    print(measured_table(rows, sizes))


if __name__ == "__main__":
    main()
