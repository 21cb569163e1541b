"""Trainings that are measured: a list of runs in, their scores out, several at a time, going on after a stop."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from peacestance.checkpoints import load_checkpoint
from peacestance.dataset import labelled, read_manifest
from peacestance.encoders import sha256_of
from peacestance.evaluation.metrics import stance_scores
from peacestance.files import read_jsonl, write_json, write_jsonl
from peacestance.modeling import render
from peacestance.provenance import plain, record
from peacestance.report import point_line
from peacestance.schema import LABEL2ID, LABELS, InputError, Statement
from peacestance.training import TrainConfig, draw_articles, train


class Predictor(Protocol):
    """What is scored: a model of ours, or a rival."""

    def logits(self, statements: Sequence[Statement], batch_size: int) -> np.ndarray:
        """Float32 array of shape (statements, labels)."""


Fit = Callable[[TrainConfig, Sequence[Statement]], Predictor]
"""Trains a model that has no checkpoint of ours on statements."""


@dataclass(frozen=True)
class Run:
    """One training that is measured.

    Attributes:
        name: the row of a table that it belongs to; runs of one name differ in their seeds or folds.
        config: how it is trained; `data.path` is a built dataset.
        sets: names of the sets to score on; all where empty.
        fit: trains in place of `train`.
        trained: whether it learns from the dataset at all.
    """

    name: str
    config: TrainConfig
    sets: tuple[str, ...] = ()
    fit: Fit | None = None
    trained: bool = True


@dataclass(frozen=True)
class Point:
    """A measured run; `key` tells what it came from.

    `scores` has for each set `macro_f1`, `f_avg` (mean F1 of support and oppose), `accuracy` and each label's F1;
    `megabytes` is the size of the checkpoint's weights, None where there is no checkpoint.
    """

    name: str
    seed: int
    train_articles: int
    train_statements: int
    seconds: float
    megabytes: float | None
    key: str
    scores: dict[str, dict[str, float]] = field(default_factory=dict)

    def to_row(self) -> dict[str, object]:
        """The point as a benchmark's JSON holds it."""
        return {name: value for name, value in asdict(self).items() if name != "key"}


def measure(
    runs: Sequence[Run], sets: Mapping[str, Sequence[Statement]], folder: Path, workers: int
) -> Iterator[Point]:
    """Train every run and yield its scores on the sets, as they are ready.

    Finished points are kept in `folder/points.jsonl`, so that an interrupted call goes on; a point of another config,
    of other data or of other sets is measured again.

    Raises:
        InputError: a dataset is missing or damaged, or a run's config is impossible.
    """
    file = folder / "points.jsonl"
    done = {point.key: point for point in read_jsonl(file, lambda row: Point(**row))} if file.exists() else {}
    wanted = {}
    prints: dict[str, str] = {}
    for run in runs:
        own = {name: sets[name] for name in run.sets or sets}
        path = run.config.data.path
        prints[path] = prints.get(path) or read_manifest(path).content_hash
        given = [place for place in (*run.config.data.soft, run.config.init) if place]
        for place in given:  # what stands there may have been made anew
            prints[place] = prints.get(place) or _contents(Path(place))
        came_from = [prints[place] for place in (path, *given)]
        key = json.dumps([run.name, plain(run.config), *came_from, {n: _print(s) for n, s in own.items()}])
        wanted[key] = (run, own, folder, key)
    yield from (done[key] for key in wanted if key in done)
    missing = [arguments for key, arguments in wanted.items() if key not in done]
    if not missing:
        return
    # torch does not survive a fork
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        futures = [pool.submit(_measure, *arguments) for arguments in missing]
        try:
            for future in as_completed(futures):
                point = future.result()
                done[point.key] = point
                write_jsonl(file, map(asdict, done.values()))
                yield point
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def measure_into(
    file: str | Path, config: object, runs: Sequence[Run], sets: Mapping[str, Sequence[Statement]], folder: Path,
    workers: int, pooled: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Measure runs, tell of each, and write all so far into a JSON file after each, since all of them take hours.

    Where every run is scored on a set of its own, such as a fold, `pooled` names what these sets are parts of. Returns
    what the file holds.

    Raises:
        InputError: as `measure`, or there is nothing to measure.
    """
    if not runs:
        raise InputError("nothing to measure", remedy="give seeds, and settings or recipes")
    order = list(dict.fromkeys(run.name for run in runs))
    sizes = {name: len(own) for name, own in sets.items()}
    if pooled:
        sizes = {pooled: len({s.id for own in sets.values() for s in own})}
    points: list[Point] = []
    written: dict[str, Any] = {}
    for point in measure(runs, sets, folder, workers):
        if pooled:
            (own,) = point.scores.values()
            point = replace(point, scores={pooled: own})
        points.append(point)
        print(point_line(point), flush=True)
        rows = summarize(sorted(points, key=lambda p: order.index(p.name)))
        facts = {"rows": [asdict(own) for own in rows], "ratios": ratios(rows), "runs": [p.to_row() for p in points]}
        written = record(config, sets=sizes, **facts)
        write_json(file, written)
    return written


def _print(statements: Sequence[Statement]) -> str:
    rows = "".join(f"{s.id} {s.stance} {render(s)}\n" for s in statements)
    return hashlib.sha256(rows.encode()).hexdigest()[:16]


def _contents(place: Path) -> str:
    """A fingerprint of a file, or of a checkpoint's weights."""
    files = sorted(place.glob("*.safetensors")) if place.is_dir() else [place]
    return " ".join(sha256_of(file)[:16] for file in files if file.is_file())


def _measure(run: Run, sets: Mapping[str, Sequence[Statement]], folder: Path, key: str) -> Point:
    import torch

    config = run.config
    torch.set_num_threads(max(1, config.trainer.threads))
    statements: list[Statement] = []
    if run.trained:
        statements = draw_articles(labelled(config.data.path, config.data.train), config.data.fraction, config.seed)
    started = time.perf_counter()
    megabytes = None
    if run.fit:
        model: Predictor = run.fit(config, statements)
    else:
        with tempfile.TemporaryDirectory(prefix=".checkpoint.", dir=folder) as checkpoint:
            train(config, checkpoint)
            model, _ = load_checkpoint(checkpoint, source=config.model)
            megabytes = round(sum(path.stat().st_size for path in Path(checkpoint).glob("*.safetensors")) / 1e6, 2)
    seconds = time.perf_counter() - started
    scores = {name: score(model, own, config.trainer.eval_batch_size) for name, own in sets.items()}
    articles = len({s.article_id for s in statements})
    return Point(
        run.name, config.seed, articles, len(statements), round(seconds, 1), megabytes, key, scores
    )  # fmt: skip


def score(model: Predictor, statements: Sequence[Statement], batch_size: int) -> dict[str, float]:
    """A point's scores of a model on labelled statements."""
    guess = model.logits(statements, batch_size).argmax(axis=1)
    own = stance_scores(guess, np.array([LABEL2ID[s.stance or ""] for s in statements]))
    labels = {label: own["per_label"][label]["f1"] for label in LABELS}
    return {name: own[name] for name in ("macro_f1", "f_avg", "accuracy")} | labels


@dataclass(frozen=True)
class Summary:
    """The points of one name: mean and standard deviation of every score for each set, over seeds and folds."""

    name: str
    runs: int
    train_statements: int
    seconds: float
    megabytes: float | None
    mean: dict[str, dict[str, float]]
    spread: dict[str, dict[str, float]]


def summarize(points: Sequence[Point]) -> list[Summary]:
    """Average points of one name, in the order in which names first come; a set is averaged where a point has it."""
    names: dict[str, list[Point]] = {}
    for point in points:
        names.setdefault(point.name, []).append(point)
    found = []
    for name, own in names.items():
        sets = dict.fromkeys(key for point in own for key in point.scores)
        rows = {key: [point.scores[key] for point in own if key in point.scores] for key in sets}
        sizes = [point.megabytes for point in own if point.megabytes is not None]
        found.append(
            Summary(
                name, len(own), round(float(np.mean([p.train_statements for p in own]))),
                round(float(np.mean([p.seconds for p in own])), 1), float(np.mean(sizes)) if sizes else None,
                {key: {f: float(np.mean([r[f] for r in scores])) for f in scores[0]} for key, scores in rows.items()},
                {key: {f: _spread([r[f] for r in scores]) for f in scores[0]} for key, scores in rows.items()},
            )
        )  # fmt: skip
    return found


def ratios(rows: Sequence[Summary]) -> dict[str, float]:
    """The mean macro-F1 of each row on each set, as a multiple of what the first row has there."""
    first, *others = rows
    return {
        f"{own.name} / {first.name}, {name}": own.mean[name]["macro_f1"] / scores["macro_f1"]
        for name, scores in first.mean.items()
        for own in others
        if name in own.mean and scores["macro_f1"]
    }


def _spread(values: list[float]) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
