"""The two annotated layers and users' own articles, read and written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from peacestance.corpus.annotated import annotated_from_row
from peacestance.corpus.embedded import parse_embedded
from peacestance.files import read_jsonl, read_text
from peacestance.schema import AnnotatedArticle, InputError, span_text

__all__ = ["check_annotated"]


def check_annotated(paths: Iterable[str | Path]) -> tuple[list[InputError], dict[str, Counter[str]]]:
    """All faults in annotated files, with their places, and counts of labels, kinds and lengths in words."""
    faults: list[InputError] = []
    articles: list[AnnotatedArticle] = []
    for path in map(Path, paths):
        try:
            if path.suffix == ".md":
                annotated, found = parse_embedded(read_text(path))
                faults += [InputError(f.what, path=path, line=f.line, remedy=f.remedy) for f in found]
                articles.append(annotated)
                if annotated.article.id != path.stem:
                    faults.append(InputError(f"id {annotated.article.id!r} is not the file's name", path=path, line=2))
            else:
                articles += read_jsonl(path, annotated_from_row)
        except InputError as error:
            faults.append(error if error.path else InputError(error.what, path=path, line=error.line, remedy=error.remedy))
    counts: dict[str, Counter[str]] = {"stances": Counter(), "kinds": Counter(), "words": Counter()}
    for annotated in articles:
        for a in annotated.annotations:
            counts["stances"][a.stance] += 1
            counts["kinds"][a.kind] += 1
            words = len(span_text(annotated.article.text, a.content).split())
            counts["words"]["1-8" if words < 9 else "9-16" if words < 17 else "17-28" if words < 29 else "29+"] += 1
    return faults, counts
