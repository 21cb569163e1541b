"""Measure what the data teaches, into benchmarks/learning.json and a picture of it: see conf/learning.yaml."""

from __future__ import annotations

from pathlib import Path

from omegaconf import DictConfig

from peacestance.config import script


@script("learning")
def main(composed: DictConfig) -> None:
    from peacestance.config import run_folder, to_config
    from peacestance.describe import draw_learning
    from peacestance.learning import LearningConfig, learning_runs
    from peacestance.measured import Summary, measure_into
    from peacestance.report import measured_table

    config = to_config(LearningConfig, composed)
    folder = Path(run_folder())
    runs, sets = learning_runs(config, folder)
    found = measure_into("benchmarks/learning.json", config, runs, sets, folder, config.workers)
    draw_learning([Summary(**row) for row in found["rows"]], "data/pictures/learning.png")
    print(measured_table(found["rows"], found["sets"]))


if __name__ == "__main__":
    main()
