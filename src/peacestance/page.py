"""A page that shows an article's statements in its text. Everything from the article is escaped."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import jinja2

from peacestance.files import write_text
from peacestance.schema import Article, Statement

PAGES = jinja2.Environment(
    loader=jinja2.PackageLoader("peacestance"), autoescape=True, undefined=jinja2.StrictUndefined
)
"""The templates of pages; what is put into them is escaped."""
PAGES.filters["percent"] = lambda share: f"{share:.0%}"


@dataclass(frozen=True)
class _Number:
    number: int
    hue: int


@dataclass(frozen=True)
class _Piece:
    """A stretch of the text that lies in the same spans from end to end."""

    text: str
    role: str = ""
    hue: int = 0
    title: str = ""
    begins: tuple[_Number, ...] = ()


@dataclass(frozen=True)
class _Speaker:
    name: str
    hue: int
    statements: int


@dataclass(frozen=True)
class _Page:
    title: str
    rows: Sequence[Statement]
    speakers: list[_Speaker]
    pieces: list[_Piece]


def write_statements_page(articles: Iterable[tuple[Article, Sequence[Statement]]], path: str | Path) -> None:
    """Write one HTML page with the statements of articles marked in their texts, and listed beside them."""
    pages = [_page(article, statements) for article, statements in articles]
    write_text(path, PAGES.get_template("statements.html").render(pages=pages))


def _page(article: Article, statements: Sequence[Statement]) -> _Page:
    counts = Counter(s.speaker for s in statements)
    # the golden angle keeps neighbouring colours apart, however many there are
    hues = {name: round(i * 137.508) % 360 for i, name in enumerate(counts)}
    speakers = [_Speaker(name, hues[name], n) for name, n in counts.items()]
    return _Page(article.title or article.id, statements, speakers, _pieces(article.text, statements, hues))


def _pieces(text: str, statements: Sequence[Statement], hues: dict[str, int]) -> list[_Piece]:
    """Cut the text wherever a span begins or ends; of nested statements the inner one gives the colour."""
    contents = [(span, n) for n, s in enumerate(statements) for span in s.spans]
    roles = [(s.cue_span, "cue") for s in statements] + [(s.speaker_span, "mention") for s in statements]
    marks = [(span, role) for span, role in roles if span is not None]
    cuts = sorted({0, len(text), *(edge for span, _ in [*contents, *marks] for edge in span)})
    first: dict[int, list[_Number]] = defaultdict(list)
    for n, s in enumerate(statements):
        if s.spans:
            first[s.spans[0][0]].append(_Number(n + 1, hues[s.speaker]))
    contents.sort()
    marks.sort()
    pieces = []
    open_: list[tuple[tuple[int, int], int]] = []
    next_content = next_mark = 0
    role_end, role = 0, ""
    for start, end in pairwise(cuts):
        while next_content < len(contents) and contents[next_content][0][0] <= start:
            open_.append(contents[next_content])
            next_content += 1
        open_ = [item for item in open_ if item[0][1] > start]
        while next_mark < len(marks) and marks[next_mark][0][0] <= start:
            (_, role_end), role = marks[next_mark]
            next_mark += 1
        begins = tuple(first.get(start, ()))
        if open_:
            own = statements[open_[-1][1]]
            title = f"{open_[-1][1] + 1}: {own.speaker} ({own.kind})"
            pieces.append(_Piece(text[start:end], "statement", hues[own.speaker], title, begins))
        else:
            pieces.append(_Piece(text[start:end], role if role_end > start else "", begins=begins))
    return pieces
