"""Public stance sets: texts with a target and a stance toward it, read from their published files, JSONL or the hub.

Favor becomes `support`, against `oppose`, none `neutral`, and the target stands where a statement has its speaker.
The normalised form is JSONL, one object a line: `id`, `text`, `target`, `stance` (favor, against or none), and `seen`
("1" where training has the target) if known; its files are NAME-train.jsonl, NAME-validation.jsonl and
NAME-test*.jsonl.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peacestance.files import read_numbered_jsonl, read_text
from peacestance.schema import InputError, Statement

HUB = "hub:"
"""Begins a path that is a dataset of the hub: `hub:ORG/NAME`."""
VALIDATION_SHARE = 0.15
"""Share of the training rows that become the validation split of a set that has none."""

_WORDS = {"favor": "support", "against": "oppose", "none": "neutral"}


@dataclass(frozen=True)
class Figure:
    """A published result on a set's test split, and where it stands."""

    system: str
    score: float
    source: str


@dataclass(frozen=True)
class Layout:
    """How a set is laid out.

    Attributes:
        files: for each split, a pattern for the name of each of its files.
        text: column of the text.
        target: column of the target.
        stance: column of the stance.
        id: column of the row's id; rows are counted where there is none.
        labels: what the stance column holds, in lower case, with our labels.
        seen: column that is 1 where training has the target; the test split leaves these rows out.
        encoding: of files that are not UTF-8.
    """

    files: Mapping[str, tuple[str, ...]]
    text: str
    target: str
    stance: str
    id: str = ""
    labels: Mapping[str, str] = field(default_factory=lambda: _WORDS)
    seen: str = ""
    encoding: str = ""


@dataclass(frozen=True)
class PublicSet:
    """A public stance set.

    Attributes:
        title: its name.
        metric: the published metric in words.
        scored: labels whose F1 is averaged.
        labels: labels that its rows have; rows of others are left out, and only these compete.
        by_target: whether the metric is the mean over the targets, not over all rows together.
        published: results to stand beside ours.
        origin: where the files come from.
        layout: of the published files.
    """

    title: str
    metric: str
    scored: tuple[str, ...]
    published: tuple[Figure, ...]
    origin: str
    layout: Layout
    labels: tuple[str, ...] = ("support", "oppose", "neutral")
    by_target: bool = False


PUBLIC_SETS: Mapping[str, PublicSet] = {
    "semeval2016": PublicSet(
        title="SemEval-2016 Task 6, task A",
        metric="mean F1 of favor and against over all targets together",
        scored=("support", "oppose"),
        published=(
            Figure("SVM on n-grams, the organisers' baseline", 0.690, "Mohammad et al., SemEval 2016"),
            Figure("MITRE, the best of 19 teams", 0.678, "Zarrella and Marsh, SemEval 2016"),
        ),
        origin="saifmohammad.com/WebPages/StanceDataset.htm, or data.path=hub:krishnagarg09/SemEval2016Task6",
        layout=Layout(
            # the 100 trial tweets belong to the training set of the task
            files={"train": ("tr*data-all-annotations.txt",), "test": ("testdata-taskA-all-annotations.txt",)},
            text="Tweet",
            target="Target",
            stance="Stance",
            id="ID",
            encoding="cp1252",
        ),
    ),
    "vast": PublicSet(
        title="VAST, zero-shot",
        metric="macro-F1 of pro, con and neutral on topics that training does not have",
        scored=("support", "oppose", "neutral"),
        published=(
            Figure("TGA-Net", 0.666, "Allaway and McKeown, EMNLP 2020"),
            Figure("TATA", 0.771, "Hanley and Durumeric, EMNLP 2023"),
        ),
        origin="github.com/emilyallaway/zero-shot-stance, or data.path=hub:yfhe/VAST",
        layout=Layout(
            files={"train": ("vast_train.csv",), "validation": ("vast_dev.csv",), "test": ("vast_test.csv",)},
            text="post",
            target="new_topic",
            stance="label",
            id="new_id",
            labels={"0": "oppose", "1": "support", "2": "neutral"},
            seen="seen?",
        ),
    ),
    "pstance": PublicSet(
        title="P-Stance",
        metric="mean F1 of favor and against, averaged over the targets",
        scored=("support", "oppose"),
        published=(Figure("BERTweet, one model a target", 0.8053, "Li et al., Findings of ACL 2021"),),
        origin="github.com/chuchun8/PStance",
        layout=Layout(
            files={
                split: tuple(f"raw_{part}_{target}.csv" for target in ("bernie", "biden", "trump"))
                for split, part in (("train", "train"), ("validation", "val"), ("test", "test"))
            },
            text="Tweet",
            target="Target",
            stance="Stance",
            encoding="latin-1",
        ),
        labels=("support", "oppose"),
        by_target=True,
    ),
}
"""The sets, by the name that `data=` has for them."""


def read_public(name: str, path: str | Path) -> dict[str, list[Statement]]:
    """The statements of a set's train, validation and test split, each with its label.

    Where the set has no validation split, one is drawn from the training rows by a hash of their ids.

    Args:
        name: a key of `PUBLIC_SETS`.
        path: a folder with the published files or with JSONL files in the normalised form, or `hub:ORG/NAME`.

    Raises:
        InputError: the set is unknown, a file or column is missing, or a row is malformed (file and line are named).
    """
    if name not in PUBLIC_SETS:
        raise InputError(f"{name!r} is no public stance set", remedy=f"data= one of {', '.join(PUBLIC_SETS)}")
    public = PUBLIC_SETS[name]
    hub = str(path).startswith(HUB)
    rows = _hub_rows(public, str(path)) if hub else _file_rows(public, Path(path), name)
    splits = {split: [s for s in own if s.stance in public.labels] for split, own in rows}
    if "validation" not in splits:
        splits["train"], splits["validation"] = _draw(splits.get("train", []))
    for split in ("train", "validation", "test"):
        if not splits.get(split):
            raise InputError(f"no row of {public.title} for split {split!r}", path=path, remedy=public.origin)
    return splits


def _file_rows(public: PublicSet, folder: Path, name: str) -> Iterator[tuple[str, list[Statement]]]:
    layout = _normalised(name) if (folder / f"{name}-train.jsonl").is_file() else public.layout
    for split, patterns in layout.files.items():
        rows: list[Statement] = []
        for pattern in patterns:
            files = sorted(folder.glob(pattern))
            if not files:
                raise InputError(f"no {pattern} here", path=folder, remedy=f"data.path=FOLDER, from {public.origin}")
            for file in files:
                rows += _statements(_rows(file, layout), file, split, layout, len(rows))
        yield split, rows


def _normalised(name: str) -> Layout:
    files = {split: (f"{name}-{split}.jsonl",) for split in ("train", "validation")}
    return Layout(files | {"test": (f"{name}-test*.jsonl",)}, "text", "target", "stance", "id", seen="seen")


def _hub_rows(public: PublicSet, path: str) -> Iterator[tuple[str, list[Statement]]]:
    import datasets

    try:
        found = datasets.load_dataset(path.removeprefix(HUB))
    except Exception as error:  # the hub and its readers raise many kinds; each means that it cannot be read
        raise InputError(f"cannot be read: {error}", path=path, remedy=public.origin) from error
    for split, rows in found.items():
        place = f"{path}, {split}"
        yield str(split), list(_statements(enumerate(rows, start=1), place, str(split), public.layout))


def _rows(path: Path, layout: Layout) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a file with their line numbers."""
    if path.suffix == ".jsonl":
        yield from read_numbered_jsonl(path, lambda row: {layout.seen: "0"} | row)
        return
    tabs = path.suffix == ".txt"  # in which quotation marks are text
    reader = csv.DictReader(
        io.StringIO(_text(path, layout.encoding), newline=""), dialect="excel-tab" if tabs else "excel",
        quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL, strict=True,
    )  # fmt: skip
    start = 2  # the line on which a row begins; a quoted cell may hold line ends
    try:
        for row in reader:
            yield start, row
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"not valid CSV: {error}", path=path, line=start) from None


def _text(path: Path, encoding: str) -> str:
    """The file's text: UTF-8, in which copies are often kept, or else as published."""
    try:
        return read_text(path)
    except InputError as fault:
        if fault.line is None or not encoding:
            raise
    data = path.read_bytes()
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        what = f"byte 0x{data[error.start]:02x} is neither UTF-8 nor {encoding}"
        raise InputError(what, path=path, line=data.count(b"\n", 0, error.start) + 1) from None


def _statements(
    rows: Iterable[tuple[int, Mapping[str, Any]]], path: str | Path, split: str, layout: Layout, before: int = 0
) -> Iterator[Statement]:
    """The statements of numbered rows; `before` rows of the split stand in other files."""
    for count, (line, row) in enumerate(rows, start=before):
        try:
            if split == "test" and layout.seen and _cell(row, layout.seen) != "0":
                continue
            yield _statement(row, f"{split}-{count}", layout)
        except InputError as error:
            raise InputError(error.what, path=path, line=line, remedy=error.remedy) from None


def _statement(row: Mapping[str, Any], count: str, layout: Layout) -> Statement:
    text, target, stance = (_cell(row, column) for column in (layout.text, layout.target, layout.stance))
    if not text:
        raise InputError(f"no text in {layout.text!r}")
    if stance.lower() not in layout.labels:
        raise InputError(f"unknown stance {stance!r}", remedy=f"one of {', '.join(layout.labels)}")
    key = str(row.get(layout.id) or count)
    return Statement(key, target, text, article_id=key, stance=layout.labels[stance.lower()])


def _cell(row: Mapping[str, Any], column: str) -> str:
    if row.get(column) is None:
        raise InputError(f"no {column!r} in this row", remedy=f"columns: {', '.join(map(str, row))}")
    return str(row[column]).strip()


def _draw(statements: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
    """Training and validation rows, the latter those whose ids have the lowest hashes."""
    order = sorted(statements, key=lambda s: hashlib.sha256(s.id.encode()).hexdigest())
    held = {s.id for s in order[: round(VALIDATION_SHARE * len(order))]}
    return [s for s in statements if s.id not in held], [s for s in statements if s.id in held]
