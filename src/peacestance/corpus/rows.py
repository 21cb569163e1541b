"""The statement table: how a person writes down an article's statements, and how its words become offsets.

One row a statement, in a Markdown table, so that a sheet can be read, written, diffed and corrected by hand::

    | p | speaker | mention | cue | words | kind | stance | rule |
    |---|---|---|---|---|---|---|---|
    | 2 | Mara Velic | she | said | We will go // and we will talk | direct | support | 0 |

`p` is the number of the paragraph in which the words begin, counted from 1 over the text's non-empty lines; empty
where the words stand only once in the article; `2:3` is their third occurrence in paragraph 2. `//` separates the
parts of a statement that its cue splits. `\\|` stands for a bar. Straight and curly quotation marks, hyphens and
dashes, and runs of white space count as equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from peacestance.schema import KINDS, LABELS, RULES, Annotation, InputError, Span

COLUMNS = ("p", "speaker", "mention", "cue", "words", "kind", "stance", "rule")
PART_SEPARATOR = " // "
REACH = 600
"""How many characters away from its content a cue or mention may stand."""

_FOLD = str.maketrans(
    {**dict.fromkeys("“”„‟«»″", '"'), **dict.fromkeys("‘’‚‛′`", "'"), **dict.fromkeys("‐‑‒–—―−", "-"), "\u00a0": " "}
)
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]*\s|\n")
_MISSING = ("", "-", "—")


@dataclass(frozen=True)
class Row:
    """A statement as written in a table; `line` is its line in the file."""

    place: str
    speaker: str
    mention: str
    cue: str
    parts: tuple[str, ...]
    kind: str
    stance: str
    rule: int
    line: int = 0


@lru_cache(maxsize=4)
def _fold(text: str) -> str:
    """The text with quotation marks, dashes and spaces made equal; every character keeps its place."""
    return text.translate(_FOLD)


def paragraphs(text: str) -> list[Span]:
    """Offsets of the text's non-empty lines, in order; paragraph numbers are their places counted from 1."""
    return [match.span() for match in re.finditer(r"[^\n]*\S[^\n]*", text)]


def table_cells(line: str) -> list[str]:
    """The stripped cells of one Markdown table row."""
    body = line.strip().removeprefix("|")
    body = body[:-1] if body.endswith("|") and not body.endswith("\\|") else body
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", body)]


def table_line(cells: Iterable[object]) -> str:
    """Write one Markdown table row; the inverse of `table_cells`."""
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def table_head(columns: Sequence[str]) -> str:
    """The two head lines of a Markdown table."""
    return table_line(columns) + "\n|" + "---|" * len(columns)


def table_rows(
    lines: Iterable[tuple[int, str]], columns: Sequence[str], faults: list[InputError]
) -> list[tuple[int, list[str]]]:
    """The data rows of a table with their line numbers; rows of a wrong width go to `faults`."""
    rows = []
    for number, line in lines:
        if not line.strip():
            continue
        if not line.lstrip().startswith("|"):
            faults.append(InputError("text after the table begins", line=number, remedy="only table rows may follow"))
            continue
        cells = table_cells(line)
        if cells == list(columns) or all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            continue
        if len(cells) != len(columns):
            faults.append(
                InputError(
                    f"{len(cells)} cells where {len(columns)} are wanted",
                    line=number,
                    remedy=f"columns: {', '.join(columns)}; write a bar inside words as \\|",
                )
            )
            continue
        rows.append((number, cells))
    return rows


def parse_rows(lines: Iterable[tuple[int, str]], faults: list[InputError]) -> list[Row]:
    """Read a statement table from numbered lines; each fault is added to `faults` with its line."""
    rows = []
    for number, cells in table_rows(lines, COLUMNS, faults):
        place, speaker, mention, cue, words, kind, stance, rule = cells
        before = len(faults)

        def fault(what: str, remedy: str = "", line: int = number) -> None:
            faults.append(InputError(what, line=line, remedy=remedy))

        if not re.fullmatch(r"(\d+(:\d+)?)?", place):
            fault(f"place {place!r} is no paragraph number", "write 3, 3:2 or nothing")
        if not speaker:
            fault("no speaker", "a full name, an institution, or the description of an unnamed source")
        if kind not in KINDS:
            fault(f"unknown kind {kind!r}", f"use one of {', '.join(KINDS)}")
        if stance not in LABELS:
            fault(f"unknown label {stance!r}", f"use one of {', '.join(LABELS)}")
        if not rule.isdigit() or int(rule) not in RULES:
            fault(f"unknown rule {rule!r}", "a codebook rule from 0 to 12")
        parts = tuple(part.strip() for part in words.split(PART_SEPARATOR.strip()))
        if not all(parts):
            fault("no words, or an empty part")
        if len(faults) == before:
            mention, cue = ("" if value in _MISSING else value for value in (mention, cue))
            rows.append(Row(place, speaker, mention, cue, parts, kind, stance, int(rule), number))
    return rows


def format_rows(rows: Iterable[Row]) -> str:
    """Write a statement table; `parse_rows` reads it back."""
    lines = [table_head(COLUMNS)]
    lines += [
        table_line((r.place, r.speaker, r.mention, r.cue, PART_SEPARATOR.join(r.parts), r.kind, r.stance, r.rule))
        for r in rows
    ]
    return "\n".join(lines) + "\n"


def _pattern(words: str) -> re.Pattern[str]:
    tokens = words.translate(_FOLD).split()
    body = r"\s+".join(map(re.escape, tokens))
    left = r"(?<!\w)" if re.match(r"\w", tokens[0]) else ""
    right = r"(?!\w)" if re.search(r"\w$", tokens[-1]) else ""
    return re.compile(left + body + right)


def _find(words: str, folded: str) -> list[Span]:
    """Every place where the words stand, overlapping ones too."""
    pattern = re.compile(f"(?=({_pattern(words).pattern}))")
    return [match.span(1) for match in pattern.finditer(folded)]


def _first_part(words: str, place: str, folded: str, spans: list[Span]) -> Span:
    found = _find(words, folded)
    if not place:
        if len(found) == 1:
            return found[0]
        what = "are not in the text" if not found else f"stand {len(found)} times in the text"
        raise InputError(
            f"the words {words!r} {what}", remedy="copy them exactly" if not found else "give the paragraph"
        )
    number, _, occurrence = place.partition(":")
    if not 1 <= int(number) <= len(spans):
        raise InputError(f"there is no paragraph {number}", remedy=f"the text has {len(spans)}")
    start, end = spans[int(number) - 1]
    inside = [span for span in found if start <= span[0] < end]
    if not inside:
        where = [str(i) for i, (s, e) in enumerate(spans, 1) for f in found if s <= f[0] < e]
        remedy = f"they begin in paragraph {', '.join(where)}" if where else "copy them exactly"
        raise InputError(f"the words {words!r} do not begin in paragraph {number}", remedy=remedy)
    if occurrence:
        if not 1 <= int(occurrence) <= len(inside):
            raise InputError(f"the words {words!r} stand {len(inside)} times in paragraph {number}, not {occurrence}")
        return inside[int(occurrence) - 1]
    if len(inside) > 1:
        raise InputError(
            f"the words {words!r} stand {len(inside)} times in paragraph {number}",
            remedy=f"write {number}:1 or {number}:2",
        )
    return inside[0]


def _gap(text: str, a: Span, b: Span) -> tuple[int, int]:
    """Sentence ends and characters between two spans."""
    start, end = min(a[1], b[1]), max(a[0], b[0])
    return (len(_SENTENCE_END.findall(text[start:end])), end - start) if end > start else (0, 0)


def _beside(what: str, words: str, text: str, folded: str, content: Sequence[Span], anchor: Span | None) -> Span:
    """The occurrence of a cue or mention that belongs to the content: fewest sentence ends away, then nearest."""
    low, high = max(0, content[0][0] - REACH), content[-1][1] + REACH
    for flags in (re.NOFLAG, re.IGNORECASE):
        pattern = re.compile(_pattern(words).pattern, flags)
        found = [
            match.span()
            for match in pattern.finditer(folded, low, min(high, len(folded)))
            if not any(match.start() < end and match.end() > start for start, end in content)
        ]
        if found:
            break
    else:
        raise InputError(
            f"the {what} {words!r} does not stand beside the words", remedy="copy it exactly, or leave it empty"
        )

    def distance(span: Span) -> tuple[int, int]:
        ends, characters = min(_gap(text, span, part) for part in content)
        return (ends, characters if anchor is None else _gap(text, span, anchor)[1])

    return min(found, key=distance)


def locate(row: Row, text: str) -> Annotation:
    """Turn a written row into offsets into `text`.

    Raises:
        InputError: words, cue or mention are not found, or their place is not clear.
    """
    folded, spans = _fold(text), paragraphs(text)
    content = [_first_part(row.parts[0], row.place, folded, spans)]
    for part in row.parts[1:]:
        match = _pattern(part).search(folded, content[-1][1])
        if match is None or match.start() - content[-1][1] > REACH:
            raise InputError(f"the part {part!r} does not follow the first part", remedy="copy it exactly")
        content.append(match.span())
    cue = _beside("cue", row.cue, text, folded, content, None) if row.cue else None
    mention = _beside("mention", row.mention, text, folded, content, cue) if row.mention else None
    return Annotation(tuple(content), row.speaker, row.kind, row.stance, row.rule, mention, cue)


def to_row(annotation: Annotation, text: str) -> Row:
    """Write an annotation as a row; `locate` finds the same offsets again for content that is whole words."""

    def flat(span: Span | None) -> str:
        return " ".join(text[span[0] : span[1]].split()) if span else ""

    first = flat(annotation.content[0])
    start = annotation.content[0][0]
    number, (low, high) = next((i, span) for i, span in enumerate(paragraphs(text), 1) if span[0] <= start < span[1])
    found = [s for s, _ in _find(first, _fold(text))]
    inside = [s for s in found if low <= s < high]
    place = str(number) if len(inside) == 1 else f"{number}:{inside.index(start) + 1}"
    parts = tuple(flat(span) for span in annotation.content)
    return Row(
        place, annotation.speaker, flat(annotation.mention), flat(annotation.cue), parts,
        annotation.kind, annotation.stance, annotation.rule,
    )  # fmt: skip


def overlap_faults(rows: Sequence[tuple[int, Annotation]]) -> list[InputError]:
    """Doubles, and contents that overlap without one lying inside the other, as faults with their lines."""
    faults = []
    for i, (_, a) in enumerate(rows):
        for line, b in rows[i + 1 :]:
            if not any(s < f and t > e for s, t in a.content for e, f in b.content):
                continue
            inside = any(
                all(any(s <= e and f <= t for s, t in outer.content) for e, f in inner.content)
                for outer, inner in ((a, b), (b, a))
            )
            if a.content == b.content or (inside and a.speaker == b.speaker):
                faults.append(InputError("the same words stand in two rows", line=line, remedy="one row a statement"))
            elif not inside:
                faults.append(InputError("the words overlap those of another row", line=line, remedy="divide them"))
    return faults
