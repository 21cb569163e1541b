"""A labelling round as a folder that holds everything until it is merged.

`articles.jsonl` (the articles with text, or annotated articles to be labelled again), `sheets/READER/ID.md` (full
annotations), `double/READER/ID.md` (second full annotations, to measure span agreement), `blind/READER/ID.md`
(second labels), `adjudication/READER/ID.md` (decisions). It holds the articles' text, so it stays out of a
repository whose articles are not free.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from peacestance.corpus.annotated import annotated_from_row, annotated_to_row
from peacestance.corpus.embedded import read_embedded
from peacestance.corpus.sources import Fetching, Text, obtain_texts, read_sources
from peacestance.corpus.standoff import standoff_to_row
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
from peacestance.schema import AnnotatedArticle, Annotation, Article, InputError, Span

SOURCES = Path("data/real/sources.yaml")
GOLD = "gold"
"""Whose vote the labels are that came with a round's articles."""


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

    def _files(self, step: str, ids: Collection[str] | None = None) -> Iterator[tuple[str, str, Path]]:
        for path in sorted((self.folder / step).glob("*/*.md")):
            if ids is None or path.stem in ids:
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

    def write_sheets(self, reader: str, ids: Collection[str] | None = None, step: str = "sheets") -> int:
        """Write annotator's sheets for the articles with these ids, or for all; returns how many are new."""
        articles = self.articles
        wanted = list(articles) if ids is None else ids
        return self._write(step, reader, ((i, annotator_sheet(articles[i].article, reader)) for i in wanted))

    def annotated(
        self, faults: list[InputError], ids: Collection[str] | None = None, step: str = "sheets"
    ) -> dict[str, tuple[AnnotatedArticle, dict[str, str]]]:
        """Full annotations (of these articles, or all) with their front matter; votes under their annotators' names."""
        articles = self.articles
        result: dict[str, tuple[AnnotatedArticle, dict[str, str]]] = {}
        for reader, article_id, path in self._files(step, ids):
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
                if article.annotations and article_id not in result and (ids is None or article_id in ids):
                    gold = tuple(replace(a, votes={GOLD: a.stance}) for a in article.annotations)
                    result[article_id] = (replace(article, annotations=gold), {})
        return result

    def write_blind(self, reader: str, ids: Collection[str] | None = None) -> int:
        """Write blind sheets of the annotated articles (those with these ids, or all)."""
        faults: list[InputError] = []
        annotated = self.annotated(faults, ids)
        _raise(faults)
        return self._write(
            "blind", reader, ((i, blind_sheet(a, reader)) for i, (a, _) in annotated.items() if a.annotations)
        )

    def voted(
        self, faults: list[InputError], ids: Collection[str] | None = None
    ) -> dict[str, tuple[AnnotatedArticle, dict[str, str]]]:
        """The annotated articles with the blind readers' votes added."""
        result = self.annotated(faults, ids)
        for reader, article_id, path in self._files("blind", ids):
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

    def blind_votes(self) -> dict[tuple[str, str, tuple[Span, ...]], dict[str, str]]:
        """The blind readers' labels by article, speaker and content, without those of who annotated the article.

        Raises:
            InputError: a sheet has faults.
        """
        faults: list[InputError] = []
        marked, voted = self.annotated(faults), self.voted(faults)
        _raise(faults)
        return {
            (article_id, a.speaker, a.content): votes
            for article_id, (annotated, _) in voted.items()
            for before, a in zip(marked[article_id][0].annotations, annotated.annotations, strict=True)
            if (votes := {reader: vote for reader, vote in a.votes.items() if reader not in before.votes})
        }

    def _labels(
        self, path: Path, numbers: Iterable[int], faults: list[InputError]
    ) -> tuple[list[Label], dict[str, str]] | None:
        wanted = list(numbers)
        read = _placed(path, lambda sheet: read_labels(sheet, wanted), faults)
        return None if read is None else (read[0], read[1])

    def write_adjudication(self, reader: str, ids: Collection[str] | None = None) -> int:
        """Write adjudication sheets for the articles in which votes differ."""
        faults: list[InputError] = []
        voted = self.voted(faults, ids)
        _raise(faults)
        return self._write(
            "adjudication", reader, ((i, adjudication_sheet(annotated, reader)) for i, (annotated, _) in voted.items())
        )

    def decided(
        self, faults: list[InputError], ids: Collection[str] | None = None
    ) -> dict[str, tuple[AnnotatedArticle, dict[str, str]]]:
        """The voted articles with every difference decided; an open difference is a fault."""
        result = self.voted(faults, ids)
        for reader, article_id, path in self._files("adjudication", ids):
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
                annotations[label.n - 1] = replace(
                    a, stance=label.stance, rule=label.rule, votes=a.votes | {name: label.stance}, reason=label.reason
                )
            result[article_id] = (replace(annotated, annotations=tuple(annotations)), meta)
        for article_id, (annotated, _) in result.items():
            differing = [n for n, a in enumerate(annotated.annotations, 1) if len(set(a.votes.values())) > 1]
            open_ = [str(n) for n in differing if not annotated.annotations[n - 1].reason]
            if open_:
                path = self.folder / f"{article_id}.md"
                faults.append(InputError(f"statements {', '.join(open_)} are not decided", path=path))
        return result

    def check(self, reader: str = "") -> tuple[list[InputError], dict[str, int]]:
        """All faults of the round (of one reader, where named), and how many sheets and statements are sound."""
        steps = ("sheets", "double", "blind", "adjudication")
        ids = {i for step in steps for name, i, _ in self._files(step) if name == reader} if reader else None
        faults: list[InputError] = []
        double = self.annotated(faults, ids, "double")
        sheets = self.decided(faults, ids) if any(self._files("adjudication", ids)) else self.voted(faults, ids)
        found = [fault for fault in faults if not reader or f"/{reader}/" in str(fault.path)]
        statements = sum(len(annotated.annotations) for annotated, _ in sheets.values())
        return found, {"sound sheets": len(sheets), "statements": statements, "second full sheets": len(double)}

    def merge(self, output: str | Path, ids: Collection[str] | None = None, double: bool = False) -> tuple[int, int]:
        """Write the decided articles (those with these ids, or all); returns how many articles and statements.

        With `double` the second full annotations are written, as they are.

        Raises:
            InputError: a sheet has faults, a statement has one vote only, or a difference is not decided.
        """
        faults: list[InputError] = []
        decided = self.annotated(faults, ids, "double") if double else self.decided(faults, ids)
        for article_id, (annotated, _) in decided.items() if not double else ():
            single = sum(len(a.votes) < 2 for a in annotated.annotations)
            if single:
                path = self.folder / f"{article_id}.md"
                faults.append(InputError(f"{single} statements have one vote only", path=path))
        _raise(faults)
        rows = []
        for annotated, meta in decided.values():
            from_source = {"source", "path", "sha256"} <= annotated.article.extra.keys()
            nothing = meta.get("nothing", "")
            rows.append(standoff_to_row(annotated, nothing) if from_source else annotated_to_row(annotated))
        write_jsonl(output, rows)
        return len(rows), sum(len(annotated.annotations) for annotated, _ in decided.values())


@dataclass(frozen=True)
class Calibration:
    """A reader's agreement with the gold labels of a round."""

    reader: str
    alpha: float
    kappa: float
    statements: int


def calibration(round_: Round, gold: str = GOLD) -> list[Calibration]:
    """Each blind reader's sound sheets against the labels that came with the articles, in order of the names."""
    voted = round_.voted([])
    readers = {r for annotated, _ in voted.values() for a in annotated.annotations for r in a.votes} - {gold}
    found = []
    for reader in sorted(readers):
        pairs = {
            article_id: [
                replace(a, votes={k: v for k, v in a.votes.items() if k in (gold, reader)}) for a in annotations
            ]
            for article_id, (annotated, _) in voted.items()
            if (annotations := annotated.annotations)
        }
        agreed = stance_agreement(pairs)
        if agreed is not None:
            ((kappa, statements),) = agreed.kappa.values()
            found.append(Calibration(reader, agreed.alpha, kappa, statements))
    return found


def agreement(rounds: Iterable[Round]) -> tuple[StanceAgreement | None, SpanAgreement | None]:
    """Agreement over one or more rounds: on stance over all sound votes, on spans over second full annotations."""
    faults: list[InputError] = []
    votes: dict[str, Sequence[Annotation]] = {}
    pairs = []
    for round_ in rounds:
        first, second = round_.voted(faults), round_.annotated(faults, step="double")
        votes |= {article_id: annotated.annotations for article_id, (annotated, _) in first.items()}
        pairs += [(first[i][0], annotated) for i, (annotated, _) in second.items() if i in first]
    return stance_agreement(votes), span_agreement(pairs)


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


def _raise(faults: list[InputError]) -> None:
    if faults:
        raise InputError(f"{faults[0]}; {len(faults)} faults in all", remedy="run `peacestance label check` for all")


@dataclass(frozen=True)
class _Listed:
    """A row of a list of a source's files."""

    source: str
    path: str
    sha256: str
    row: dict[str, Any]


def read_round_articles(path: str | Path, mirror: str | Path | None, source: str) -> list[AnnotatedArticle]:
    """Articles for a round.

    A folder of embedded articles (to label them again), JSONL with text, or a list of a source's files (`id`, `path`,
    `sha256`, `outlet`, `published`), whose texts are read from a local copy or else fetched.

    Raises:
        InputError: a row is malformed, or a listed file is not to be had or not the one listed.
    """
    if Path(path).is_dir():
        return [read_embedded(file) for file in sorted(Path(path).glob("*.md"))]

    def parse(row: dict[str, Any]) -> AnnotatedArticle | _Listed:
        if "text" in row or "sha256" not in row:
            return annotated_from_row(row)
        missing = [key for key in ("id", "path", "outlet", "published") if key not in row]
        if missing:
            raise InputError(f"no field {missing[0]!r}", remedy="id, path, sha256, outlet, published")
        return _Listed(source, str(row["path"]), str(row["sha256"]), row)

    rows = list(read_jsonl(path, parse))
    listed = [row for row in rows if isinstance(row, _Listed)]
    fetching = Fetching(mirror=None if mirror is None else str(mirror))
    texts = obtain_texts(listed, read_sources(SOURCES), fetching) if listed else iter(())
    return [row if isinstance(row, AnnotatedArticle) else _with_text(row, next(texts)) for row in rows]


def _with_text(listed: _Listed, found: Text) -> AnnotatedArticle:
    row = listed.row
    if found.missing:
        raise InputError(f"{row['id']}: {listed.path}: {found.missing}", remedy="check the local copy, or --source")
    extra = {"source": listed.source, "path": listed.path, "sha256": listed.sha256}
    title = row.get("title") or found.title
    article = Article(row["id"], found.text, title, row["outlet"], row["published"], extra=extra)
    return AnnotatedArticle(article, (), layer="real")
