"""Measure what the data teaches, into benchmarks/learning.json and a picture of it: see conf/learning.yaml."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import hydra
from omegaconf import DictConfig

from peacestance.schema import InputError

# this folder's evaluate.py must not stand in for the package of that name
sys.path = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]


@hydra.main(version_base="1.3", config_path="../conf", config_name="learning")
def main(composed: DictConfig) -> None:
    from peacestance.config import run_folder, to_config
    from peacestance.describe import draw_learning
    from peacestance.files import write_json
    from peacestance.learning import LearningConfig, learning_curve, prepare, summarize_points
    from peacestance.provenance import record
    from peacestance.report import table

    try:
        config = to_config(LearningConfig, composed)
        folder = Path(run_folder())
        datasets, sets = prepare(config, folder)
        sizes = {name: len(statements) for name, statements in sets.items()}
        points = []
        for point in learning_curve(config, datasets, sets, folder):
            points.append(point)
            scores = ", ".join(f"{name} {own['macro_f1']:.3f}" for name, own in point.scores.items())
            print(f"{point.model} {point.corpus} {point.fraction:.0%} seed {point.seed}: {scores}", flush=True)
            # after every point, since all of them take hours
            summaries = summarize_points(points)
            runs = [{key: value for key, value in asdict(own).items() if key != "key"} for own in points]
            facts = {"rows": [asdict(summary) for summary in summaries], "ratios": {}, "sets": sizes, "runs": runs}
            write_json("benchmarks/learning.json", record(config, **facts))
            draw_learning(summaries, "data/pictures/learning.png")
    except InputError as error:
        sys.exit(f"error: {error}")
    head = ["model", "corpus", "share", "statements", "seeds", *sets]
    rows = [[s.model, s.corpus, s.fraction, s.train_statements, s.seeds, *s.mean.values()] for s in summaries]
    print(table(head, rows))


if __name__ == "__main__":
    main()
