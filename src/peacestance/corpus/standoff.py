"""Stand-off annotations of published articles: offsets and labels in the repository, the text in its source.

`data/real/*.jsonl` holds one article a line (see `standoff_to_row`), `data/real/sources.yaml` tells where the texts
are (see `peacestance.corpus.sources`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from peacestance.corpus.annotated import check_annotation, check_span
from peacestance.files import read_numbered_jsonl
from peacestance.schema import AnnotatedArticle, Annotation, Article, InputError


@dataclass(frozen=True)
class StandoffArticle:
    """An annotated article without its text. `nothing` is the reason where it has no statement."""

    id: str
    source: str
    path: str
    sha256: str
    outlet: str
    published: str
    conflict: str
    genre: str
    annotations: tuple[Annotation, ...]
    nothing: str = ""
    file: str = ""
    line: int = 0


def _standoff_from_row(row: dict[str, Any]) -> StandoffArticle:
    try:
        annotations = []
        for number, item in enumerate(row["statements"]):
            try:
                far = 1 << 40
                cue, mention = (check_span(item[key], far) if item[key] else None for key in ("cue", "mention"))
                content = tuple(check_span(span, far) for span in item["content"])
                annotation = Annotation(
                    content, item["speaker"], item["kind"], item["stance"], item["rule"],
                    mention, cue, item["votes"], item.get("reason", ""),
                )  # fmt: skip
                annotations.append(check_annotation(annotation))
            except InputError as error:
                raise InputError(f"statement {number} of {row['id']}: {error.what}", remedy=error.remedy) from None
        names = ("id", "source", "path", "sha256", "outlet", "published", "conflict", "genre")
        facts: dict[str, Any] = {name: str(row[name]) for name in names}
        return StandoffArticle(**facts, annotations=tuple(annotations), nothing=row.get("nothing", ""))
    except KeyError as error:
        raise InputError(f"no field {error}") from None
    except (TypeError, AttributeError) as error:
        raise InputError(f"malformed: {error}") from None


def read_standoff(folder: str | Path) -> Iterator[StandoffArticle]:
    """Yield the stand-off articles of every `*.jsonl` in a folder, in the order of the file names.

    Raises:
        InputError: a row is malformed; the error names file and line.
    """
    for path in sorted(Path(folder).glob("*.jsonl")):
        for line, article in read_numbered_jsonl(path, _standoff_from_row):
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
        {
            "content": [list(span) for span in a.content],
            "cue": list(a.cue) if a.cue else None,
            "mention": list(a.mention) if a.mention else None,
            "speaker": a.speaker,
            "kind": a.kind,
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
