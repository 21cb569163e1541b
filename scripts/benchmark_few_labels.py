"""Measure what a start from a checkpoint is worth with few labels, into benchmarks/few_labels.json."""

from __future__ import annotations

from pathlib import Path

from omegaconf import DictConfig

from peacestance.config import script


@script("few_labels")
def main(composed: DictConfig) -> None:
    from peacestance.config import run_folder, to_config
    from peacestance.evaluation.few_labels import FewLabelsConfig, few_label_runs
    from peacestance.measured import measure_into
    from peacestance.report import measured_table

    config = to_config(FewLabelsConfig, composed)
    folder = Path(run_folder())
    runs, sets = few_label_runs(config, folder)
    found = measure_into("benchmarks/few_labels.json", config, runs, sets, folder, config.workers, config.split)
    print(measured_table(found["rows"], found["sets"]))


if __name__ == "__main__":
    main()
