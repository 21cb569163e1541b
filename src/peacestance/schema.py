"""The project's vocabulary: labels, articles, statements, predictions, annotations and the one error for bad input.

Everything else imports this module; it imports nothing of the project.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

LABELS: tuple[str, ...] = ("support", "conditional", "oppose", "neutral", "unrelated")
"""The five stances, in the order of their ids in every saved model."""

KINDS: tuple[str, ...] = ("direct", "indirect", "mixed", "narrated")
"""How a statement is attributed: wholly quoted, reported, reported with quoted words, told by the article."""

LABEL2ID: dict[str, int] = {label: i for i, label in enumerate(LABELS)}

RULES = {
    0: "the table of labels alone",
    1: "a condition beats support",
    2: "impossible conditions",
    3: "warning against a deal",
    4: "doubt is not opposition",
    5: "reporting others",
    6: "quotations inside quotations",
    7: "words mislead",
    8: "sarcasm and distance",
    9: "acts told as positions",
    10: "past positions told as past",
    11: "other talks",
    12: "arms as a path to talks",
}
"""The codebook's rules by number: what decided a label."""

Span = tuple[int, int]
"""Character offsets into an article's text, end exclusive."""


class InputError(ValueError):
    """Input that cannot be used: says which file, which line, what is wrong and what to do about it."""

    def __init__(self, what: str, *, path: str | Path | None = None, line: int | None = None, remedy: str = "") -> None:
        self.path, self.line, self.what, self.remedy = path, line, what, remedy
        place = "" if path is None else f"{path}: " if line is None else f"{path}:{line}: "
        super().__init__(f"{place}{what}" + (f" ({remedy})" if remedy else ""))


def check_label(stance: str) -> str:
    """Return `stance` if it is one of `LABELS`; raise `InputError` otherwise."""
    if stance not in LABELS:
        raise InputError(f"unknown label {stance!r}", remedy=f"use one of {', '.join(LABELS)}")
    return stance


@dataclass(frozen=True)
class Article:
    """A news article. `text` is exactly what every offset counts in; `extra` keeps keys that we do not know."""

    id: str
    text: str
    title: str = ""
    outlet: str = ""
    published: str = ""
    url: str = ""
    language: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
    """One proposition that an article attributes to one speaker.

    Only `id`, `speaker` and `statement` are needed for prediction. `spans` are character offsets into the
    article's text; `statement` is their text joined by one space. `stance` is the gold label where known.
    """

    id: str
    speaker: str
    statement: str
    article_id: str = ""
    speaker_mention: str = ""
    cue: str = ""
    spans: tuple[Span, ...] = ()
    speaker_span: Span | None = None
    cue_span: Span | None = None
    kind: str = ""
    context: str = ""
    title: str = ""
    stance: str | None = None

    def to_row(self) -> dict[str, Any]:
        """The statement as a JSON-ready row with the field names of the statement format."""
        row: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        row["spans"] = [list(span) for span in self.spans]
        row["speaker_span"] = list(self.speaker_span) if self.speaker_span else None
        row["cue_span"] = list(self.cue_span) if self.cue_span else None
        return row

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Statement:
        """Read a row of the statement format; keys of other formats are ignored.

        Raises:
            InputError: a required field is missing, empty or of the wrong type, or the label or kind is unknown.
        """
        for name in ("id", "speaker", "statement"):
            if not isinstance(row.get(name), str) or (name != "speaker" and not row[name].strip()):
                raise InputError(f"a statement needs a text field {name!r}", remedy="id, speaker, statement: strings")
        values: dict[str, Any] = {}
        for f in fields(cls):
            value = row.get(f.name)
            if value is None:
                continue
            try:
                if f.name == "spans":
                    value = tuple((int(s), int(e)) for s, e in value)
                elif f.name in ("speaker_span", "cue_span"):
                    value = (int(value[0]), int(value[1]))
                elif not isinstance(value, str):
                    raise TypeError
            except (TypeError, ValueError, IndexError):
                raise InputError(f"field {f.name!r} of statement {row['id']!r} is malformed: {value!r}") from None
            values[f.name] = value
        if values.get("stance"):
            check_label(values["stance"])
        else:
            values.pop("stance", None)
        if values.get("kind") and values["kind"] not in KINDS:
            raise InputError(f"unknown kind {values['kind']!r}", remedy=f"use one of {', '.join(KINDS)}")
        return cls(**values)


@dataclass(frozen=True)
class Prediction:
    """A statement with the model's stance; `probabilities` maps each label to a float and sums to 1."""

    statement: Statement
    stance: str
    probabilities: dict[str, float]
    abstained: bool = False

    def to_row(self) -> dict[str, Any]:
        """The statement's row with the predicted stance in place of the gold one."""
        return self.statement.to_row() | {
            "stance": self.stance,
            "probabilities": self.probabilities,
            "abstained": self.abstained,
        }

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Prediction:
        """Read a row that `to_row` gave.

        Raises:
            InputError: it is no statement, or has no probabilities of our labels that sum to 1.
        """
        statement = Statement.from_row({**row, "stance": None})
        found = row.get("probabilities")
        try:
            probabilities = {label: float(found[label]) for label in LABELS}  # type: ignore[index]
        except (TypeError, KeyError, ValueError):
            probabilities = {}
        if min(probabilities.values(), default=-1) < 0 or abs(sum(probabilities.values()) - 1) > 0.01:
            raise InputError(
                f"statement {statement.id!r} has no probabilities of {', '.join(LABELS)} that sum to 1",
                remedy="give rows that scripts/predict.py wrote",
            )
        stance = max(LABELS, key=lambda label: probabilities[label])
        return cls(statement, stance, probabilities, bool(row.get("abstained")))


@dataclass(frozen=True)
class Annotation:
    """A person's or a reader's record of one attributed statement, as offsets into its article's text."""

    content: tuple[Span, ...]
    speaker: str
    kind: str
    stance: str
    rule: int = 0
    mention: Span | None = None
    cue: Span | None = None
    votes: dict[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class AnnotatedArticle:
    """An article with all of its attributed statements.

    `layer` is where it comes from: `embedded`, `real`, or the name of a user's file.
    """

    article: Article
    annotations: tuple[Annotation, ...]
    conflict: str = ""
    genre: str = ""
    layer: str = ""


def span_text(text: str, spans: tuple[Span, ...] | list[Span]) -> str:
    """The text of the spans joined by one space."""
    return " ".join(text[start:end] for start, end in spans)


def dump_row(row: dict[str, Any]) -> str:
    """One JSON object on one line, readable in every script."""
    return json.dumps(row, ensure_ascii=False)
