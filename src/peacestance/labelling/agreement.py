"""Agreement between annotators: on stance (Krippendorff's alpha, Cohen's kappa, confusion) and on spans (F1).

Krippendorff, Content Analysis (2004), nominal alpha through the package `krippendorff`; its interval is a bootstrap
that draws whole articles, since statements of one article are not independent.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import krippendorff
import numpy as np
from sklearn.metrics import cohen_kappa_score

from peacestance.matching import match_contents
from peacestance.schema import LABEL2ID, AnnotatedArticle, Annotation

RESAMPLES = 1000


@dataclass(frozen=True)
class StanceAgreement:
    """Agreement on stance over statements with two votes or more.

    Attributes:
        statements: how many statements count.
        articles: in how many articles.
        alpha: Krippendorff's nominal alpha.
        interval: 95 % interval of alpha, articles resampled.
        equal: share of the statements whose votes are all equal.
        kappa: Cohen's kappa of each pair of readers with the number of statements in common.
        confusion: how often two votes on one statement were these two labels, in alphabetical order.
    """

    statements: int
    articles: int
    alpha: float
    interval: tuple[float, float]
    equal: float
    kappa: dict[str, tuple[float, int]]
    confusion: dict[str, int]


def _alpha(units: Sequence[Sequence[int]]) -> float:
    width = max(map(len, units))
    table = np.full((width, len(units)), np.nan)
    for column, votes in enumerate(units):
        table[: len(votes), column] = votes
    if len(np.unique(table[~np.isnan(table)])) < 2:
        return 1.0
    return float(krippendorff.alpha(reliability_data=table, level_of_measurement="nominal"))


def independent_votes(annotation: Annotation) -> dict[str, str]:
    """The votes that were given without knowledge of the others."""
    votes = list(annotation.votes.items())
    return dict(votes[:-1] if annotation.reason else votes)


def stance_agreement(articles: Mapping[str, Sequence[Annotation]], seed: int = 0) -> StanceAgreement | None:
    """Measure agreement over all statements that have two votes or more, by article id; None where there is none.

    A deciding vote (the last one of a statement that has a reason) is no independent one and does not count.
    """
    votes = {
        article_id: [own for annotation in annotations if len(own := independent_votes(annotation)) > 1]
        for article_id, annotations in articles.items()
    }
    votes = {key: value for key, value in votes.items() if value}
    if not votes:
        return None
    ids = {key: [[LABEL2ID[v] for v in statement.values()] for statement in value] for key, value in votes.items()}
    everything = [unit for units in ids.values() for unit in units]
    random, keys = np.random.default_rng(seed), list(ids)
    resampled = [
        _alpha([unit for i in random.integers(len(keys), size=len(keys)) for unit in ids[keys[i]]])
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile(resampled, [0.025, 0.975])
    pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
    confusion: Counter[str] = Counter()
    for statement in (s for value in votes.values() for s in value):
        for (a, x), (b, y) in combinations(sorted(statement.items()), 2):
            pairs[f"{a}, {b}"].append((x, y))
            confusion[" / ".join(sorted((x, y)))] += 1
    kappa = {}
    for pair, both in sorted(pairs.items()):
        first, second = zip(*both, strict=True)
        kappa[pair] = (1.0 if len({*first, *second}) == 1 else float(cohen_kappa_score(first, second)), len(both))
    return StanceAgreement(
        statements=len(everything),
        articles=len(ids),
        alpha=_alpha(everything),
        interval=(float(low), float(high)),
        equal=sum(len(set(unit)) == 1 for unit in everything) / len(everything),
        kappa=kappa,
        confusion=dict(confusion.most_common()),
    )


@dataclass(frozen=True)
class SpanAgreement:
    """Agreement of two full annotations: F1 of spans, and shares of the matched pairs with equal speaker and stance."""

    articles: int
    overlap_f1: float
    exact_f1: float
    speaker: float
    stance: float


_NO_NAME = {"the", "a", "an", "mr", "mrs", "ms", "dr"}


def same_speaker(first: str, second: str) -> bool:
    """Whether two names have the same words, or one's are among the other's ("Obama", "Barack Obama")."""
    a, b = ({w for w in re.findall(r"\w+", name.casefold()) if w not in _NO_NAME} for name in (first, second))
    return bool(a and b) and (a <= b or b <= a)


def span_agreement(pairs: Sequence[tuple[AnnotatedArticle, AnnotatedArticle]]) -> SpanAgreement | None:
    """Compare two full annotations of each article, contents matched one to one at an overlap of half the words."""
    if not pairs:
        return None
    total = matched = exact = speaker = stance = 0
    for first, second in pairs:
        a, b = first.annotations, second.annotations
        total += len(a) + len(b)
        for i, j, overlap in match_contents(first.article.text, [x.content for x in a], [x.content for x in b]):
            matched += 1
            exact += overlap == 1
            speaker += same_speaker(a[i].speaker, b[j].speaker)
            stance += a[i].stance == b[j].stance
    return SpanAgreement(
        len(pairs),
        2 * matched / max(1, total),
        2 * exact / max(1, total),
        speaker / max(1, matched),
        stance / max(1, matched),
    )
