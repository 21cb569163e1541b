"""A labelling round as a folder that holds everything until it is merged.

`articles.jsonl` (the articles with text, or annotated articles to be labelled again), `sheets/READER/ID.md` (full
annotations), `double/READER/ID.md` (second full annotations, to measure span agreement), `blind/READER/ID.md`
(second labels), `adjudication/READER/ID.md` (decisions). It holds the articles' text, so it stays out of a
repository whose articles are not free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from peacestance.corpus.annotated import annotated_from_row, annotated_to_row
from peacestance.corpus.standoff import read_sources, standoff_to_row, text_from_file
from peacestance.files import read_jsonl, read_text, write_jsonl, write_text
from peacestance.labelling.agreement import SpanAgreement, StanceAgreement, span_agreement, stance_agreement
from peacestance.labelling.sheets import (
    Label,
    adjudication_sheet,
    annotator_sheet,
    blind_sheet,
    read_annotator_sheet,
    read_labels,
)
from peacestance.schema import AnnotatedArticle, Annotation, Article, InputError

SOURCES = Path("data/real/sources.yaml")


class Round:
    """One labelling round in a folder; every method reads what lies there, so nothing is lost between steps."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def start(self, articles: Iterable[AnnotatedArticle]) -> None:
        """Write `articles.jsonl`."""
        write_jsonl(self.folder / "articles.jsonl", (annotated_to_row(article) for article in articles))

    @property
    def articles(self) -> dict[str, AnnotatedArticle]:
        """The round's articles by id; annotations only where they came with the articles."""
        rows = read_jsonl(self.folder / "articles.jsonl", annotated_from_row)
        return {row.article.id: row for row in rows}

    def _files(self, step: str) -> Iterator[tuple[str, str, Path]]:
        for path in sorted((self.folder / step).glob("*/*.md")):
            yield path.parent.name, path.stem, path

    def _write(self, step: str, reader: str, sheets: Iterable[tuple[str, str]]) -> int:
        """Write sheets that do not exist yet; what a reader has begun is never overwritten."""
        written = 0
        for article_id, sheet in sheets:
            path = self.folder / step / reader / f"{article_id}.md"
            if sheet and not path.exists():
                write_text(path, sheet)
                written += 1
        return written

    def write_sheets(self, reader: str, ids: Iterable[str] | None = None, step: str = "sheets") -> int:
        """Write annotator's sheets for the articles with these ids, or for all; returns how many are new."""
        articles = self.articles
        wanted = list(ids) if ids is not None else list(articles)
        return self._write(step, reader, ((i, annotator_sheet(articles[i].article, reader)) for i in wanted))

    def annotated(
        self, faults: list[InputError], step: str = "sheets"
    ) -> dict[str, tuple[AnnotatedArticle, dict[str, str]]]:
        """Full annotations by article with their front matter; every vote is under its annotator's name."""
        articles = self.articles
        result: dict[str, tuple[AnnotatedArticle, dict[str, str]]] = {}
        for reader, article_id, path in self._files(step):
            if article_id not in articles:
                faults.append(InputError("the sheet's article is not in articles.jsonl", path=path))
                continue

            def parse(sheet: str, article_id: str = article_id) -> tuple[Any, Any, list[InputError]]:
                return read_annotator_sheet(sheet, articles[article_id].article)

            read = _placed(path, parse, faults)
            if read is None:
                continue
            annotated, meta = read[0], read[1]
            votes = tuple(replace(a, votes={meta.get("annotator") or reader: a.stance}) for a in annotated.annotations)
            result[article_id] = (replace(annotated, annotations=votes), meta)
        if step == "sheets":
            for article_id, article in articles.items():
                if article.annotations and article_id not in result:
                    gold = tuple(replace(a, votes={"gold": a.stance}) for a in article.annotations)
                    result[article_id] = (replace(article, annotations=gold), {})
        return result

    def write_blind(self, reader: str, ids: Iterable[str] | None = None) -> int:
        """Write blind sheets of the annotated articles (those with these ids, or all)."""
        faults: list[InputError] = []
        annotated = self.annotated(faults)
        wanted = list(ids) if ids is not None else list(annotated)
        _raise(faults, wanted if ids is not None else None)
        return self._write(
            "blind", reader, ((i, blind_sheet(annotated[i][0], reader)) for i in wanted if annotated[i][0].annotations)
        )

    def voted(self, faults: list[InputError]) -> dict[str, tuple[AnnotatedArticle, dict[str, str]]]:
        """The annotated articles with the blind readers' votes added."""
        result = self.annotated(faults)
        for reader, article_id, path in self._files("blind"):
            if article_id not in result:
                faults.append(InputError("no sound annotation of this article to label again", path=path))
                continue
            annotated, meta = result[article_id]
            labels = self._labels(path, range(1, len(annotated.annotations) + 1), faults)
            if labels is None:
                continue
            annotations = tuple(
                replace(a, votes=a.votes | {labels[1].get("annotator") or reader: label.stance})
                for a, label in zip(annotated.annotations, labels[0], strict=True)
            )
            result[article_id] = (replace(annotated, annotations=annotations), meta)
        return result

    def _labels(
        self, path: Path, numbers: Iterable[int], faults: list[InputError]
    ) -> tuple[list[Label], dict[str, str]] | None:
        wanted = list(numbers)
        read = _placed(path, lambda sheet: read_labels(sheet, wanted), faults)
        return None if read is None else (read[0], read[1])

    def write_adjudication(self, reader: str, ids: Iterable[str] | None = None) -> int:
        """Write adjudication sheets for the articles in which votes differ."""
        faults: list[InputError] = []
        voted = self.voted(faults)
        wanted = list(ids) if ids is not None else list(voted)
        _raise(faults, wanted if ids is not None else None)
        return self._write("adjudication", reader, ((i, adjudication_sheet(voted[i][0], reader)) for i in wanted))

    def decided(self, faults: list[InputError]) -> dict[str, tuple[AnnotatedArticle, dict[str, str]]]:
        """The voted articles with every difference decided; an open difference is a fault."""
        result = self.voted(faults)
        for reader, article_id, path in self._files("adjudication"):
            if article_id not in result:
                faults.append(InputError("no sound annotation of this article to decide on", path=path))
                continue
            annotated, meta = result[article_id]
            differing = [n for n, a in enumerate(annotated.annotations, 1) if len(set(a.votes.values())) > 1]
            labels = self._labels(path, differing, faults)
            if labels is None:
                continue
            name = labels[1].get("annotator") or reader
            annotations = list(annotated.annotations)
            for label in labels[0]:
                a = annotations[label.n - 1]
                annotations[label.n - 1] = Annotation(
                    a.content, a.speaker, a.kind, label.stance, label.rule, a.mention, a.cue,
                    a.votes | {name: label.stance}, label.reason,
                )  # fmt: skip
            result[article_id] = (replace(annotated, annotations=tuple(annotations)), meta)
        for article_id, (annotated, _) in result.items():
            open_ = [
                n for n, a in enumerate(annotated.annotations, 1) if len(set(a.votes.values())) > 1 and not a.reason
            ]
            if open_:
                numbers = ", ".join(map(str, open_))
                faults.append(
                    InputError(f"statements {numbers} are not decided", path=self.folder / f"{article_id}.md")
                )
        return result

    def check(self, reader: str = "") -> tuple[list[InputError], dict[str, int]]:
        """All faults of the round (of one reader, where named), and how many sheets and statements are sound."""
        faults: list[InputError] = []
        sheets = self.annotated(faults)
        double = self.annotated(faults, "double")
        self.voted(faults)
        if any(self._files("adjudication")):
            self.decided(faults)
        unique = {str(fault): fault for fault in faults if not reader or f"/{reader}/" in str(fault)}
        counts = {
            "sound sheets": len(sheets),
            "statements": sum(len(annotated.annotations) for annotated, _ in sheets.values()),
            "second full sheets": len(double),
        }
        return list(unique.values()), counts

    def agreement(self) -> tuple[StanceAgreement | None, SpanAgreement | None]:
        """Agreement on stance over all sound votes, and on spans over second full annotations."""
        faults: list[InputError] = []
        first, second = self.voted(faults), self.annotated(faults, "double")
        pairs = [(first[i][0], annotated) for i, (annotated, _) in second.items() if i in first]
        return stance_agreement([annotated for annotated, _ in first.values()]), span_agreement(pairs)

    def merge(self, output: str | Path, ids: Iterable[str] | None = None) -> tuple[int, int]:
        """Write the decided articles (those with these ids, or all); returns how many articles and statements.

        Raises:
            InputError: a sheet has faults, a statement has one vote only, or a difference is not decided.
        """
        faults: list[InputError] = []
        decided = self.decided(faults)
        wanted = list(ids) if ids is not None else list(decided)
        for article_id in wanted:
            single = [n for n, a in enumerate(decided[article_id][0].annotations, 1) if len(a.votes) < 2]
            if single:
                path = self.folder / f"{article_id}.md"
                faults.append(InputError(f"{len(single)} statements have one vote only", path=path))
        _raise(faults, wanted if ids is not None else None)
        rows = []
        for article_id in wanted:
            annotated, meta = decided[article_id]
            from_source = {"source", "path", "sha256"} <= annotated.article.extra.keys()
            nothing = meta.get("nothing", "")
            rows.append(standoff_to_row(annotated, nothing) if from_source else annotated_to_row(annotated))
        write_jsonl(output, rows)
        return len(rows), sum(len(decided[article_id][0].annotations) for article_id in wanted)


def _placed(
    path: Path, parse: Callable[[str], tuple[Any, Any, list[InputError]]], faults: list[InputError]
) -> tuple[Any, Any] | None:
    """Read a sheet, with its path put into every fault; None where it has any."""
    try:
        first, second, found = parse(read_text(path))
    except InputError as error:
        first, second, found = None, None, [error]
    faults += [InputError(f.what, path=path, line=f.line, remedy=f.remedy) for f in found]
    return None if found else (first, second)


def _raise(faults: list[InputError], ids: Iterable[str] | None = None) -> None:
    """Raise the first fault (in the sheets of these articles, where named)."""
    if ids is not None:
        stems = set(ids)
        faults = [fault for fault in faults if fault.path is not None and Path(fault.path).stem in stems]
    if faults:
        raise InputError(f"{faults[0]}; {len(faults)} faults in all", remedy="run `peacestance label check` for all")


def read_round_articles(path: str | Path, mirror: str | Path | None, source: str) -> list[AnnotatedArticle]:
    """Articles for a round: JSONL with text, or a list of a source's files (`id`, `path`, `sha256`) and a local copy.

    Raises:
        InputError: a row is malformed, or a listed file is missing or not the one listed.
    """

    def parse(row: dict[str, Any]) -> AnnotatedArticle:
        if "text" in row or mirror is None:
            return annotated_from_row(row)
        file = Path(mirror) / str(row.get("path"))
        try:
            data = file.read_bytes()
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror}", remedy="check --mirror") from None
        text, title = text_from_file(data, read_sources(SOURCES)[source], str(row.get("sha256")))
        extra = {"source": source, "path": row["path"], "sha256": row["sha256"]}
        article = Article(row["id"], text, row.get("title") or title, row["outlet"], row["published"], extra=extra)
        return AnnotatedArticle(article, (), layer="real")

    return list(read_jsonl(path, parse))
