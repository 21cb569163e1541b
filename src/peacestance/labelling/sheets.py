"""The sheets that annotators fill in: written from articles, checked and read back.

Three kinds, all Markdown with YAML front matter, numbered paragraphs and one table:

* annotator's sheet: an empty statement table (see `peacestance.corpus.rows`), to be filled in full;
* blind sheet: each content marked and numbered, no labels, a table `n, stance, rule`;
* adjudication sheet: the statements whose labels differ, a table `n, votes, stance, rule, reason`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from peacestance.corpus.embedded import HEADING, annotations_of, split_document
from peacestance.corpus.rows import format_rows as statement_table
from peacestance.corpus.rows import paragraphs, table_head, table_line, table_rows
from peacestance.schema import LABELS, RULES, AnnotatedArticle, Article, InputError

LABELS_HEADING = "## Labels"
BLIND_COLUMNS = ("n", "stance", "rule")
ADJUDICATION_COLUMNS = ("n", "votes", "stance", "rule", "reason")


@dataclass(frozen=True)
class Label:
    """A stance given to the statement with number `n` (from 1, in reading order) on a blind or adjudication sheet."""

    n: int
    stance: str
    rule: int
    reason: str = ""


def _front(**meta: str) -> str:
    return "---\n" + yaml.safe_dump(meta, sort_keys=False, allow_unicode=True, width=1000) + "---\n\n"


def _numbered(text: str, marks: Sequence[tuple[int, str]] = ()) -> str:
    """The text with numbered paragraphs, and the marks put in at their offsets."""
    lines = []
    for number, (start, end) in enumerate(paragraphs(text), 1):
        line, at = "", start
        for place, mark in sorted((m for m in marks if start <= m[0] <= end), key=lambda m: m[0]):
            line += text[at:place] + mark
            at = place
        lines.append(f"[{number}] {line + text[at:end]}".rstrip())
    return "\n\n".join(lines)


def annotator_sheet(article: Article, annotator: str = "") -> str:
    """A sheet for a full annotation: numbered paragraphs and an empty statement table."""
    meta = _front(
        id=article.id, title=article.title, outlet=article.outlet, published=article.published,
        annotator=annotator, conflict="", genre="", nothing="",
    )  # fmt: skip
    return f"{meta}{_numbered(article.text)}\n\n{HEADING}\n\n{statement_table([])}"


def read_annotator_sheet(sheet: str, article: Article) -> tuple[AnnotatedArticle, dict[str, str], list[InputError]]:
    """Read a filled sheet back against the article's own text.

    Returns:
        The annotated article, the sheet's front matter (`nothing` gives the reason where there is no statement),
        and every fault found.
    """
    document = split_document(sheet)
    faults: list[InputError] = []
    annotations = annotations_of(document.rows, article.text, faults)
    meta = document.meta
    if meta.get("id") != article.id:
        faults.append(InputError(f"the sheet is of {meta.get('id')!r}, not of {article.id!r}", line=2))
    if not annotations and not faults and not meta.get("nothing"):
        faults.append(InputError("no statement", line=2, remedy="say why under `nothing:` in the front matter"))
    for key in ("annotator", "conflict", "genre"):
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", meta.get(key, "")):
            faults.append(InputError(f"{key} {meta.get(key, '')!r} is no lower-case name with hyphens", line=2))
    annotated = AnnotatedArticle(article, tuple(annotations), meta.get("conflict", ""), meta.get("genre", ""), "real")
    return annotated, meta, faults


def _marked(annotated: AnnotatedArticle, numbers: Sequence[int]) -> str:
    marks: list[tuple[int, str]] = []
    for n in numbers:
        annotation = annotated.annotations[n - 1]
        for i, (start, end) in enumerate(annotation.content):
            marks += [(start, f"⟦{n}{'' if i else ' ' + annotation.speaker}: "), (end, f" {n}⟧")]
    return _numbered(annotated.article.text, marks)


def blind_sheet(annotated: AnnotatedArticle, annotator: str = "") -> str:
    """A sheet for second labels: every content marked with its number and speaker, nothing of the first labels."""
    article = annotated.article
    numbers = range(1, len(annotated.annotations) + 1)
    meta = _front(id=article.id, title=article.title, statements=str(len(numbers)), annotator=annotator)
    return f"{meta}{_marked(annotated, numbers)}\n\n{LABELS_HEADING}\n\n{table_head(BLIND_COLUMNS)}\n"


def adjudication_sheet(annotated: AnnotatedArticle, annotator: str = "") -> str:
    """A sheet with the statements whose votes differ; empty string where all agree."""
    differing = [n for n, a in enumerate(annotated.annotations, 1) if len(set(a.votes.values())) > 1]
    if not differing:
        return ""
    article = annotated.article
    meta = _front(id=article.id, title=article.title, statements=str(len(differing)), annotator=annotator)
    rows = "\n".join(
        table_line((n, ", ".join(f"{k}: {v}" for k, v in annotated.annotations[n - 1].votes.items()), "", "", ""))
        for n in differing
    )
    table = f"{table_head(ADJUDICATION_COLUMNS)}\n{rows}\n"
    return f"{meta}{_marked(annotated, differing)}\n\n{LABELS_HEADING}\n\n{table}"


def read_labels(sheet: str, numbers: Sequence[int]) -> tuple[list[Label], dict[str, str], list[InputError]]:
    """Read the table of a blind or adjudication sheet; `numbers` are the statements that it must label."""
    document = split_document(sheet, LABELS_HEADING)
    adjudicated = any("votes" in line for _, line in document.rows)
    columns = ADJUDICATION_COLUMNS if adjudicated else BLIND_COLUMNS
    faults: list[InputError] = []
    labels = []
    for line, cells in table_rows(document.rows, columns, faults):
        n, stance, rule = cells[0], cells[-3] if adjudicated else cells[1], cells[-2] if adjudicated else cells[2]
        reason = cells[-1] if adjudicated else ""
        before = len(faults)
        if not n.isdigit() or int(n) not in numbers:
            faults.append(InputError(f"there is no statement {n!r} to label", line=line))
        if stance not in LABELS:
            faults.append(InputError(f"unknown label {stance!r}", line=line, remedy=f"use one of {', '.join(LABELS)}"))
        if not rule.isdigit() or int(rule) not in RULES:
            faults.append(InputError(f"unknown rule {rule!r}", line=line, remedy="a codebook rule from 0 to 12"))
        if adjudicated and not reason:
            faults.append(InputError("no reason", line=line, remedy="one line in your own words"))
        if len(faults) == before:
            labels.append(Label(int(n), stance, int(rule), reason))
    count = Counter(label.n for label in labels)
    faults += [InputError(f"statement {n} has no label", line=2) for n in numbers if not count[n] and not faults]
    faults += [InputError(f"statement {n} has {count[n]} labels", line=2) for n in count if count[n] > 1]
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", document.meta.get("annotator", "")):
        faults.append(InputError("no annotator in the front matter", line=2))
    return sorted(labels, key=lambda label: label.n), document.meta, faults
