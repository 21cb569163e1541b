"""Temperature, calibration error and abstention, on probabilities whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peacestance.evaluation.calibration import (
    abstention_threshold,
    calibration,
    fit_temperature,
    risk_coverage,
    softmax,
)


def sampled(n: int, sharpness: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and labels drawn from the probabilities that they have at temperature `sharpness`."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, 5)) * 4
    probabilities = softmax(logits, sharpness)
    return logits, np.array([rng.choice(5, p=row) for row in probabilities])


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_of_the_labels_is_found(temperature: float) -> None:
    logits, gold = sampled(4000, temperature)
    assert fit_temperature(logits, gold) == pytest.approx(temperature, rel=0.1)
    assert fit_temperature(logits[:0], gold[:0]) == 1.0


def test_honest_probabilities_have_a_small_error_and_bold_ones_a_large() -> None:
    logits, gold = sampled(4000, 2.0)
    honest, bold = (calibration(softmax(logits, t), gold, 0.0) for t in (2.0, 0.5))
    assert honest.ece < 0.03 and honest.ece_adaptive < 0.03 and bold.ece > 0.15 and bold.ece_adaptive > 0.15
    assert honest.brier < bold.brier and honest.coverage == 1
    assert sum(n for n, _, _ in honest.bins) == 4000
    assert honest.accuracy_kept == pytest.approx(float((logits.argmax(1) == gold).mean()))


@given(st.integers(0, 10_000), st.integers(1, 60), st.sampled_from([0.5, 0.8, 0.9, 1.0]))
def test_what_is_not_abstained_from_is_as_right_as_asked(seed: int, n: int, accuracy: float) -> None:
    logits, gold = sampled(n, 1.0, seed)
    # few different confidences, so that there are ties
    probabilities = softmax(np.round(logits / 4) * 2)
    threshold = abstention_threshold(probabilities, gold, accuracy)
    kept = probabilities.max(axis=1) >= threshold
    right = probabilities.argmax(axis=1) == gold
    assert not kept.any() or right[kept].mean() >= accuracy - 1e-9
    lower = probabilities.max(axis=1) >= np.unique(probabilities.max(axis=1)[~kept]).max() if not kept.all() else kept
    assert kept.all() or right[lower].mean() < accuracy


def test_risk_ends_at_the_whole_error_rate() -> None:
    logits, gold = sampled(300, 1.0)
    confidence, coverage, risk = risk_coverage(softmax(logits), gold)
    assert (np.diff(confidence) <= 0).all() and coverage[-1] == 1
    assert risk[-1] == pytest.approx(float((logits.argmax(1) != gold).mean()))
