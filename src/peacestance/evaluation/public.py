"""Public stance sets as outside yardsticks: our models trained on them and scored as published."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import f1_score

from peacestance.checkpoints import load_checkpoint
from peacestance.corpus.public import PUBLIC_SETS, read_public
from peacestance.dataset import labelled, write_dataset
from peacestance.files import read_text, write_json
from peacestance.modeling import ModelConfig, ModelKind
from peacestance.provenance import record
from peacestance.schema import LABEL2ID, Statement
from peacestance.training import TrainConfig, train


@dataclass
class PublicConfig(TrainConfig):
    """A training on a public stance set that is measured; `data.path` is what `read_public` reads.

    Attributes:
        json: file of the results, one entry a set.
    """

    json: str = "benchmarks/public.json"


def with_public_data(name: str, config: TrainConfig, folder: str | Path) -> TrainConfig:
    """Write the public set that `config.data.path` leads to into `folder`, and return the config that trains on it.

    Raises:
        InputError: a file of the set is missing or malformed.
    """
    write_dataset(read_public(name, config.data.path), name, folder)
    return replace(config, data=replace(config.data, path=str(folder)))


def public_score(name: str, logits: np.ndarray, statements: Sequence[Statement]) -> float:
    """The published metric of a set; only the logits, of shape (statements, labels), of the set's labels compete."""
    public = PUBLIC_SETS[name]
    ids = np.array([LABEL2ID[label] for label in public.labels])
    guess = ids[logits[:, ids].argmax(axis=1)]
    gold = np.array([LABEL2ID[s.stance or ""] for s in statements])
    scored = [LABEL2ID[label] for label in public.scored]
    group = np.array([s.speaker if public.by_target else "" for s in statements])
    scores = [
        f1_score(gold[group == own], guess[group == own], labels=scored, average="macro", zero_division=0)
        for own in np.unique(group)
    ]
    return float(np.mean(scores))


def score_checkpoint(name: str, config: TrainConfig, checkpoint: str | Path) -> float:
    """The published metric of a checkpoint that was trained with this config, on the set's test split."""
    model, _ = load_checkpoint(checkpoint, source=config.model)
    test = labelled(config.data.path, "test")
    return public_score(name, model.logits(test, config.trainer.eval_batch_size), test)


def system(config: TrainConfig) -> str:
    """What a trained model is called in a comparison."""
    if config.model.kind is ModelKind.tfidf:
        return ModelKind.tfidf.value
    return Path(config.init).name if config.init else config.model.encoder


def comparison(name: str, ours: Mapping[str, float]) -> list[dict[str, Any]]:
    """Rows of `system`, `score` and `source`: our models' scores, then the published ones."""
    rows: list[dict[str, Any]] = [{"system": s, "score": score, "source": "this run"} for s, score in ours.items()]
    return rows + [{"system": f.system, "score": f.score, "source": f.source} for f in PUBLIC_SETS[name].published]


def benchmark_public(name: str, config: PublicConfig, folder: str | Path) -> list[dict[str, Any]]:
    """Train the model and TF-IDF on a public set, score both, and put them with the published figures into a file.

    Entries of other sets stay in the file.

    Raises:
        InputError: a file of the set is missing or malformed, or the model cannot be trained.
    """
    folder = Path(folder)
    prepared = with_public_data(name, config, folder / "dataset")
    runs = {system(run): run for run in (replace(prepared, model=ModelConfig(kind=ModelKind.tfidf)), prepared)}
    ours = {}
    for own, run in runs.items():
        train(run, folder / own)
        ours[own] = score_checkpoint(name, run, folder / own)
    rows = comparison(name, ours)
    ratios = {"tfidf": ours[system(prepared)] / ours["tfidf"]} if len(ours) > 1 else {}
    file = Path(config.json)
    earlier = json.loads(read_text(file)) if file.exists() else {}
    entry = record(config, rows=rows, ratios=ratios, metric=PUBLIC_SETS[name].metric)
    write_json(file, earlier | {name: entry})
    return rows
