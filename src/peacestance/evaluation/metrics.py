"""The field's figures for stance classification, from confusion counts; also as an `evaluate` metric without a hub."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import datasets
import numpy as np
from evaluate.info import MetricInfo
from evaluate.module import Metric

from peacestance.schema import LABELS

_INFO = MetricInfo(
    description="Macro-F1 over the five stances, mean F1 of support and oppose, accuracy, Matthews correlation, and "
    "precision, recall and F1 of each stance.",
    citation="",
    inputs_description="predictions, references: label ids in the order of peacestance.schema.LABELS",
    features=datasets.Features({"predictions": datasets.Value("int32"), "references": datasets.Value("int32")}),
)


def confusions(predicted: np.ndarray, gold: np.ndarray, articles: Sequence[str]) -> np.ndarray:
    """Confusion counts of each article, integers of shape (articles, labels, labels), gold labels as rows.

    Label ids have shape (statements,); `articles` names each statement's article.
    """
    _, place = np.unique(np.asarray(articles, dtype=str), return_inverse=True)
    counts = np.zeros((place.max() + 1 if len(place) else 0, len(LABELS), len(LABELS)), dtype=np.int64)
    np.add.at(counts, (place, gold, predicted), 1)
    return counts


def figures(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Figures of confusion counts of shape (..., labels, labels), each of shape (...).

    `macro_f1` over the five labels; `f_avg`, the mean F1 of support and oppose, which is the measure of SemEval-2016
    task 6 (Mohammad et al., 2016) once the other labels count as none; `accuracy`; `mcc`, the multiclass Matthews
    correlation (Gorodkin, 2004), 0 where it is not defined.
    """
    counts = counts.astype(np.float64)
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    gold, guessed, total = counts.sum(-1), counts.sum(-2), counts.sum((-1, -2))
    f1 = 2 * hits / np.maximum(gold + guessed, 1)
    right = hits.sum(-1)
    covariance = right * total - (gold * guessed).sum(-1)
    spread = np.sqrt((total**2 - (gold**2).sum(-1)) * (total**2 - (guessed**2).sum(-1)))
    sides = [LABELS.index("support"), LABELS.index("oppose")]
    return {
        "macro_f1": f1.mean(-1),
        "f_avg": f1[..., sides].mean(-1),
        "accuracy": right / np.maximum(total, 1),
        "mcc": np.where(spread > 0, covariance / np.where(spread > 0, spread, 1), 0.0),
    }


class StanceMetric(Metric):
    """`compute(predictions=ids, references=ids)` gives the `figures`, `per_label` and `confusion`.

    A label that neither occurs nor is predicted counts 0; `confusion` has gold labels as rows, predictions as columns.
    """

    def _info(self) -> MetricInfo:
        return _INFO

    def _compute(self, predictions: list[int], references: list[int]) -> dict[str, Any]:
        counts = confusions(np.asarray(predictions), np.asarray(references), [""] * len(references)).sum(0)
        hits, gold, guessed = np.diagonal(counts), counts.sum(1), counts.sum(0)
        columns = {
            "precision": hits / np.maximum(guessed, 1),
            "recall": hits / np.maximum(gold, 1),
            "f1": 2 * hits / np.maximum(gold + guessed, 1),
        }
        return {
            **{name: float(value) for name, value in figures(counts).items()},
            "per_label": {
                label: {name: float(column[i]) for name, column in columns.items()} | {"support": int(gold[i])}
                for i, label in enumerate(LABELS)
            },
            "confusion": counts.tolist(),
        }


def stance_scores(predictions: np.ndarray, references: np.ndarray) -> dict[str, Any]:
    """Score predicted against gold label ids, both of shape (n,); see `StanceMetric`."""
    return StanceMetric().compute(predictions=predictions, references=references)
