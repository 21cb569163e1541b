"""Matching extracted statements to gold ones by the words that their spans share."""

from __future__ import annotations

import re
from collections.abc import Sequence

from peacestance.schema import Span

WORD = re.compile(r"\w+(?:[’']\w+)?")


def word_sets(text: str, contents: Sequence[Sequence[Span]]) -> list[frozenset[int]]:
    """For each content, the indices of the text's words that its spans touch; punctuation does not count."""
    words = [match.span() for match in WORD.finditer(text)]
    return [
        frozenset(i for i, (a, b) in enumerate(words) if any(a < end and b > start for start, end in spans))
        for spans in contents
    ]


def match_contents(
    text: str, gold: Sequence[Sequence[Span]], found: Sequence[Sequence[Span]], threshold: float = 0.5
) -> list[tuple[int, int, float]]:
    """Match contents one to one, best overlap first; overlap is `|G & F| / max(|G|, |F|)` over words.

    Returns:
        `(index into gold, index into found, overlap)` with overlap >= `threshold`.
    """
    gold_sets, found_sets = word_sets(text, gold), word_sets(text, found)
    pairs = sorted(
        (
            (len(g & f) / max(len(g), len(f)), i, j)
            for i, g in enumerate(gold_sets)
            for j, f in enumerate(found_sets)
            if g & f
        ),
        reverse=True,
    )
    used_gold: set[int] = set()
    used_found: set[int] = set()
    matches = []
    for overlap, i, j in pairs:
        if overlap >= threshold and i not in used_gold and j not in used_found:
            used_gold.add(i)
            used_found.add(j)
            matches.append((i, j, overlap))
    return matches
