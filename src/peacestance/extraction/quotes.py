"""Finding quotation marks that belong together, in any style, without a parser."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from peacestance.schema import Span

_DOUBLE = '"“”„‟«»″'
_SINGLE = "'‘’‚‛`"
_OPENERS = "“„«‟"
_CLOSERS = "”"
_REVERSED = ("„“", "»«")
"""Pairs whose closing mark opens quotations in other languages."""
_NESTED_REACH = 1500
"""How far to look for the closing marks of nested quotations, so that thousands of open marks cost little."""
_CANDIDATES = 12
"""How many possible closing marks of a quotation in single marks to weigh, for the same reason."""
_SINGLE_OPEN = re.compile(r"(?<![\w.,!?;…])['‘‚‛`](?=[\w“\"(\[…])")
_SINGLE_CLOSE = re.compile(r"(?<=[\w.,!?…)\]—–-])['’‛](?!\w)")


@dataclass(frozen=True)
class Quote:
    """A stretch inside quotation marks, `outer` with and `inner` without them; its paragraph's end ends it at last."""

    outer: Span
    inner: Span


def find_quotes(text: str, paragraphs: Sequence[Span]) -> list[Quote]:
    """The outermost quotations of each paragraph, in order, none across a paragraph's end."""
    found: list[Quote] = []
    for start, end in paragraphs:
        quotes = _double(text, start, end)
        covered, singles = 0, []
        for quote in _single(text, start, end):
            while covered < len(quotes) and quotes[covered].outer[1] <= quote.outer[0]:
                covered += 1
            if covered == len(quotes) or quote.outer[1] <= quotes[covered].outer[0]:
                singles.append(quote)
        found += sorted([*quotes, *singles], key=lambda quote: quote.outer)
    return found


def _quote(text: str, start: int, end: int, closed: bool) -> list[Quote]:
    """The quotation between a mark at `start` and `end`, unless there is no word in it."""
    low, high = start + 1, end - closed
    while low < high and text[low].isspace():
        low += 1
    while high > low and text[high - 1].isspace():
        high -= 1
    return [Quote((start, end), (low, high))] if any(c.isalnum() for c in text[low:high]) else []


def _double(text: str, start: int, end: int) -> list[Quote]:
    """Quotations in double marks or guillemets, outermost only."""
    found: list[Quote] = []
    opened, depth = -1, 0
    for match in re.compile(f"[{_DOUBLE}]").finditer(text, start, end):
        i, mark = match.start(), match.group()
        if opened < 0:
            if mark not in _CLOSERS:
                opened, depth = i, 1
            continue
        if text[opened] + mark not in _REVERSED and (mark in _OPENERS or _opens(text, i, start, end)):
            # A second opening mark is a quotation inside the first only where both are closed.
            depth += 1
            if not _closed_after(text, i, end, depth):
                found += _quote(text, opened, i, False)
                opened, depth = i, 1
            continue
        depth -= 1
        if depth == 0:
            found += _quote(text, opened, i + 1, True)
            opened = -1
    if opened >= 0:
        found += _quote(text, opened, end, False)
    return found


def _opens(text: str, i: int, start: int, end: int) -> bool:
    """Whether a mark that may open or close stands as an opening one does: after a space, before a word."""
    if text[i] in _CLOSERS or text[i] == "»":
        return False
    before = text[i - 1] if i > start else " "
    after = text[i + 1] if i + 1 < end else " "
    if after.isspace() or after in ".,;:!?)":
        return False
    return before.isspace() or before in "([{—–-―:/" or (before in _DOUBLE + _SINGLE and after.isalnum())


def _closed_after(text: str, i: int, end: int, depth: int) -> bool:
    """Whether enough closing marks follow within reach."""
    return len(re.findall('["”»]', text[i + 1 : min(end, i + _NESTED_REACH)])) >= depth


def _single(text: str, start: int, end: int) -> list[Quote]:
    """Quotations in single marks; an apostrophe closes one only where no better mark follows."""
    found: list[Quote] = []
    opens = [match.start() for match in _SINGLE_OPEN.finditer(text, start, end)]
    closes = [match.start() for match in _SINGLE_CLOSE.finditer(text, start, end)]
    first, after = 0, start
    for position, i in enumerate(opens):
        if i < after:
            continue
        limit = opens[position + 1] if position + 1 < len(opens) else end
        while first < len(closes) and closes[first] <= i:
            first += 1
        chosen = -1
        for c in closes[first : first + _CANDIDATES]:
            if c > limit and chosen >= 0:
                break
            strong = text[c - 1] in ".,!?…" or c + 1 >= end or text[c + 1] in ".,;:!?)"
            if chosen < 0 or strong:
                chosen = c
            if strong or text[c - 1] != "s":
                # "the leaders' plan" closes nothing if a real closing mark comes later.
                break
        if chosen >= 0:
            found += _quote(text, i, chosen + 1, True)
            after = chosen + 1
        elif i == start and text[end - 1] in ".!?":
            # A paragraph that opens a quotation which the next ones carry on.
            return _quote(text, i, end, False)
    return found
