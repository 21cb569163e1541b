"""Stand-off annotations of published articles: offsets and labels in the repository, the text in its source.

`data/real/*.jsonl` holds one article a line (see `standoff_to_row`), `data/real/sources.yaml` tells where the texts
are (see `peacestance.corpus.sources`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from peacestance.corpus.annotated import check_annotation, check_span
from peacestance.files import read_numbered_jsonl
from peacestance.schema import AnnotatedArticle, Annotation, Article, InputError

_FAR = 1 << 40
"""An offset beyond every text: how long this one is shows when it is joined."""


@dataclass(frozen=True)
class StandoffArticle:
    """An annotated article without its text. `nothing` is the reason where it has no statement."""

    id: str
    source: str
    path: str
    sha256: str
    annotations: tuple[Annotation, ...]
    outlet: str = ""
    published: str = ""
    conflict: str = ""
    genre: str = ""
    nothing: str = ""
    file: str = ""
    line: int = 0


def marks_from_row(item: dict[str, Any], stance: str) -> Annotation:
    """Read the offsets, speaker and kind of a stand-off statement; the rest of it is the caller's."""
    cue, mention = (check_span(item[key], _FAR) if item[key] else None for key in ("cue", "mention"))
    content = tuple(check_span(span, _FAR) for span in item["content"])
    return Annotation(content, item["speaker"], item["kind"], stance, mention=mention, cue=cue)


def marks_to_row(annotation: Annotation) -> dict[str, Any]:
    """Write the offsets, speaker and kind of a statement; `marks_from_row` reads them back."""
    return {
        "content": [list(span) for span in annotation.content],
        "cue": list(annotation.cue) if annotation.cue else None,
        "mention": list(annotation.mention) if annotation.mention else None,
        "speaker": annotation.speaker,
        "kind": annotation.kind,
    }


def standoff_from_row(
    row: dict[str, Any], parse: Callable[[dict[str, Any]], Annotation], facts: Sequence[str] = ()
) -> StandoffArticle:
    """Read a stand-off article; `parse` reads one of its statements, `facts` are the fields that it needs to have.

    Raises:
        InputError: a field is missing, or a statement is malformed.
    """
    try:
        annotations = []
        for number, item in enumerate(row["statements"]):
            try:
                annotations.append(check_annotation(parse(item)))
            except InputError as error:
                raise InputError(f"statement {number} of {row['id']}: {error.what}", remedy=error.remedy) from None
        texts: dict[str, Any] = {name: str(row[name]) for name in ("id", "source", "path", "sha256", *facts)}
        return StandoffArticle(**texts, annotations=tuple(annotations), nothing=row.get("nothing", ""))
    except KeyError as error:
        raise InputError(f"no field {error}") from None
    except (TypeError, AttributeError) as error:
        raise InputError(f"malformed: {error}") from None


def _real_from_row(row: dict[str, Any]) -> StandoffArticle:
    def parse(item: dict[str, Any]) -> Annotation:
        marks = marks_from_row(item, item["stance"])
        return replace(marks, rule=item["rule"], votes=item["votes"], reason=item.get("reason", ""))

    return standoff_from_row(row, parse, ("outlet", "published", "conflict", "genre"))


def read_standoff(folder: str | Path) -> Iterator[StandoffArticle]:
    """Yield the stand-off articles of every `*.jsonl` in a folder, in the order of the file names.

    Raises:
        InputError: a row is malformed; the error names file and line.
    """
    for path in sorted(Path(folder).glob("*.jsonl")):
        for line, article in read_numbered_jsonl(path, _real_from_row):
            yield replace(article, file=str(path), line=line)


def standoff_to_row(annotated: AnnotatedArticle, nothing: str = "") -> dict[str, Any]:
    """Write an annotated article without its text; its `extra` names `source`, `path` and `sha256`."""
    article = annotated.article
    row: dict[str, Any] = {"id": article.id}
    row |= {key: article.extra[key] for key in ("source", "path", "sha256")}
    row |= {"outlet": article.outlet, "published": article.published}
    row |= {"conflict": annotated.conflict, "genre": annotated.genre}
    if nothing:
        row["nothing"] = nothing
    row["statements"] = [
        marks_to_row(a)
        | {
            "stance": a.stance,
            "rule": a.rule,
            "votes": a.votes,
            **({"reason": a.reason} if a.reason else {}),
        }
        for a in annotated.annotations
    ]
    return row


def join(standoff: StandoffArticle, text: str, title: str) -> AnnotatedArticle:
    """Put a stand-off article together with its text.

    Raises:
        InputError: an offset lies outside the text; the error names the annotation's file and line.
    """
    for number, a in enumerate(standoff.annotations):
        for span in (*a.content, a.cue, a.mention):
            if span is not None:
                try:
                    check_span(span, len(text))
                except InputError as error:
                    what = f"statement {number} of {standoff.id}: {error.what}"
                    raise InputError(what, path=standoff.file, line=standoff.line, remedy=error.remedy) from None
    extra = {"source": standoff.source, "path": standoff.path, "sha256": standoff.sha256}
    article = Article(standoff.id, text, title, standoff.outlet, standoff.published, language="en", extra=extra)
    return AnnotatedArticle(article, standoff.annotations, standoff.conflict, standoff.genre, "real")
