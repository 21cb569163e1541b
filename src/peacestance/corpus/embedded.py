"""Embedded articles: text and statements in one Markdown file that people read, write, diff and correct.

YAML front matter (`id`, `conflict`, `outlet`, `published`, `title`, `genre`), the text with one paragraph a line,
then `## Statements` and the statement table (see `peacestance.corpus.rows`).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import yaml

from peacestance.corpus.rows import Row, format_rows, locate, overlap_faults, parse_rows
from peacestance.files import read_text
from peacestance.schema import AnnotatedArticle, Annotation, Article, InputError

FRONT_MATTER = ("id", "conflict", "outlet", "published", "title", "genre")
HEADING = "## Statements"


class Document(NamedTuple):
    """A Markdown file taken apart: front matter, body, and the numbered lines under a heading."""

    meta: dict[str, str]
    body: str
    rows: list[tuple[int, str]]


def split_document(text: str, heading: str = HEADING) -> Document:
    """Take a file apart into front matter, body and the numbered lines after `heading`.

    Raises:
        InputError: front matter or heading is missing or malformed.
    """
    lines = text.split("\n")
    if lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:]):
        raise InputError("no YAML front matter between two lines of ---", line=1)
    close = next(i for i, line in enumerate(lines[1:], 1) if line.strip() == "---")
    try:
        meta = yaml.load("\n".join(lines[1:close]), Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise InputError(
            f"front matter is not valid YAML: {getattr(error, 'problem', error)}",
            line=2 + mark.line if mark else 1,
            remedy="put a value with a colon in quotation marks",
        ) from None
    if not isinstance(meta, dict):
        raise InputError("front matter is empty", line=1)
    at = next((i for i, line in enumerate(lines) if i > close and line.strip() == heading), None)
    if at is None:
        raise InputError(f"no heading {heading!r}", line=len(lines))
    body = "\n".join(lines[close + 1 : at]).strip("\n")
    return Document(
        {str(key): str(value or "") for key, value in meta.items()},
        body,
        list(enumerate(lines[at + 1 :], start=at + 2)),
    )


def annotations_of(lines: list[tuple[int, str]], text: str, faults: list[InputError]) -> list[Annotation]:
    """Read and locate a statement table; every fault is added to `faults`. Annotations come in reading order."""
    located = []
    for row in parse_rows(lines, faults):
        try:
            located.append((row.line, locate(row, text)))
        except InputError as error:
            faults.append(InputError(error.what, line=row.line, remedy=error.remedy))
    faults.extend(overlap_faults(located))
    return sorted((annotation for _, annotation in located), key=lambda a: a.content)


def parse_embedded(text: str) -> tuple[AnnotatedArticle, list[InputError]]:
    """Read one embedded article; returns it with all faults found (empty where it is sound)."""
    document = split_document(text)
    faults = [InputError(f"front matter has no {key!r}", line=1) for key in FRONT_MATTER if not document.meta.get(key)]
    faults += [
        InputError(f"unknown front matter key {key!r}", line=1) for key in document.meta if key not in FRONT_MATTER
    ]
    if not document.body.strip():
        faults.append(InputError("the article is empty", line=1))
    meta = {key: document.meta.get(key, "") for key in FRONT_MATTER}
    annotations = annotations_of(document.rows, document.body, faults)
    article = Article(
        id=meta["id"],
        text=document.body,
        title=meta["title"],
        outlet=meta["outlet"],
        published=meta["published"],
        language="en",
    )
    annotated = AnnotatedArticle(article, tuple(annotations), meta["conflict"], meta["genre"], "embedded")
    return annotated, faults


def read_embedded(path: str | Path) -> AnnotatedArticle:
    """Read one embedded article.

    Raises:
        InputError: the first fault, with file and line.
    """
    try:
        annotated, faults = parse_embedded(read_text(path))
    except InputError as error:
        raise InputError(error.what, path=path, line=error.line, remedy=error.remedy) from None
    if faults:
        first = min(faults, key=lambda fault: fault.line or 0)
        raise InputError(first.what, path=path, line=first.line, remedy=first.remedy)
    return annotated


def format_embedded(annotated: AnnotatedArticle, rows: list[Row]) -> str:
    """Write an embedded article's file; `parse_embedded` reads back the same text and rows."""
    article = annotated.article
    meta = {
        "id": article.id, "conflict": annotated.conflict, "outlet": article.outlet,
        "published": article.published, "title": article.title, "genre": annotated.genre,
    }  # fmt: skip
    front = yaml.safe_dump(meta, sort_keys=False, allow_unicode=True, width=1000)
    return f"---\n{front}---\n\n{article.text}\n\n{HEADING}\n\n{format_rows(rows)}"
