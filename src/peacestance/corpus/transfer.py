"""The transfer set: statements of published articles with label probabilities of teachers, and readers' votes.

It serves distillation, on statements that a program found and on those of training articles. Like the stand-off
annotations it holds offsets and no text: one article a line with `id`, `source`, `path`, `sha256` and `statements`,
each of them `content`, `cue`, `mention`, `speaker`, `kind`, `p`, the probabilities in the order of `LABELS`, and where
somebody has read it `votes`, a label for each reader. What is trained toward is then the mean of both in equal parts,
as for a statement of the training split (see `peacestance.distillation`).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from peacestance.corpus.annotated import check_annotation, check_span
from peacestance.corpus.sources import Fetching, obtain_texts, read_sources
from peacestance.corpus.standoff import StandoffArticle, join, marks_from_row, marks_to_row, standoff_from_row
from peacestance.extraction import statement_at
from peacestance.files import read_numbered_jsonl, write_jsonl
from peacestance.schema import LABELS, Annotation, Article, InputError, Prediction, Span, Statement, span_text

Votes = Mapping[tuple[str, str, tuple[Span, ...]], Mapping[str, str]]
"""The labels of readers, by their names, for the statements with these articles, speakers and contents."""
LONGEST_SPEAKER = 7
"""Words kept of a speaker; the description of an unnamed one can be a whole clause of the text."""

_ROUNDED = 0.01
"""How far from 1 a sum of rounded probabilities may be."""


def write_transfer(
    articles: Iterable[Article],
    predictions: Sequence[Sequence[Prediction]],
    path: str | Path,
    votes: Votes | None = None,
) -> tuple[int, int]:
    """Write predictions on articles whose `extra` names `source`, `path` and `sha256`, without their text.

    `predictions` has one sequence for each teacher, all on the same statements; their probabilities are averaged. Of a
    speaker the first `LONGEST_SPEAKER` words are kept. `votes` may hold readers' labels of some, with the speaker whole
    or cut. Returns how many articles and statements were written.

    Raises:
        InputError: the teachers label different statements, an article is unknown or names no source, a statement has
            no offsets or is not what stands there, or a reader has labelled another statement.
    """
    averaged = _average(predictions)
    read = {(article_id, _cut(speaker), content): own for (article_id, speaker, content), own in (votes or {}).items()}
    other = sorted(read.keys() - {(s.article_id, _cut(s.speaker), s.spans) for s, _ in averaged})
    if other:
        what = f"readers labelled {len(other)} statements that nobody predicted, such as one of {other[0][0]!r}"
        raise InputError(what, remedy="let the readers label the predicted statements")
    by_article: dict[str, list[tuple[Statement, list[float]]]] = defaultdict(list)
    for statement, probabilities in averaged:
        by_article[statement.article_id].append((statement, probabilities))
    known = {article.id: article for article in articles if article.id in by_article}
    unknown = next((i for i in by_article if i not in known), None)
    if unknown is not None:
        raise InputError(f"predictions on article {unknown!r}, which is not among the articles", remedy="give it too")
    write_jsonl(path, (_to_row(known[i], own, read) for i, own in sorted(by_article.items())))
    return len(by_article), len(averaged)


def _average(predictions: Sequence[Sequence[Prediction]]) -> list[tuple[Statement, list[float]]]:
    """The statements, in the first teacher's order, with the teachers' mean probabilities."""
    teachers: list[dict[tuple[str, tuple[Span, ...]], Prediction]] = []
    for number, own in enumerate(predictions, start=1):
        found = {(p.statement.id, p.statement.spans): p for p in own}
        if not own or len({name for name, _ in found}) < len(own):
            raise InputError(f"teacher {number} labels {'a statement twice' if own else 'nothing'}")
        differing = sorted(found.keys() ^ (teachers[0] if teachers else found).keys())
        if differing:
            what = f"teachers 1 and {number} label different statements, such as {differing[0][0]!r}"
            raise InputError(what, remedy="let every teacher predict the same statements")
        teachers.append(found)
    if not teachers:
        raise InputError("no predictions")
    return [
        (first.statement, [sum(own[key].probabilities[label] for own in teachers) / len(teachers) for label in LABELS])
        for key, first in teachers[0].items()
    ]


def _to_row(article: Article, statements: list[tuple[Statement, list[float]]], votes: Votes) -> dict[str, Any]:
    lacking = next((key for key in ("source", "path", "sha256") if not article.extra.get(key)), None)
    if lacking:
        raise InputError(f"article {article.id!r} has no field {lacking!r}", remedy="id, text, source, path, sha256")
    facts = {key: article.extra[key] for key in ("source", "path", "sha256")}
    if hashlib.sha256(article.text.encode()).hexdigest() != facts["sha256"]:
        raise InputError(f"the text of article {article.id!r} does not have its SHA-256")
    rows = []
    for statement, probabilities in statements:
        row = marks_to_row(_marks(article.text, statement)) | {"p": [round(p, 3) for p in probabilities]}
        own = votes.get((article.id, _cut(statement.speaker), statement.spans))
        rows.append(row | {"votes": dict(own)} if own else row)
    return {"id": article.id} | facts | {"statements": rows}


def _marks(text: str, statement: Statement) -> Annotation:
    try:
        for span in (*statement.spans, statement.cue_span, statement.speaker_span):
            if span is not None:
                check_span(span, len(text))
        marks = Annotation(
            statement.spans, _cut(statement.speaker), statement.kind, LABELS[0],
            mention=statement.speaker_span, cue=statement.cue_span,
        )  # fmt: skip
        check_annotation(marks)
        if span_text(text, statement.spans) != statement.statement:
            raise InputError("its words are not those at its offsets", remedy="predict the articles that are given")
    except InputError as error:
        raise InputError(f"statement {statement.id!r}: {error.what}", remedy=error.remedy) from None
    return marks


def _cut(speaker: str) -> str:
    ends = [match.end() for match in re.finditer(r"\w+", speaker)]
    return speaker[: ends[LONGEST_SPEAKER - 1]] if len(ends) > LONGEST_SPEAKER else speaker


def _probabilities(item: dict[str, Any]) -> dict[str, float]:
    found = item["p"]
    sound = isinstance(found, list) and len(found) == len(LABELS) and all(type(p) in (int, float) for p in found)
    if not sound or not min(found) >= 0 or not abs(sum(found) - 1) <= _ROUNDED:
        raise InputError(f"{found!r} are no probabilities of {', '.join(LABELS)} that sum to 1")
    return {label: p / sum(found) for label, p in zip(LABELS, found, strict=True)}


def _votes(item: dict[str, Any]) -> dict[str, str]:
    votes = item.get("votes", {})
    if not isinstance(votes, dict) or not {*map(str, votes.values())} <= set(LABELS):
        raise InputError(f"votes {votes!r}", remedy=f"readers' names, each with one of {', '.join(LABELS)}")
    return votes


def transfer_from_row(row: dict[str, Any]) -> tuple[StandoffArticle, list[dict[str, float]]]:
    """An article of a transfer set and its teachers' probabilities, the most probable label being each stance.

    Raises:
        InputError: the row is malformed.
    """

    def parse(item: dict[str, Any]) -> Annotation:
        taught = _probabilities(item)
        marks = marks_from_row(item, max(LABELS, key=lambda label: taught[label]))
        return replace(marks, votes=_votes(item))

    return standoff_from_row(row, parse), [_probabilities(item) for item in row["statements"]]


def _with_votes(taught: dict[str, float], votes: Mapping[str, str]) -> dict[str, float]:
    """Teachers' probabilities, or where somebody has read the statement, their mean with the shares of the votes."""
    if not votes:
        return taught
    count = Counter(votes.values())
    return {label: (taught[label] + count[label] / len(votes)) / 2 for label in LABELS}


def read_transfer(
    path: str | Path, sources_yaml: str | Path, fetching: Fetching
) -> tuple[list[Prediction], list[tuple[str, str]]]:
    """The predictions of a transfer set joined with their text, and `(id, reason)` for articles without one.

    Raises:
        InputError: a row is malformed or does not fit its text (file and line are named), or an article occurs twice.
    """
    articles: dict[str, StandoffArticle] = {}
    labels: dict[str, list[dict[str, float]]] = {}
    for line, (article, probabilities) in read_numbered_jsonl(path, transfer_from_row):
        if article.id in articles:
            raise InputError(f"article {article.id!r} occurs more than once", path=path, line=line)
        articles[article.id] = replace(article, file=str(path), line=line)
        labels[article.id] = probabilities
    texts = obtain_texts(list(articles.values()), read_sources(sources_yaml), fetching)
    predictions: list[Prediction] = []
    missing: list[tuple[str, str]] = []
    for article, found in zip(articles.values(), texts, strict=True):
        if found.missing:
            missing.append((article.id, f"text of the transfer set not had: {found.missing}"))
            continue
        joined = join(article, found.text, found.title)
        for number, a in enumerate(joined.annotations):
            statement = statement_at(joined.article, number, a.speaker, a.content, a.mention, a.cue, a.kind)
            both = _with_votes(labels[article.id][number], a.votes)
            predictions.append(Prediction(statement, max(LABELS, key=both.__getitem__), both))
    return predictions, missing
