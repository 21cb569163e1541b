"""What the data teaches: scores by share of the real training articles, by layer, and by model, over several seeds."""

from __future__ import annotations

import json
import multiprocessing
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from peacestance.corpus import CorpusConfig, CorpusName
from peacestance.dataset import BuildConfig, build_dataset, labelled, read_manifest
from peacestance.evaluation.metrics import stance_scores
from peacestance.evaluation.run import read_labelled
from peacestance.files import read_jsonl, read_text, write_jsonl
from peacestance.modeling import ModelConfig, ModelKind, load_checkpoint
from peacestance.provenance import plain
from peacestance.schema import LABEL2ID, LABELS, Statement
from peacestance.splits import SplitConfig
from peacestance.training import DataConfig, TrainConfig, TrainerConfig, train


@dataclass
class Setting:
    """One point: a corpus, the share of its training articles, and the epochs (more where there is less)."""

    corpus: CorpusName = CorpusName.embedded
    fraction: float = 1.0
    epochs: float = 4.0


@dataclass(frozen=True)
class Point:
    """A trained model's scores: for each set macro-F1, accuracy and each label's F1; `key` tells what it came from."""

    model: str
    corpus: str
    fraction: float
    seed: int
    train_articles: int
    train_statements: int
    seconds: float
    key: str
    scores: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass
class LearningConfig:
    """What is measured.

    Attributes:
        corpus: where both layers are; each setting takes its own of them.
        splits: how articles are divided.
        trainer: how MiniLM is trained; epochs are the setting's.
        settings: the points; all are scored on the held-out splits of the first one's corpus.
        seeds: seeds of the draw of articles and of the training.
        statements: files of labelled statements or annotated articles to score on as well.
        workers: trainings at a time, each with `trainer.threads` threads (one where 0).
        output: folder of datasets, checkpoints and finished points.
    """

    corpus: CorpusConfig = field(default_factory=CorpusConfig)
    splits: SplitConfig = field(default_factory=SplitConfig)
    trainer: TrainerConfig = field(default_factory=TrainerConfig)
    settings: list[Setting] = field(default_factory=lambda: [Setting()])
    seeds: list[int] = field(default_factory=lambda: [1, 2, 3])
    statements: list[str] = field(default_factory=list)
    workers: int = 2
    output: str = "outputs/learning"


def prepare(config: LearningConfig, folder: Path) -> tuple[dict[str, str], dict[str, list[Statement]]]:
    """Build each corpus of the settings; returns their folders, and the held-out sets to score on."""
    datasets: dict[str, str] = {}
    for corpus in dict.fromkeys(setting.corpus for setting in config.settings):
        datasets[corpus.value] = str(folder / corpus.value)
        build_dataset(BuildConfig(replace(config.corpus, name=corpus), splits=config.splits), datasets[corpus.value])
    first = next(iter(datasets.values()))
    sets = {split: labelled(first, split) for split in read_manifest(first).splits if split != "train"}
    return datasets, sets | {Path(path).stem: read_labelled(path) for path in config.statements}


def learning_curve(
    config: LearningConfig, datasets: Mapping[str, str], sets: Mapping[str, Sequence[Statement]], folder: Path
) -> Iterator[Point]:
    """Train MiniLM and TF-IDF at every setting with every seed and yield their scores on `sets`, as they are ready.

    Epochs are fixed, so that no set chooses a checkpoint. Finished points are kept in `folder/points.jsonl`, so that an
    interrupted call goes on; a point of other data or of another trainer is measured again.
    """
    file = folder / "points.jsonl"
    hashes = {corpus: read_manifest(path).content_hash for corpus, path in datasets.items()}
    sizes = {name: len(statements) for name, statements in sets.items()}
    done = {point.key: point for point in read_jsonl(file, lambda row: Point(**row))} if file.exists() else {}
    wanted = {}
    for kind, seed, setting in product((ModelKind.tfidf, ModelKind.transformer), config.seeds, config.settings):
        data = DataConfig(datasets[setting.corpus.value], validation="", fraction=setting.fraction)
        trainer = replace(config.trainer, epochs=setting.epochs)
        run = TrainConfig(ModelConfig(kind=kind), data, trainer, seed=seed)
        data_hashes = [hashes[setting.corpus.value], next(iter(hashes.values()))]
        key = json.dumps([plain(run), data_hashes, sizes], sort_keys=True)
        wanted[key] = (run, setting, sets, folder, key)
    yield from (done[key] for key in wanted if key in done)
    missing = [arguments for key, arguments in wanted.items() if key not in done]
    # torch does not survive a fork
    with ProcessPoolExecutor(config.workers, multiprocessing.get_context("spawn")) as pool:
        futures = [pool.submit(_measure, *arguments) for arguments in missing]
        for future in as_completed(futures):
            point = future.result()
            done[point.key] = point
            write_jsonl(file, map(asdict, done.values()))
            yield point


def _measure(
    config: TrainConfig, setting: Setting, sets: Mapping[str, Sequence[Statement]], folder: Path, key: str
) -> Point:
    import torch

    torch.set_num_threads(max(1, config.trainer.threads))
    with tempfile.TemporaryDirectory(prefix=".checkpoint.", dir=folder) as checkpoint:
        result = train(config, checkpoint)
        model, _ = load_checkpoint(checkpoint)
        facts: dict[str, Any] = json.loads(read_text(Path(checkpoint) / "run.json"))
    scores = {}
    for name, statements in sets.items():
        guess = model.logits(statements, config.trainer.eval_batch_size).argmax(axis=1)
        own = stance_scores(guess, np.array([LABEL2ID[s.stance or ""] for s in statements]))
        scores[name] = {"macro_f1": own["macro_f1"], "accuracy": own["accuracy"]} | {
            label: own["per_label"][label]["f1"] for label in LABELS
        }
    return Point(
        model="tfidf" if config.model.kind is ModelKind.tfidf else config.model.encoder,
        corpus=setting.corpus.value,
        fraction=setting.fraction,
        seed=config.seed,
        train_articles=facts["train_articles"],
        train_statements=facts["train_statements"],
        seconds=round(result.seconds, 1),
        key=key,
        scores=scores,
    )


@dataclass(frozen=True)
class Summary:
    """The points of one setting and model over all seeds: mean and standard deviation of macro-F1 for each set."""

    model: str
    corpus: str
    fraction: float
    seeds: int
    train_statements: int
    mean: dict[str, float]
    spread: dict[str, float]


def summarize_points(points: Sequence[Point]) -> list[Summary]:
    """Average points over seeds; models by name, one layer before both, a small share before a large one."""
    order = [CorpusName.real.value, CorpusName.embedded.value]
    groups: dict[tuple[str, str, float], list[Point]] = {}
    for point in sorted(points, key=lambda p: (p.model, *(p.corpus != own for own in order), p.fraction)):
        groups.setdefault((point.model, point.corpus, point.fraction), []).append(point)
    found = []
    for (model, corpus, fraction), own in groups.items():
        values = {name: [p.scores[name]["macro_f1"] for p in own] for name in own[0].scores}
        found.append(
            Summary(
                model, corpus, fraction, len(own), round(float(np.mean([p.train_statements for p in own]))),
                {name: float(np.mean(v)) for name, v in values.items()},
                {name: float(np.std(v, ddof=1)) if len(v) > 1 else 0.0 for name, v in values.items()},
            )
        )  # fmt: skip
    return found
