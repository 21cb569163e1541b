"""Measure what the data teaches, into benchmarks/learning.json and a picture of it: see conf/learning.yaml."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from omegaconf import DictConfig

from peacestance.config import script


@script("learning")
def main(composed: DictConfig) -> None:
    from peacestance.config import run_folder, to_config
    from peacestance.describe import draw_learning
    from peacestance.learning import LearningConfig, learning_runs
    from peacestance.measured import measure_into
    from peacestance.report import measured_table

    config = to_config(LearningConfig, composed)
    folder = Path(run_folder())
    runs, sets = learning_runs(config, folder)
    summaries = measure_into("benchmarks/learning.json", config, runs, sets, folder, config.workers)
    draw_learning(summaries, "data/pictures/learning.png")
    print(measured_table([asdict(own) for own in summaries], {name: len(own) for name, own in sets.items()}))


if __name__ == "__main__":
    main()
