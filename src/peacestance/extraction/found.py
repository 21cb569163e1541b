"""What the finders hand to one another: parsed passages, and attributions before their speakers have names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from peacestance.extraction.quotes import Quote
from peacestance.schema import Span

Token = Any
"""A spaCy token; spaCy's own types are not visible to the type checker."""
Doc = Any
"""A spaCy document."""


@dataclass
class Passage:
    """A parsed piece of an article: token offsets count from `offset` in the article's text."""

    doc: Doc
    offset: int
    quotes: list[Quote] = field(default_factory=list)
    tokens: list[Token] = field(init=False)
    """The document's tokens, made once: asking spaCy for them again and again is slow."""
    quoted: list[int] = field(default_factory=list)
    """For each token the place in `quotes` of the quotation it stands in, or -1."""

    def __post_init__(self) -> None:
        self.tokens = list(self.doc)

    def between(self, start: int, end: int) -> list[Token]:
        """The tokens between two article offsets."""
        if end <= start:
            return []
        span = self.doc.char_span(start - self.offset, end - self.offset, alignment_mode="expand")
        return [] if span is None else self.tokens[span.start : span.end]

    def span(self, first: int, last: int) -> Span:
        """Article offsets of the tokens from `first` to `last`, both included."""
        end = self.tokens[last]
        return self.tokens[first].idx + self.offset, end.idx + len(end) + self.offset


@dataclass
class Found:
    """An attribution: content spans, its cue, and the head token of the words that stand for the speaker."""

    spans: list[Span]
    kind: str
    passage: int
    cue: Span | None = None
    noun: Token = None
    mention: Span | None = None
    noun_passage: int = -1
    """The passage of `noun` where that is another than the content's."""
    carried: bool = False
    """Whether the speaker is that of the statement before, since this one names none."""
    cue_token: int = -1
    aside: int | None = None
    """Where the clause of its cue is set off from what goes before, at "while", "though" or "with" after a comma."""
    relays: bool = False
    """Whether its speaker only passes on what others said, as news media do."""
