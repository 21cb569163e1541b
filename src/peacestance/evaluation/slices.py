"""Scores by slice of a set: kind of attribution, conflict, outlet, genre, length, rule, kind of speaker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from peacestance.schema import LABELS, Statement

SMALL = 30
"""Statements below which a slice is marked as small."""
FACTS = ("layer", "kind", "conflict", "outlet", "genre", "rule")
_LENGTHS = ((8, "up to 8 words"), (20, "9 to 20 words"), (10**9, "more than 20 words"))


@dataclass(frozen=True)
class Slice:
    """Scores on the statements that share a value; macro-F1 is over the labels that occur there."""

    field: str
    value: str
    n: int
    articles: int
    macro_f1: float
    accuracy: float
    small: bool


def facts_of(statement: Statement, row: Mapping[str, Any]) -> dict[str, str]:
    """The values by which a statement is sliced; `row` holds what its dataset or file knows of it."""
    words = len(statement.statement.split())
    facts = {name: str(row[name]) for name in FACTS if row.get(name) not in (None, "")}
    facts["length"] = next(name for most, name in _LENGTHS if words <= most)
    first = statement.speaker[:1]
    facts["speaker"] = "a name" if first.isupper() else "a description" if first else "none"
    return facts


def slices(
    statements: Sequence[Statement], facts: Sequence[Mapping[str, str]], guesses: np.ndarray, gold: np.ndarray
) -> list[Slice]:
    """Every slice that is not the whole set, the worst first and small ones last.

    `guesses` and `gold` are label ids of shape (statements,).
    """
    members: dict[tuple[str, str], list[int]] = {}
    for place, own in enumerate(facts):
        for item in own.items():
            members.setdefault(item, []).append(place)
    found = []
    for (field, value), places in members.items():
        if len(places) == len(statements):
            continue
        hits, wanted, had = _counts(guesses[places], gold[places])
        f1 = 2 * hits / np.maximum(wanted + had, 1)
        found.append(
            Slice(
                field, value, len(places), len({statements[i].article_id for i in places}),
                float(f1[wanted > 0].mean()), float(hits.sum() / len(places)), len(places) < SMALL,
            )
        )  # fmt: skip
    return sorted(found, key=lambda s: (s.small, s.macro_f1))


def _counts(guesses: np.ndarray, gold: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hits = np.bincount(gold[guesses == gold], minlength=len(LABELS))
    return hits, np.bincount(gold, minlength=len(LABELS)), np.bincount(guesses, minlength=len(LABELS))
