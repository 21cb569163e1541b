"""Intervals and comparisons that draw whole articles."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    matthews_corrcoef,
    precision_recall_fscore_support,
)

from peacestance.evaluation.intervals import compare, intervals
from peacestance.evaluation.metrics import confusions, figures, stance_scores
from peacestance.schema import LABELS, InputError


def labels(n: int, seed: int, noise: float) -> tuple[np.ndarray, np.ndarray, list[str]]:
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, 5, n)
    guess = np.where(rng.random(n) < noise, rng.integers(0, 5, n), gold)
    return guess, gold, [f"article-{i // 8}" for i in range(n)]


def test_figures_are_those_of_scikit_learn() -> None:
    guess, gold, articles = labels(400, 1, 0.5)
    found = figures(confusions(guess, gold, articles).sum(0))
    assert found["macro_f1"] == pytest.approx(f1_score(gold, guess, average="macro"))
    assert found["accuracy"] == pytest.approx(accuracy_score(gold, guess))
    assert found["mcc"] == pytest.approx(matthews_corrcoef(gold, guess))
    sides = [LABELS.index("support"), LABELS.index("oppose")]
    assert found["f_avg"] == pytest.approx(f1_score(gold, guess, labels=sides, average="macro"))


def test_scores_by_label_are_those_of_scikit_learn() -> None:
    guess, gold, _ = labels(300, 3, 0.5)
    guess, gold = np.minimum(guess, 3), np.minimum(gold, 3)  # one label never occurs
    found = stance_scores(guess, gold)
    columns = precision_recall_fscore_support(gold, guess, labels=range(len(LABELS)), zero_division=0)
    expected = [list(row) for row in zip(*columns, strict=True)]
    assert [list(own.values()) for own in found["per_label"].values()] == [pytest.approx(row) for row in expected]
    assert found["macro_f1"] == pytest.approx(np.mean(columns[2]))
    assert found["confusion"] == confusion_matrix(gold, guess, labels=range(len(LABELS))).tolist()


def test_an_interval_holds_the_figure_and_is_wider_where_articles_are_alike() -> None:
    guess, gold, articles = labels(400, 2, 0.4)
    own = intervals(confusions(guess, gold, articles))
    value = figures(confusions(guess, gold, articles).sum(0))
    assert all(low <= value[name] <= high for name, (low, high) in own.items())
    # each article's statements are all right or all wrong
    block = np.repeat(np.random.default_rng(3).random(50) < 0.6, 8)
    together = np.where(block, gold, (gold + 1) % 5)
    shuffled = np.where(np.random.default_rng(4).permutation(block), gold, (gold + 1) % 5)
    wide, narrow = (intervals(confusions(g, gold, articles))["accuracy"] for g in (together, shuffled))
    assert wide[1] - wide[0] > 1.5 * (narrow[1] - narrow[0])


def test_models_are_told_apart_only_where_they_differ() -> None:
    good, gold, articles = labels(600, 5, 0.2)
    poor = labels(600, 5, 0.8)[0]
    same = labels(600, 6, 0.2)[0]
    same = np.where(same == labels(600, 6, 0.2)[1], gold, (gold + 1) % 5)
    found = {
        (c.first, c.second): c for c in compare("test", ["good", "poor", "same"], [good, poor, same], gold, articles)
    }
    assert found["good", "poor"].verdict == "good is better than poor"
    assert found["poor", "same"].verdict == "same is better than poor"
    assert found["good", "same"].verdict == "good and same are not distinguishable"
    low, high = found["good", "poor"].interval
    assert 0 < low <= found["good", "poor"].difference <= high and found["good", "poor"].mcnemar < 0.001
    (equal,) = compare("test", ["a", "b"], [good, good], gold, articles)
    assert (equal.difference, equal.p_value, equal.mcnemar) == (0.0, 1.0, 1.0)
    with pytest.raises(InputError, match="same statements"):
        compare("test", ["a", "b"], [good, good[:-1]], gold, articles)
