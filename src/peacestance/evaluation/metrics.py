"""The field's figures for stance classification, as an `evaluate` metric that needs no hub."""

from __future__ import annotations

from typing import Any

import datasets
import numpy as np
from evaluate.info import MetricInfo
from evaluate.module import Metric
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from peacestance.schema import LABELS

_INFO = MetricInfo(
    description="Macro-F1 over the five stances, accuracy, and precision, recall and F1 of each stance.",
    citation="",
    inputs_description="predictions, references: label ids in the order of peacestance.schema.LABELS",
    features=datasets.Features({"predictions": datasets.Value("int32"), "references": datasets.Value("int32")}),
)


class StanceMetric(Metric):
    """`compute(predictions=ids, references=ids)` gives `macro_f1`, `accuracy`, `per_label` and `confusion`.

    Macro-F1 is the mean of the five labels' F1, a label that neither occurs nor is predicted counting 0; `confusion`
    has gold labels as rows, predictions as columns.
    """

    def _info(self) -> MetricInfo:
        return _INFO

    def _compute(self, predictions: list[int], references: list[int]) -> dict[str, Any]:
        ids = list(range(len(LABELS)))
        p, r, f1, support = precision_recall_fscore_support(references, predictions, labels=ids, zero_division=0)
        return {
            "macro_f1": float(np.mean(f1)),
            "accuracy": float(accuracy_score(references, predictions)),
            "per_label": {
                label: {"precision": float(p[i]), "recall": float(r[i]), "f1": float(f1[i]), "support": int(support[i])}
                for i, label in enumerate(LABELS)
            },
            "confusion": confusion_matrix(references, predictions, labels=ids).tolist(),
        }


def stance_scores(predictions: np.ndarray, references: np.ndarray) -> dict[str, Any]:
    """Score predicted against gold label ids, both of shape (n,); see `StanceMetric`."""
    return StanceMetric().compute(predictions=predictions, references=references)
