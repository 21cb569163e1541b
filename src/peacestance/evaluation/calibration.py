"""Whether probabilities mean what they say: temperature, calibration error, and when to abstain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

BINS = 10


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Probabilities in float64 of logits of shape (statements, labels)."""
    scores = logits.astype(np.float64) / temperature
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def fit_temperature(logits: np.ndarray, gold: np.ndarray) -> float:
    """The temperature that makes held-out labels most likely (Guo et al., ICML 2017); 1 without statements.

    `logits` has shape (statements, labels), `gold` holds label ids of shape (statements,).
    """
    if not len(gold):
        return 1.0

    def loss(log_temperature: float) -> float:
        own = softmax(logits, float(np.exp(log_temperature)))[np.arange(len(gold)), gold]
        return float(-np.log(np.maximum(own, 1e-12)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(np.log(0.05), np.log(20)), method="bounded").x))


def abstention_threshold(probabilities: np.ndarray, gold: np.ndarray, accuracy: float) -> float:
    """The lowest confidence from which upwards `accuracy` of the labels are right; 0 where all of them reach it.

    Where no confidence reaches it, above 1, so that every label is abstained from.
    """
    confidence, _, risk = risk_coverage(probabilities, gold)
    if not len(confidence):
        return 0.0
    # statements of equal confidence are kept or dropped together
    last = np.append(confidence[1:] < confidence[:-1], True)
    good = np.flatnonzero((risk <= 1 - accuracy + 1e-12) & last)
    if not len(good):
        return float(np.nextafter(1.0, 2.0))
    return 0.0 if good[-1] == len(confidence) - 1 else float(confidence[good[-1]])


def risk_coverage(probabilities: np.ndarray, gold: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Confidence, coverage and risk when only the surest statements are labelled, surest first.

    Three arrays of shape (statements,): the least confidence that is kept, the share kept, and the share wrong of
    these (El-Yaniv and Wiener, JMLR 2010).
    """
    confidence = probabilities.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    wrong = (probabilities.argmax(axis=1) != gold)[order]
    kept = np.arange(1, len(gold) + 1)
    return confidence[order], kept / max(1, len(gold)), np.cumsum(wrong) / kept


@dataclass(frozen=True)
class Calibration:
    """How far confidence is from being right.

    Attributes:
        ece: expected calibration error over ten bins of equal width (Naeini et al., AAAI 2015).
        ece_adaptive: the same over ten bins of equal size (Nixon et al., 2019).
        brier: mean squared distance of probabilities and labels over all five labels (Brier, 1950), from 0 to 2.
        bins: of each bin of equal width: statements, mean confidence, accuracy.
        accuracy_kept: accuracy on what is not abstained from.
        coverage: share that is not abstained from.
    """

    ece: float
    ece_adaptive: float
    brier: float
    bins: list[tuple[int, float, float]]
    accuracy_kept: float
    coverage: float


def calibration(probabilities: np.ndarray, gold: np.ndarray, abstain_below: float) -> Calibration:
    """Measure probabilities of shape (statements, labels) against label ids of shape (statements,), at least one."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == gold
    equal_width = np.minimum((confidence * BINS).astype(int), BINS - 1)
    equal_size = np.empty(len(gold), dtype=int)
    equal_size[np.argsort(confidence, kind="stable")] = np.arange(len(gold)) * BINS // max(1, len(gold))
    target = np.eye(probabilities.shape[1])[gold]
    kept = confidence >= abstain_below
    return Calibration(
        ece=_error(equal_width, confidence, right),
        ece_adaptive=_error(equal_size, confidence, right),
        brier=float(((probabilities - target) ** 2).sum(axis=1).mean()),
        bins=[_bin(equal_width == b, confidence, right) for b in range(BINS)],
        accuracy_kept=float(right[kept].mean()) if kept.any() else 0.0,
        coverage=float(kept.mean()),
    )


def _bin(chosen: np.ndarray, confidence: np.ndarray, right: np.ndarray) -> tuple[int, float, float]:
    n = int(chosen.sum())
    return (n, float(confidence[chosen].mean()), float(right[chosen].mean())) if n else (0, 0.0, 0.0)


def _error(places: np.ndarray, confidence: np.ndarray, right: np.ndarray) -> float:
    gaps = [_bin(places == b, confidence, right) for b in range(BINS)]
    return sum(n * abs(sure - accurate) for n, sure, accurate in gaps) / len(right)
