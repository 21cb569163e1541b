"""Dividing a text into the pieces that spaCy parses, and cutting statements and their context from it without spaCy."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from peacestance.articles import furniture
from peacestance.schema import Article, Span, Statement, span_text

LONGEST = 4000
"""Characters in a piece. Parsing needs no more context, and memory stays small however long a paragraph is."""

_LINE = re.compile(r"[^\n]*\S[^\n]*")
_CLOSERS = "\"'”’»)]"
_SENTENCE_END = re.compile(rf"[.!?…][{re.escape(_CLOSERS)}]*(?=\s+[\"'“‘«„(\[]*[A-Z0-9\u00c0-\u00de])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Lt|Col|Maj|Capt|Sgt|Cmdr|Adm|Brig|Rev|Hon|St|Jr|Sr|vs|No|Inc|Ltd|Co|Jan|Feb|Mar|Apr|Aug|Sept?|"
    r"Oct|Nov|Dec)|\b[A-Z](?:\.[A-Z])*)$"
)
_WRAPPED = range(50, 100)
"""Lengths of a line that was probably broken by an editor's wrapping and not by its author."""


@lru_cache(maxsize=16)
def paragraphs(text: str) -> tuple[Span, ...]:
    """Offsets of the paragraphs, furniture left out: lines, or several where they were wrapped in mid-sentence."""
    skipped = {start for start, _ in furniture(text)}
    merged: list[Span] = []
    for match in _LINE.finditer(text):
        start, end = match.span()
        if start in skipped or (not merged and _is_headline(text, start, end)):
            continue
        if merged and _continues(text, merged[-1], match.span()):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return tuple(merged)


def _is_headline(text: str, start: int, end: int) -> bool:
    """Whether a line before a text's first sentence, as a title or a kicker, stands apart and ends like no sentence."""
    line = text[start:end].strip()
    return line[-1].isalnum() and bool(re.match(r"[^\S\n]*\n\s*\n\s*\S", text[end:]))


def _continues(text: str, before: Span, line: Span) -> bool:
    """Whether a line carries on the sentence of the line directly above it."""
    if text.count("\n", before[1], line[0]) != 1 or line[0] - before[1] > 4:
        return False
    last, first = text[before[0] : before[1]].rstrip()[-1:], text[line[0] : line[1]].lstrip()[:1]
    if not (last.isalnum() or last in ",;-"):
        return False
    length = before[1] - max(before[0], text.rfind("\n", before[0], before[1]) + 1)
    return first.islower() or (length in _WRAPPED and line[1] - line[0] < _WRAPPED.stop and "\n\n" in text)


def sentences(text: str, start: int, end: int) -> list[Span]:
    """Offsets of the sentences of `text[start:end]`, found by their punctuation alone, without outer white space."""
    cuts, found = [start], []
    for match in _SENTENCE_END.finditer(text, start, end):
        dotted = text[match.start()] == "." and _ABBREVIATION.search(
            text, max(start, match.start() - 12), match.start()
        )
        if not dotted:
            cuts.append(match.end())
    cuts.append(end)
    for low, high in pairwise(cuts):
        body = text[low:high]
        stripped = body.strip()
        if stripped:
            low += len(body) - len(body.lstrip())
            found.append((low, low + len(stripped)))
    return found


_PLACE = r"[A-Z][\w.' -]{1,30}"
_AGENCY = r"\([A-Z][\w ./]{1,20}\)"
_CAPITALS = r"[A-Z]{3,}(?:[ /,]{1,2}[A-Z][\w.]+){0,3}"
_DATELINE = re.compile(rf"(?:{_PLACE}(?:[,/] ?{_PLACE}){{0,2}} ?{_AGENCY}|{_CAPITALS}) ?[-–—―]+ ?")
"""The place and agency with which a report begins: "HARBOUR CITY (AP) - "."""


def pieces(text: str) -> list[Span]:
    """Offsets of the pieces to parse: paragraphs, the very long ones cut at sentence ends or else at white space.

    A dateline is left out, since it reads like the subject of what follows it.
    """
    found: list[Span] = []
    for start, end in paragraphs(text):
        dateline = _DATELINE.match(text, start, min(end, start + 100))
        if dateline and dateline.end() < end:
            start = dateline.end()
        if end - start <= LONGEST:
            found.append((start, end))
            continue
        low = start
        for _, high in sentences(text, start, end):
            while high - low > LONGEST:
                cut = max(text.rfind(" ", low + 1, low + LONGEST), low + LONGEST // 2)
                found.append((low, cut))
                low = cut
            if high - low > LONGEST // 2:
                found.append((low, high))
                low = high
        if low < end and text[low:end].strip():
            found.append((low, end))
    return found


@lru_cache(maxsize=16)
def _sentences_of(text: str) -> tuple[list[Span], list[int], list[int]]:
    """All sentences of a text outside furniture, with their starts and ends; kept, since a text is asked for often."""
    units = [unit for start, end in paragraphs(text) for unit in sentences(text, start, end)]
    return units, [start for start, _ in units], [end for _, end in units]


def context_of(text: str, spans: Sequence[Span], reach: int = 2) -> str:
    """The passage around `spans`: whole sentences, `reach` of them each way, page furniture left out.

    The sentences are joined by one space; the passage contains the statement's own text when it has one part.
    """
    if not spans:
        return ""
    start, end = min(s for s, _ in spans), max(e for _, e in spans)
    units, starts, ends = _sentences_of(text)
    first, last = bisect_right(ends, start), bisect_left(starts, end)
    left = min([start, *starts[first : first + 1]]) if first < last else start
    right = max([end, *ends[last - 1 : last]]) if first < last else end
    chosen = [*units[max(0, first - reach) : first], (left, right), *units[last : last + reach]]
    return " ".join(text[s:e] for s, e in chosen)


def statement_at(
    article: Article, number: int, speaker: str, content: tuple[Span, ...], mention: Span | None, cue: Span | None,
    kind: str,
) -> Statement:  # fmt: skip
    """The statement at these offsets of an article, the article's `number`-th (from 0), with no label."""
    return Statement(
        id=f"{article.id}-{number:03d}",
        speaker=speaker,
        statement=span_text(article.text, content),
        article_id=article.id,
        speaker_mention=article.text[slice(*mention)] if mention else "",
        cue=article.text[slice(*cue)] if cue else "",
        spans=content,
        speaker_span=mention,
        cue_span=cue,
        kind=kind,
        context=context_of(article.text, content),
        title=article.title,
    )
