"""An evaluation as one self-contained HTML page. Everything from articles is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from peacestance.evaluation.calibration import risk_coverage
from peacestance.files import write_text
from peacestance.page import PAGES
from peacestance.schema import KINDS, LABEL2ID, LABELS, Prediction

if TYPE_CHECKING:
    from peacestance.evaluation.run import Evaluation, EvaluationSet

ERRORS = 10
SIDE = 200
"""Width and height of a chart's area, in SVG units."""


@dataclass(frozen=True)
class _Error:
    """A wrong label, with what decided the gold one and the passage around its statement."""

    prediction: Prediction
    confidence: float
    reason: str
    before: str
    after: str


@dataclass(frozen=True)
class _Set:
    """A set as the page shows it.

    `shades` are the confusion counts as shares of the gold label, `kinds` macro-F1 by kind of attribution.
    """

    name: str
    scores: EvaluationSet
    shades: list[list[float]]
    coverage: str
    kinds: dict[str, float]
    errors: list[_Error]


def write_report_page(
    evaluation: Evaluation,
    predictions: Mapping[str, Sequence[Prediction]],
    reasons: Mapping[str, Mapping[str, str]],
    path: str | Path,
) -> None:
    """Write the page; the headline is the first file of `statements=`, or else the first split.

    `predictions` and `reasons` are by set; a reason says what decided the gold label of the statement with that id.
    """
    sets = [_set(name, own, predictions[name], reasons[name]) for name, own in evaluation.sets.items()]
    headline = next((own for own in sets if own.name.startswith("statements:")), sets[0])
    values: dict[str, Any] = {"labels": LABELS, "kinds": KINDS, "side": SIDE, "sets": sets, "headline": headline}
    write_text(path, PAGES.get_template("report.html").render(evaluation=evaluation, **values))


def _set(name: str, scores: EvaluationSet, predictions: Sequence[Prediction], reasons: Mapping[str, str]) -> _Set:
    counts = np.array(scores.confusion)
    shades = (counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)).tolist()
    probabilities = np.array([[*p.probabilities.values()] for p in predictions])
    gold = np.array([LABEL2ID[p.statement.stance or ""] for p in predictions])
    _, coverage, risk = risk_coverage(probabilities, gold)
    wrong = sorted((p for p in predictions if p.stance != p.statement.stance), key=lambda p: -p.probabilities[p.stance])
    errors = [_error(p, reasons.get(p.statement.id, "")) for p in wrong[:ERRORS]]
    kinds = {own.value: own.macro_f1 for own in scores.slices if own.field == "kind"}
    return _Set(name, scores, shades, _line(coverage, risk), kinds, errors)


def _line(x: np.ndarray, y: np.ndarray, most: int = 200) -> str:
    """Points of an SVG line through values from 0 to 1."""
    chosen = np.unique(np.linspace(0, len(x) - 1, min(most, len(x))).astype(int))
    return " ".join(f"{SIDE * x[i]:.1f},{SIDE * (1 - y[i]):.1f}" for i in chosen)


def _error(prediction: Prediction, reason: str) -> _Error:
    s = prediction.statement
    before, found, after = s.context.partition(s.statement)
    shown = (before[-300:], after[:300]) if found else ("", "")
    return _Error(prediction, prediction.probabilities[prediction.stance], reason, *shown)
