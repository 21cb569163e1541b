"""Evaluation protocols: a model trained and tested on every division of the articles that a protocol consists of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from peacestance.corpus import Corpus, CorpusConfig, read_corpus
from peacestance.dataset import BuildConfig, build_dataset, labelled
from peacestance.measured import Point, Run, summarize
from peacestance.modeling import ModelConfig, ModelKind
from peacestance.schema import InputError, Statement
from peacestance.splits import SplitConfig, folds_of
from peacestance.training import DataConfig, TrainConfig, TrainerConfig

LEAST_SEEDS = 3
"""Fewer seeds make no result."""
_BETWEEN = ", "


@dataclass
class ProtocolsConfig:
    """What is measured.

    Attributes:
        protocols: how articles are divided, by name; the seeds stand in for `seed` of each.
        corpus: the articles; those without annotations are passed over.
        model: what is trained.
        trainer: how it is trained; the validation split of each division chooses the epoch.
        least: statements that a conflict must have to be left out in its turn.
        seeds: each draws the divisions anew, where a protocol draws, and is the seed of the training.
        workers: trainings at a time, each with `trainer.threads` threads (one where 0).
        json: file of the results.
        output: folder of datasets and finished points.
    """

    protocols: dict[str, SplitConfig]
    corpus: CorpusConfig = field(default_factory=CorpusConfig)
    model: ModelConfig = field(default_factory=lambda: ModelConfig(kind=ModelKind.tfidf))
    trainer: TrainerConfig = field(default_factory=TrainerConfig)
    least: int = 200
    seeds: list[int] = field(default_factory=lambda: [1, 2, 3])
    workers: int = 2
    json: str = "benchmarks/protocols.json"
    output: str = "outputs/protocols"

    def __post_init__(self) -> None:
        if len(set(self.seeds)) < max(LEAST_SEEDS, len(self.seeds)):
            raise InputError(f"seeds={self.seeds} make no result", remedy=f"{LEAST_SEEDS} different ones or more")


def protocol_runs(config: ProtocolsConfig, folder: Path) -> tuple[list[Run], dict[str, list[Statement]]]:
    """Build every division of every protocol for every seed in `folder`; returns the runs, and the sets to score on.

    A run is named after its protocol and division (`k_fold, 0`). It is scored on the test splits of its own dataset,
    which are named `DATASET/SPLIT`.

    Raises:
        InputError: the corpus is malformed, or a protocol does not fit it.
    """
    corpus = read_corpus(config.corpus)
    corpus = Corpus([a for a in corpus.articles if a.annotations], corpus.left_out)
    runs: list[Run] = []
    sets: dict[str, list[Statement]] = {}
    for seed, (protocol, splits) in product(config.seeds, config.protocols.items()):
        for division, own in folds_of(replace(splits, seed=seed), corpus.articles, config.least):
            name = f"{protocol}{_BETWEEN}{division}" if division else protocol
            dataset = f"{quote(name, safe=' ,')}, seed {seed}"
            path = folder / dataset
            manifest = build_dataset(BuildConfig(config.corpus, splits=own), path, corpus)
            tests = {f"{dataset}/{s}": labelled(path, s) for s in manifest.splits if s.startswith("test")}
            data = DataConfig(str(path), validation="validation" if "validation" in manifest.splits else "")
            runs.append(Run(name, TrainConfig(config.model, data, config.trainer, seed=seed), tuple(tests)))
            sets |= tests
    return runs, sets


def protocol_rows(points: Sequence[Point], sizes: Mapping[str, int]) -> list[dict[str, Any]]:
    """Mean and spread of every score of each protocol over its divisions and seeds, given the sizes of all sets.

    `test_statements` is the mean size of the test. `divisions` has the same of each division over the seeds, where the
    protocol consists of several.
    """
    protocols: dict[str, list[Point]] = {}
    for point in sorted(points, key=lambda point: (point.name, point.seed)):
        protocols.setdefault(point.name.partition(_BETWEEN)[0], []).append(point)
    rows = []
    for protocol, own in protocols.items():
        (row,) = _rows([replace(point, name=protocol) for point in own], sizes)
        rows.append(row | {"divisions": _rows(own, sizes) if own[0].name != protocol else []})
    return rows


def _rows(points: Sequence[Point], sizes: Mapping[str, int]) -> list[dict[str, Any]]:
    """Summaries by name, with each point's sets named by their splits alone."""
    short = [replace(p, scores={name.rpartition("/")[2]: own for name, own in p.scores.items()}) for p in points]
    rows = []
    for summary in summarize(short):
        tests = [sizes[name] for p in points if p.name == summary.name for name in p.scores if name.endswith("/test")]
        rows.append(asdict(summary) | {"test_statements": round(float(np.mean(tests)))})
    return rows
