"""Finding quotation marks that belong together, in any style, without a parser."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from peacestance.schema import Span

_DOUBLE = '"“”„‟«»″'
_SINGLE = "'‘’‚‛`"
_OPENERS = "“„«‟"
_CLOSERS = "”»"


@dataclass(frozen=True)
class Quote:
    """A stretch inside quotation marks: `outer` with its marks, `inner` without; open-ended where no mark closes it."""

    outer: Span
    inner: Span
    single: bool = False
    closed: bool = True
    continues: bool = False
    """Whether it takes up a quotation that the paragraph before left open."""


def find_quotes(text: str, paragraphs: Sequence[Span]) -> list[Quote]:
    """The outermost quotations of each paragraph, in order, none across a paragraph's end."""
    found: list[Quote] = []
    open_before = False
    for start, end in paragraphs:
        quotes = _double(text, start, end)
        covered = 0
        singles = []
        for quote in _single(text, start, end):
            while covered < len(quotes) and quotes[covered].outer[1] <= quote.outer[0]:
                covered += 1
            if covered == len(quotes) or quote.outer[1] <= quotes[covered].outer[0]:
                singles.append(quote)
        quotes = sorted([*quotes, *singles], key=lambda quote: quote.outer)
        if quotes and open_before and not text[start : quotes[0].outer[0]].strip():
            first = quotes[0]
            quotes[0] = Quote(first.outer, first.inner, first.single, first.closed, continues=True)
        open_before = bool(quotes) and not quotes[-1].closed
        found += quotes
    return found


def _make(text: str, start: int, end: int, closed: bool, single: bool) -> Quote | None:
    low, high = start + 1, end - 1 if closed else end
    while low < high and text[low].isspace():
        low += 1
    while high > low and text[high - 1].isspace():
        high -= 1
    return Quote((start, end), (low, high), single, closed) if any(c.isalnum() for c in text[low:high]) else None


def _opens(text: str, i: int, start: int, end: int) -> bool:
    before = text[i - 1] if i > start else " "
    after = text[i + 1] if i + 1 < end else " "
    return not after.isspace() and (
        before.isspace() or before in "([{—–-―:/" or (before in _DOUBLE + _SINGLE and after.isalnum())
    )


def _double(text: str, start: int, end: int) -> list[Quote]:
    """Quotations in double marks or guillemets, outermost only."""
    found: list[Quote] = []
    opened, depth = -1, 0
    for match in re.finditer(f"[{_DOUBLE}]", text[start:end]):
        i = match.start() + start
        mark = text[i]
        if mark in _OPENERS and not (mark == "“" and opened >= 0 and text[opened] == "„"):
            opening = True
        elif mark in _CLOSERS and mark != "»":
            opening = False
        elif opened < 0:
            opening = mark == "»" or mark in '"″‟' or _opens(text, i, start, end)
        else:
            opening = _opens(text, i, start, end) and not _closes_here(text, i, end)
        if opening and opened < 0:
            opened, depth = i, 1
        elif opening:
            # A second opening mark is a quotation inside the first only where both are closed in the paragraph.
            depth += 1
            if not _closed_after(text, i, end, depth):
                found += filter(None, [_make(text, opened, i, False, False)])
                opened, depth = i, 1
        elif opened >= 0:
            depth -= 1
            if depth == 0:
                found += filter(None, [_make(text, opened, i + 1, True, False)])
                opened = -1
    if opened >= 0:
        found += filter(None, [_make(text, opened, end, False, False)])
    return found


def _closes_here(text: str, i: int, end: int) -> bool:
    return i + 1 >= end or text[i + 1].isspace() or text[i + 1] in ".,;:!?)"


def _closed_after(text: str, i: int, end: int, depth: int) -> bool:
    """Whether enough closing marks follow within reach; the reach keeps the search linear."""
    closing = sum(1 for match in re.finditer('["”»]', text[i + 1 : min(end, i + 1500)]) if match)
    return closing >= depth


_SINGLE_OPEN = re.compile(r"(?<![\w.,!?;…])['‘‚‛`](?=[\w“\"(\[…])")
_SINGLE_CLOSE = re.compile(r"(?<=[\w.,!?…)\]—–-])['’‛](?!\w)")


def _single(text: str, start: int, end: int) -> list[Quote]:
    """Quotations in single marks; an apostrophe closes one only where no better mark follows."""
    found: list[Quote] = []
    opens = [m.start() for m in _SINGLE_OPEN.finditer(text, start, end)]
    closes = [m.start() for m in _SINGLE_CLOSE.finditer(text, start, end)]
    k, after = 0, start
    for place, i in enumerate(opens):
        if i < after:
            continue
        limit = next((o for o in opens[place + 1 : place + 2]), end)
        while k < len(closes) and closes[k] <= i:
            k += 1
        chosen = -1
        for c in closes[k : k + 12]:
            if c > limit and chosen >= 0:
                break
            strong = text[c - 1] in ".,!?…" or (c + 1 < end and text[c + 1] in ".,;:!?)") or c + 1 >= end
            if chosen < 0 or strong:
                chosen = c
            # "the leaders' plan" closes nothing if a real closing mark comes later
            if strong or text[c - 1] != "s":
                break
        if chosen >= 0:
            quote = _make(text, i, chosen + 1, True, True)
            after = chosen + 1
            found += [quote] if quote else []
    return found
