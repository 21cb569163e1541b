"""The statement table and the way from words to offsets."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from peacestance.corpus.rows import (
    COLUMNS,
    format_rows,
    locate,
    overlap_faults,
    paragraphs,
    parse_rows,
    table_cells,
    table_line,
    to_row,
)
from peacestance.schema import KINDS, LABELS, Annotation, InputError

TEXT = (
    "“We will go,” she said, “and we will talk.” The ministry said it would wait.\n\n"
    "He said no. He said no again – twice.\n"
    "The envoy, Ana Duro, told reporters that the\u00a0talks were “near”."
)


def row(words: str, place: str = "", mention: str = "", cue: str = "") -> Annotation:
    table = format_rows([]) + table_line((place, "Ana Duro", mention, cue, words, "direct", "support", 0))
    faults: list[InputError] = []
    (parsed,) = parse_rows(enumerate(table.split("\n"), 1), faults)
    assert not faults
    return locate(parsed, TEXT)


def words_of(annotation: Annotation) -> list[str]:
    return [TEXT[start:end] for start, end in annotation.content]


def test_parts_cue_and_mention_are_found() -> None:
    found = row("We will go // and we will talk", "1", "she", "said")
    assert words_of(found) == ["We will go", "and we will talk"]
    assert found.cue is not None and found.mention is not None
    assert TEXT[slice(*found.cue)] == "said" and TEXT[slice(*found.mention)] == "she"


def test_the_cue_of_the_same_sentence_wins_over_a_nearer_one() -> None:
    found = row("it would wait", "1", "The ministry", "said")
    assert found.cue == (TEXT.index("said it"), TEXT.index("said it") + 4)


def test_quotes_dashes_and_spaces_are_forgiven() -> None:
    assert words_of(row("no again - twice", "2")) == ["no again – twice"]
    assert words_of(row('the talks were "near"', "3")) == ["the\u00a0talks were “near”"]


def test_a_mention_is_no_part_of_another_word() -> None:
    found = row("no again", "2", "he", "said")
    assert found.mention == (TEXT.index("He said no again"), TEXT.index("He said no again") + 2)


@pytest.mark.parametrize(
    ("words", "place", "message"),
    [
        ("we will stay", "1", "do not begin in paragraph 1"),
        ("it would wait", "2", "begin in paragraph 1"),
        ("no", "2", "2 times in paragraph 2"),
        ("said", "", "times in the text"),
        ("it would wait", "9", "no paragraph 9"),
        ("no", "2:3", "2 times in paragraph 2, not 3"),
        ("We will go // he said maybe", "1", "does not follow"),
    ],
)
def test_words_that_have_no_clear_place_are_refused(words: str, place: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        row(words, place)


def test_an_occurrence_can_be_chosen() -> None:
    assert row("no", "2:2").content[0][0] == TEXT.index("no again")


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (("x", "A", "", "", "w", "direct", "support", 0), "no paragraph number"),
        (("1", "", "", "", "w", "direct", "support", 0), "no speaker"),
        (("1", "A", "", "", "w", "quoted", "support", 0), "unknown kind"),
        (("1", "A", "", "", "w", "direct", "against", 0), "unknown label"),
        (("1", "A", "", "", "w", "direct", "support", 13), "unknown rule"),
        (("1", "A", "", "", "w //", "direct", "support", 0), "empty part"),
        (("1", "A", "w"), "3 cells"),
    ],
)
def test_faults_name_their_line(cells: tuple[object, ...], message: str) -> None:
    faults: list[InputError] = []
    assert parse_rows([(7, table_line(cells))], faults) == []
    assert faults[0].line == 7 and message in str(faults[0])


def test_doubles_and_overlaps_are_faults_but_inner_quotations_are_not() -> None:
    def at(start: int, end: int, speaker: str) -> Annotation:
        return Annotation(((start, end),), speaker, "direct", "support")

    assert overlap_faults([(1, at(0, 20, "A")), (2, at(5, 10, "B"))]) == []
    assert "two rows" in str(overlap_faults([(1, at(0, 20, "A")), (2, at(0, 20, "B"))])[0])
    assert "two rows" in str(overlap_faults([(1, at(0, 20, "A")), (2, at(5, 10, "A"))])[0])
    assert "overlap" in str(overlap_faults([(1, at(0, 20, "A")), (2, at(10, 30, "B"))])[0])


cell = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="\\")).map(str.strip)


@given(st.lists(cell, min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_table_cells_are_read_as_written(cells: list[str]) -> None:
    assert table_cells(table_line(cells)) == cells


word = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)
texts = st.lists(st.lists(word, min_size=4, max_size=25).map(" ".join), min_size=1, max_size=5).map("\n\n".join)


@settings(max_examples=200, deadline=None)
@given(texts, st.data())
def test_offsets_survive_being_written_as_words(text: str, data: st.DataObject) -> None:
    """Whole words of one paragraph, written as a row, are found at the same offsets again."""
    start, end = data.draw(st.sampled_from(paragraphs(text)))
    paragraph = text[start:end]
    words = paragraph.split(" ")
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    begin = start + len(" ".join(words[:first])) + (first > 0)
    content = ((begin, begin + len(" ".join(words[first : last + 1]))),)
    annotation = Annotation(content, "A", data.draw(st.sampled_from(KINDS)), data.draw(st.sampled_from(LABELS)))
    assume("//" not in text)
    assert locate(to_row(annotation, text), text) == annotation
