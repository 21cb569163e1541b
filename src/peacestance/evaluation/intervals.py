"""Uncertainty of scores: intervals and paired comparisons by a bootstrap over articles.

Statements of one article are not independent, so whole articles are drawn with replacement (the cluster bootstrap:
Davison and Hinkley, Bootstrap Methods and Their Application, 1997, section 3.8); intervals are percentiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import binomtest

from peacestance.evaluation.metrics import confusions, figures
from peacestance.schema import InputError

DRAWS = 2000
SEED = 1


def _draws(articles: int) -> np.ndarray:
    """How often each article is drawn, shape (draws, articles)."""
    return np.random.default_rng(SEED).multinomial(articles, np.full(articles, 1 / articles), size=DRAWS)


def intervals(counts: np.ndarray, level: float = 0.95) -> dict[str, list[float]]:
    """The interval [low, high] of each of `figures`, from the articles' counts."""
    edges = [(1 - level) / 2, (1 + level) / 2]
    drawn = figures(np.tensordot(_draws(len(counts)), counts, axes=1))
    return {name: [float(edge) for edge in np.quantile(values, edges)] for name, values in drawn.items()}


@dataclass(frozen=True)
class Comparison:
    """Two models on the same statements.

    Attributes:
        set: the statements' name.
        first: one model.
        second: the other.
        difference: macro-F1 of the first less that of the second.
        interval: of the difference, over paired draws of articles, 95 %.
        p_value: two-sided, of the bootstrap, corrected for the number of comparisons (Holm, 1979).
        mcnemar: exact p-value of McNemar's test (1947) on which statements each has right; takes statements as
            independent, so it is the less careful of the two.
    """

    set: str
    first: str
    second: str
    difference: float
    interval: tuple[float, float]
    p_value: float
    mcnemar: float

    @property
    def verdict(self) -> str:
        """The comparison in words."""
        if self.p_value >= 0.05:
            return f"{self.first} and {self.second} are not distinguishable"
        better, worse = (self.first, self.second) if self.difference > 0 else (self.second, self.first)
        return f"{better} is better than {worse}"


def compare(
    name: str, models: Sequence[str], predicted: Sequence[np.ndarray], gold: np.ndarray, articles: Sequence[str]
) -> list[Comparison]:
    """Compare every pair of models on the same statements (label ids of shape (statements,)).

    Raises:
        InputError: the models have not labelled the same statements.
    """
    if any(len(own) != len(gold) for own in predicted):
        raise InputError(f"{name}: the models have not labelled the same statements")
    counts = [confusions(own, gold, articles) for own in predicted]
    draws = _draws(len(counts[0]))
    drawn = [figures(np.tensordot(draws, own, axes=1))["macro_f1"] for own in counts]
    whole = [float(figures(own.sum(0))["macro_f1"]) for own in counts]
    found = []
    for i in range(len(models)):
        for j in range(i + 1, len(models)):
            gaps = drawn[i] - drawn[j]
            low, high = np.quantile(gaps, [0.025, 0.975])
            tail = min((gaps <= 0).mean(), (gaps >= 0).mean())
            ours, theirs = predicted[i] == gold, predicted[j] == gold
            only, other = int((ours & ~theirs).sum()), int((~ours & theirs).sum())
            exact = float(binomtest(only, only + other).pvalue) if only + other else 1.0
            p_value = min(1.0, 2 * (tail * DRAWS + 1) / (DRAWS + 1))
            gap = whole[i] - whole[j]
            found.append(Comparison(name, models[i], models[j], gap, (float(low), float(high)), p_value, exact))
    return _holm(found)


def _holm(found: list[Comparison]) -> list[Comparison]:
    order = sorted(range(len(found)), key=lambda k: found[k].p_value)
    corrected, worst = list(found), 0.0
    for rank, k in enumerate(order):
        worst = max(worst, min(1.0, (len(found) - rank) * found[k].p_value))
        corrected[k] = replace(found[k], p_value=worst)
    return corrected
