"""Scoring extracted statements against gold attributions: spans, sources, names.

A content is the set of words that its spans touch; punctuation does not count. Contents are matched one to one, best
overlap first, where they share half of the longer one's words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peacestance.corpus.annotated import check_span
from peacestance.files import read_jsonl
from peacestance.matching import WORD, match_contents, word_sets
from peacestance.schema import AnnotatedArticle, Article, InputError, Span, Statement

_HEAD_ENDS = frozenset(
    ["of", "for", "from", "in", "at", "with", "on", "who", "that", "which", "to", "by", "about", "and"]
)
_TITLES = frozenset(["mr", "mrs", "ms", "dr", "sir", "lord", "lady", "president", "minister", "the"])


@dataclass(frozen=True)
class Attribution:
    """A gold attribution: content, its source's words, the speaker's name where known, its kind, its cue."""

    content: tuple[Span, ...]
    source: tuple[Span, ...]
    speaker: str
    kind: str
    cue: tuple[Span, ...] = ()


@dataclass(frozen=True)
class AttributedArticle:
    """An article with its gold attributions."""

    article: Article
    attributions: tuple[Attribution, ...]


@dataclass(frozen=True)
class Rates:
    """Precision, recall and F1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class AttributionScores:
    """How well statements were found.

    Attributes:
        articles: articles scored.
        gold: gold attributions.
        found: extracted statements.
        exact: contents with the same words.
        overlap: contents that share half of the longer one's words.
        recall_by_kind: share of the gold contents of each kind that overlap with a found one.
        source: over overlapping pairs whose gold has a source: the head word of one mention lies in the other.
        name: over overlapping pairs whose gold has a speaker: same last name, or half of the words; None without any.
        end_to_end: overlapping and the name right; None where no gold speaker has a name.
    """

    articles: int
    gold: int
    found: int
    exact: Rates
    overlap: Rates
    recall_by_kind: dict[str, float]
    source: float | None
    name: float | None
    end_to_end: Rates | None


def read_attributions(path: str | Path) -> list[AttributedArticle]:
    """Read articles with gold attributions (JSONL: `content`, `source`, `cue`, `speaker`, `form`; no labels needed).

    Raises:
        InputError: a row is malformed; names file and line.
    """

    def parse(row: dict[str, Any]) -> AttributedArticle:
        try:
            text, items = row["text"], []
            for item in row["attributions"]:
                content, source, cue = (
                    tuple(check_span(span, len(text)) for span in item.get(key) or ())
                    for key in ("content", "source", "cue")
                )
                items.append(Attribution(content, source, item.get("speaker") or "", item.get("form") or "", cue))
            return AttributedArticle(Article(row["id"], text, row.get("title") or ""), tuple(items))
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"malformed: {error!r}", remedy="id, text, attributions") from None

    return list(read_jsonl(path, parse))


def attributed(annotated: AnnotatedArticle) -> AttributedArticle:
    """An annotated article as gold for extraction."""
    return AttributedArticle(
        annotated.article,
        tuple(
            Attribution(a.content, (a.mention,) if a.mention else (), a.speaker, a.kind, (a.cue,) if a.cue else ())
            for a in annotated.annotations
        ),
    )


def same_name(first: str, second: str) -> bool:
    """Whether two names have the same last word, titles left out, or share half of their words."""
    a, b = ([w for w in WORD.findall(name.lower()) if w not in _TITLES] for name in (first, second))
    if not a or not b:
        return False
    return a[-1] == b[-1] or 2 * len(set(a) & set(b)) >= len(set(a) | set(b))


def _head(text: str, words: Sequence[tuple[int, int]], mention: frozenset[int]) -> int | None:
    """The word that a mention is about: its last one before a preposition, a relative clause or a comma."""
    head = None
    for i in sorted(mention):
        start, end = words[i]
        gap = text[words[i - 1][1] : start] if i else ""
        if head is not None and (text[start:end].lower() in _HEAD_ENDS or "," in gap):
            break
        head = i
    return head


def rates(hits: int, found: int, gold: int) -> Rates:
    """Precision, recall and F1 of `hits` among what was found and what is gold."""
    p, r = hits / found if found else 0.0, hits / gold if gold else 0.0
    return Rates(p, r, 2 * p * r / (p + r) if p + r else 0.0)


def score_attributions(
    articles: Sequence[AttributedArticle], found: Sequence[Sequence[Statement]]
) -> AttributionScores:
    """Score the statements found in each article against its gold attributions."""
    n: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    hit_kinds: Counter[str] = Counter()
    for gold, statements in zip(articles, found, strict=True):
        text = gold.article.text
        words = [match.span() for match in re.finditer(WORD, text)]
        wanted = [
            a
            for a, own in zip(gold.attributions, word_sets(text, [a.content for a in gold.attributions]), strict=True)
            if own
        ]
        had = [s for s, own in zip(statements, word_sets(text, [s.spans for s in statements]), strict=True) if own]
        kinds.update(a.kind for a in wanted)
        n["gold"] += len(wanted)
        n["found"] += len(had)
        for i, j, overlap in match_contents(text, [a.content for a in wanted], [s.spans for s in had]):
            a, s = wanted[i], had[j]
            n["overlap"] += 1
            n["exact"] += overlap == 1
            hit_kinds[a.kind] += 1
            if a.source:
                n["sources"] += 1
                theirs, ours = word_sets(text, [a.source, (s.speaker_span,) if s.speaker_span else ()])
                n["source"] += bool(ours) and (_head(text, words, theirs) in ours or _head(text, words, ours) in theirs)
            if a.speaker:
                n["names"] += 1
                n["name"] += same_name(s.speaker, a.speaker)
    return AttributionScores(
        articles=len(articles),
        gold=n["gold"],
        found=n["found"],
        exact=rates(n["exact"], n["found"], n["gold"]),
        overlap=rates(n["overlap"], n["found"], n["gold"]),
        recall_by_kind={kind: hit_kinds[kind] / total for kind, total in kinds.most_common()},
        source=n["source"] / n["sources"] if n["sources"] else None,
        name=n["name"] / n["names"] if n["names"] else None,
        end_to_end=rates(n["name"], n["found"], n["gold"]) if n["names"] else None,
    )
