"""A user's own labels as a table beside the articles: CSV, or JSONL with the same names.

One row a statement. `article` (its id: for files the name without its ending), `speaker` and `stance` are required,
and either `start` and `end` (character offsets, end exclusive) or `words` (copied from the text; ` // ` between the
parts of a split quotation; `p`, the number of the paragraph, where the words occur twice). `mention`, `cue`, `kind`
and `rule` may be given. A row without `kind` is `direct` where quotation marks enclose its words, else `indirect`.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from peacestance.corpus.annotated import check_annotation, check_span
from peacestance.corpus.rows import PART_SEPARATOR, Row, locate, overlap_faults
from peacestance.files import read_numbered_jsonl, read_text
from peacestance.schema import LABELS, AnnotatedArticle, Annotation, Article, InputError, Span

COLUMNS = ("article", "p", "words", "start", "end", "speaker", "mention", "cue", "kind", "stance", "rule")
_SHOWN = 10
_QUOTES = {"“": "”", '"': '"', "‘": "’", "'": "'", "«": "»", "„": "“"}


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise InputError(
                    f"{len(reader.fieldnames or ())} columns, but this row has another number",
                    path=path,
                    line=reader.line_num,
                    remedy="put cells that hold commas into double quotation marks",
                )
            yield reader.line_num, dict(row)
    except csv.Error as error:
        raise InputError(f"not valid CSV: {error}", path=path, line=reader.line_num) from None


def _annotation(row: dict[str, Any], text: str) -> Annotation:
    unknown = row.keys() - set(COLUMNS)
    if unknown:
        raise InputError(f"unknown column {sorted(unknown)[0]!r}", remedy=f"columns: {', '.join(COLUMNS)}")
    cell = {name: str(row.get(name) if row.get(name) is not None else "").strip() for name in COLUMNS}
    for name in ("speaker", "stance"):
        if not cell[name]:
            raise InputError(f"no {name}")
    rule = cell["rule"] or "0"
    if not rule.isdigit():
        raise InputError(f"unknown rule {rule!r}", remedy="a codebook rule from 0 to 12")
    if cell["start"] or cell["end"]:
        try:
            span = check_span([int(cell["start"]), int(cell["end"])], len(text))
        except ValueError:
            raise InputError(f"offsets {cell['start']!r} to {cell['end']!r} are no whole numbers") from None
        content: tuple[Span, ...] = (span,)
        found = Annotation(content, cell["speaker"], "direct", cell["stance"], int(rule))
        if cell["mention"] or cell["cue"]:
            raise InputError("mention and cue go with words, not with offsets", remedy="leave them empty")
    elif cell["words"]:
        parts = tuple(part.strip() for part in cell["words"].split(PART_SEPARATOR.strip()))
        if not all(parts):
            raise InputError("an empty part between the separators")
        found = locate(
            Row(cell["p"], cell["speaker"], cell["mention"], cell["cue"], parts, "direct", cell["stance"], int(rule)),
            text,
        )
    else:
        raise InputError("neither words nor start and end")
    return check_annotation(replace(found, kind=cell["kind"] or _kind(found.content, text)))


def _mapped(row: dict[str, Any], mapping: Mapping[str, str] | None) -> dict[str, Any]:
    theirs = str(row.get("stance") or "").strip()
    if mapping is None or not theirs:
        return row
    if theirs not in mapping:
        raise InputError(f"label {theirs!r} is not in the mapping", remedy=f"it has {', '.join(mapping)}")
    return row | {"stance": mapping[theirs]}


def _kind(content: tuple[Span, ...], text: str) -> str:
    before = text[: content[0][0]].rstrip()[-1:]
    after = text[content[-1][1] :].lstrip(".,!? ")[:1]
    return "direct" if before in _QUOTES and after == _QUOTES[before] else "indirect"


def read_mapping(path: str | Path) -> dict[str, str]:
    """Read a YAML file that maps a user's label names to ours (`pro: support`).

    Raises:
        InputError: it is no mapping, or leads to an unknown label.
    """
    try:
        raw = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        raise InputError(f"not valid YAML: {error}", path=path) from None
    if not isinstance(raw, dict) or not raw:
        raise InputError("no mapping of labels", path=path, remedy="lines such as `pro: support`")
    for label in raw.values():
        if label not in LABELS:
            raise InputError(f"unknown label {label!r}", path=path, remedy=f"one of {', '.join(LABELS)}")
    return {str(theirs): ours for theirs, ours in raw.items()}


def read_labels_table(
    path: str | Path, articles: Iterable[Article], mapping: Mapping[str, str] | None = None
) -> list[AnnotatedArticle]:
    """The articles with the statements that a table lists; articles without a row stay unlabelled.

    `mapping` leads from the table's label names to ours; without it they are ours.

    Raises:
        InputError: a row is malformed, names an unknown article, or its words are not found; the first ten faults are
            named with their lines.
    """
    path = Path(path)
    by_id = {article.id: article for article in articles}
    found: dict[str, list[tuple[int, Annotation]]] = defaultdict(list)
    faults: list[InputError] = []
    rows = read_numbered_jsonl(path, dict) if path.suffix.lower() == ".jsonl" else _csv_rows(path)
    for line, row in rows:
        try:
            name = str(row.get("article") or "").strip()
            if name not in by_id:
                raise InputError(f"unknown article {name!r}", remedy="its id, or its file name without the ending")
            found[name].append((line, _annotation(_mapped(row, mapping), by_id[name].text)))
        except InputError as error:
            faults.append(InputError(error.what, path=path, line=line, remedy=error.remedy))
    for own in found.values():
        faults += (InputError(f.what, path=path, line=f.line, remedy=f.remedy) for f in overlap_faults(own))
    if faults:
        shown = "\n".join(str(fault) for fault in faults[:_SHOWN])
        more = f"\n… {len(faults)} faults in all" if len(faults) > _SHOWN else ""
        raise InputError(shown + more)
    if not found:
        raise InputError("no row", path=path, remedy=f"columns: {', '.join(COLUMNS)}")
    return [
        AnnotatedArticle(
            article,
            tuple(a for _, a in sorted(found[article.id], key=lambda pair: pair[1].content)),
            str(article.extra.get("conflict") or ""),
            str(article.extra.get("genre") or ""),
            "labels",
        )
        for article in by_id.values()
    ]
