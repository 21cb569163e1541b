"""Extraction through its public entry, on invented sentences about invented people."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peacestance.extraction import StatementExtractor, context_of
from peacestance.schema import KINDS, Article, Statement, span_text

INTRO = (
    "Ardania's foreign minister, Mara Velic, met the rebel leader Jonas Orlo in Port Hale on Monday. "
    "Velic has led the talks since May.\n\n"
)


@pytest.fixture(scope="module")
def extractor() -> StatementExtractor:
    return StatementExtractor()


def found(extractor: StatementExtractor, text: str) -> list[Statement]:
    statements = extractor.extract(Article("a", text, title="A title"))
    check(text, statements)
    return statements


def check(text: str, statements: list[Statement]) -> None:
    """What holds of every statement, whatever the text."""
    for number, statement in enumerate(statements):
        assert statement.id == f"a-{number:03d}"
        assert statement.article_id == "a"
        assert statement.stance is None
        assert statement.kind in KINDS
        assert statement.speaker.strip()
        assert statement.statement == span_text(text, statement.spans)
        assert all(0 <= start < end <= len(text) for start, end in statement.spans)
        for span, words in ((statement.speaker_span, statement.speaker_mention), (statement.cue_span, statement.cue)):
            assert words == (text[span[0] : span[1]] if span else "")
        if len(statement.spans) == 1:
            assert statement.statement in statement.context


def one(extractor: StatementExtractor, text: str, content: str) -> Statement:
    """The statement with this content; fails with what there is instead."""
    statements = found(extractor, text)
    same = [statement for statement in statements if statement.statement == content]
    assert same, [statement.statement for statement in statements]
    return same[0]


# --- quotations ---


@pytest.mark.parametrize(
    ("opening", "closing"), [("“", "”"), ('"', '"'), ("‘", "’"), ("'", "'"), ("«", "»"), ("„", "“"), ("»", "«")]
)
def test_every_style_of_marks(extractor: StatementExtractor, opening: str, closing: str) -> None:
    text = f"{INTRO}{opening}We will come to the table tomorrow,{closing} Velic said."
    statement = one(extractor, text, "We will come to the table tomorrow")
    assert (statement.speaker, statement.kind, statement.cue) == ("Mara Velic", "direct", "said")
    assert statement.speaker_mention == "Velic"


def test_a_cue_in_the_middle_makes_two_parts(extractor: StatementExtractor) -> None:
    text = INTRO + "“We will go,” she said, “and we will talk to everybody.”"
    statement = one(extractor, text, "We will go and we will talk to everybody.")
    assert len(statement.spans) == 2
    assert statement.speaker == "Mara Velic"


def test_nested_marks_stay_inside(extractor: StatementExtractor) -> None:
    text = INTRO + "“He told me ‘never’ and left the room,” Velic said."
    assert one(extractor, text, "He told me ‘never’ and left the room").kind == "direct"


def test_an_apostrophe_closes_no_quotation(extractor: StatementExtractor) -> None:
    text = INTRO + "'The leaders' plan is finished and it won't return,' said Orlo."
    statement = one(extractor, text, "The leaders' plan is finished and it won't return")
    assert statement.speaker == "Jonas Orlo"


def test_paragraphs_that_reopen_their_marks(extractor: StatementExtractor) -> None:
    first = "“The first thing is a truce,” said Orlo. “We have waited long enough for it to come."
    text = f"{INTRO}{first}\n\n“The second is bread.”"
    statements = found(extractor, text)
    assert [s.speaker for s in statements if "bread" in s.statement] == ["Jonas Orlo"]


def test_a_floating_quotation_takes_the_speaker_before_it(extractor: StatementExtractor) -> None:
    text = INTRO + "Orlo said the villages were empty.\n\n“Nobody will ever go back there without a treaty.”"
    statement = one(extractor, text, "Nobody will ever go back there without a treaty.")
    assert statement.speaker == "Jonas Orlo"
    assert statement.speaker_span is None


def test_a_colon_introduces_the_next_paragraph(extractor: StatementExtractor) -> None:
    text = INTRO + "Later Orlo added:\n\n“The guns must fall silent before anybody signs anything at all.”"
    statement = one(extractor, text, "The guns must fall silent before anybody signs anything at all.")
    assert (statement.speaker, statement.cue) == ("Jonas Orlo", "added")


def test_quotations_of_more_than_a_hundred_words_become_one_statement_a_sentence(extractor: StatementExtractor) -> None:
    sentences = [f"We want peace in valley number {n} and bread for all who live there." for n in range(9)]
    text = INTRO + "Velic said: “" + " ".join(sentences) + "”"
    assert [s.statement for s in found(extractor, text)][-9:] == sentences
    short = INTRO + "Velic said: “" + " ".join(sentences[:6]) + "”"
    assert one(extractor, short, " ".join(sentences[:6])).kind == "direct"


def test_a_quotation_at_the_cut_of_a_very_long_paragraph_is_found_once(extractor: StatementExtractor) -> None:
    told = "“We will go to the talks. We will stay there. We will sign,” Velic said. Then the ships came in again. "
    statements = found(extractor, INTRO + told * 120)
    contents = [s.spans for s in statements]
    assert len(contents) > 100 and len(set(contents)) == len(contents)


def test_scare_quotes_titles_and_headings_are_no_statements(extractor: StatementExtractor) -> None:
    lines = ["The so-called “corridor of hope” closed.", "“A VERY LONG NIGHT”", "Her book “The Harbour Years” sold."]
    text = INTRO + "\n\n".join(lines)
    assert not [s for s in found(extractor, text) if s.kind == "direct"]


# --- reported speech ---


@pytest.mark.parametrize(
    ("sentence", "content", "cue"),
    [
        ("Velic said that talks would resume on Friday.", "talks would resume on Friday", "said"),
        ("Velic called for an immediate ceasefire.", "an immediate ceasefire", "called for"),
        ("Velic rejected the proposal.", "the proposal", "rejected"),
        ("Velic urged both sides to return to the table.", "both sides to return to the table", "urged"),
        ("Velic warned of a wider war.", "a wider war", "warned of"),
        ("Velic welcomed the truce.", "the truce", "welcomed"),
        ("Velic accused the rebels of breaking the truce.", "the rebels of breaking the truce", "accused"),
        ("Velic vowed to rebuild the port.", "to rebuild the port", "vowed"),
        ("Talks would resume on Friday, Velic said.", "Talks would resume on Friday", "said"),
        ("According to Velic, the talks broke down.", "the talks broke down", "According to"),
        ("The talks broke down, according to Velic.", "The talks broke down", "according to"),
    ],
)
def test_reported_speech(extractor: StatementExtractor, sentence: str, content: str, cue: str) -> None:
    statement = one(extractor, INTRO + sentence, content)
    assert (statement.cue, statement.speaker, statement.kind) == (cue, "Mara Velic", "indirect")


def test_a_cue_set_into_a_clause(extractor: StatementExtractor) -> None:
    statement = one(extractor, INTRO + "The plan, Velic said, will fail within days.", "The plan will fail within days")
    assert len(statement.spans) == 2


def test_quoted_words_make_it_mixed(extractor: StatementExtractor) -> None:
    text = INTRO + "Velic said the offer was “an insult to the dead” and would not be read."
    statement = next(s for s in found(extractor, text) if "insult" in s.statement)
    assert statement.kind == "mixed"
    assert statement.statement.startswith("the offer was “an insult to the dead”")


def test_a_narrated_position_may_quote(extractor: StatementExtractor) -> None:
    text = INTRO + "Orlo has refused to join the “peace talks” in Port Hale."
    assert [s.kind for s in found(extractor, text)] == ["narrated"]


def test_people_of_one_surname_are_told_apart_by_title(extractor: StatementExtractor) -> None:
    text = "Mara Velic and her husband David Velic came. Ms. Velic said that it rained. Mr. Velic said that it snowed."
    assert one(extractor, text, "it rained").speaker == "Mara Velic"
    assert one(extractor, text, "it snowed").speaker == "David Velic"


def test_participles_have_the_speaker_of_the_cue_before(extractor: StatementExtractor) -> None:
    text = INTRO + "Velic said Orlo was a liar, adding that no date had been set."
    assert one(extractor, text, "no date had been set").speaker == "Mara Velic"
    assert one(extractor, text, "Orlo was a liar").speaker == "Mara Velic"


def test_whoever_is_passed_on_is_the_speaker(extractor: StatementExtractor) -> None:
    text = INTRO + "Orlo said the truce was over, the Hale Courier reported."
    statements = found(extractor, text)
    assert [s.speaker for s in statements if "truce" in s.statement] == ["Jonas Orlo"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Velic did not say when talks would resume.",
        "Velic may say that it is over.",
        "Velic met Orlo to discuss fishing.",
        "Velic was told that it rained.",
    ],
)
def test_what_was_not_said_is_no_statement(extractor: StatementExtractor, sentence: str) -> None:
    assert not found(extractor, INTRO + sentence)


# --- narrated positions ---


@pytest.mark.parametrize(
    "predicate",
    [
        "refused to attend the talks",
        "has begun making overtures to the rebels",
        "boycotted the peace conference",
        "has shown no willingness to negotiate",
    ],
)
def test_narrated_positions_on_negotiations(extractor: StatementExtractor, predicate: str) -> None:
    statement = one(extractor, f"{INTRO}Orlo {predicate}.", predicate)
    assert (statement.kind, statement.speaker, statement.cue) == ("narrated", "Jonas Orlo", "")


def test_acts_that_concern_no_negotiations_are_left_out(extractor: StatementExtractor) -> None:
    assert not found(extractor, INTRO + "Orlo refused to eat the soup. Velic wants a new boat.")


# --- speakers ---


@pytest.mark.parametrize(
    ("mention", "speaker"),
    [
        ("Velic", "Mara Velic"),
        ("Ms Velic", "Mara Velic"),
        ("The foreign minister", "Mara Velic"),
        ("The rebel leader", "Jonas Orlo"),
        ("The Ardanian foreign ministry", "the Ardanian foreign ministry"),
        ("A senior diplomat", "a senior diplomat"),
        ("Several witnesses", "several witnesses"),
        ("Velic and Orlo", "Mara Velic and Jonas Orlo"),
    ],
)
def test_mentions_resolve_to_one_name(extractor: StatementExtractor, mention: str, speaker: str) -> None:
    statement = one(extractor, f"{INTRO}{mention} said that the war was lost.", "the war was lost")
    assert statement.speaker == speaker
    assert statement.speaker_mention == mention


def test_who_is_named_in_a_content_is_not_the_pronoun_that_says_it(extractor: StatementExtractor) -> None:
    text = "Kiran Orlo met the guard Sasha Duro at the gate. Duro saw a lamp. He told reporters that Duro had slept."
    assert one(extractor, text, "Duro had slept").speaker == "Kiran Orlo"


def test_pronouns_follow_gender(extractor: StatementExtractor) -> None:
    text = "Mara Velic met Jonas Orlo in May. She said it was useful. He said the talks were a trap."
    assert one(extractor, text, "the talks were a trap").speaker == "Jonas Orlo"
    assert one(extractor, text, "it was useful").speaker == "Mara Velic"


def test_it_follows_the_institution(extractor: StatementExtractor) -> None:
    text = (
        "The Free Harbour Council (FHC) said it would vote. It said the vote was secret. The FHC said boats would wait."
    )
    assert {s.speaker for s in found(extractor, text)} == {"the Free Harbour Council"} or {
        s.speaker.removeprefix("the ") for s in found(extractor, text)
    } == {"Free Harbour Council"}


def test_a_role_learnt_from_a_clause(extractor: StatementExtractor) -> None:
    text = (
        "Tomas Brandt, who was given the top Harbour League job in May, arrived on Monday. Mara Velic greeted him.\n"
        "The Harbour League chief said that talks would begin."
    )
    assert one(extractor, text, "talks would begin").speaker == "Tomas Brandt"


# --- text as it comes ---


def test_furniture_is_skipped(extractor: StatementExtractor) -> None:
    text = INTRO + "Velic said the war was lost.\nCOMMENTS\nPlease let us know if you're having issues with commenting."
    statements = found(extractor, text)
    assert [s.statement for s in statements] == ["the war was lost"]
    assert all("COMMENTS" not in s.context for s in statements)


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\r\n\r\n", "\n \u00a0\n", "\u2028"])
def test_offsets_survive_odd_white_space(extractor: StatementExtractor, gap: str) -> None:
    told = "Mara Velic said\u00a0that the war was lost."
    text = f"\ufeff😀 Port\u00a0Hale{gap}{told}{gap}“It is over now,” she said. 😀{gap}"
    statements = found(extractor, text)
    assert [s.statement for s in statements] == ["the war was lost", "It is over now"]


def test_many_articles_give_what_each_gives(extractor: StatementExtractor) -> None:
    articles = [Article("a", f"{INTRO}Velic said boat {i} would sail.") for i in range(5)]
    together = list(extractor.extract_many(articles, batch_size=2))
    assert together == [extractor.extract(article) for article in articles]
    assert list(extractor.extract_many([])) == []


@pytest.mark.parametrize(
    "text",
    [
        "“a " * 10_000,
        '"' * 2_000,
        "‘word " * 1_000,
        "“x” " * 1_000,
        "A" * 20_000,
        "Aa Bb " * 1_000,
        "Velic said " * 500,
        "according to " * 500,
        "\n" * 50_000,
        "(" * 1_000 + "said" + ")" * 1_000,
    ],
    ids=lambda text: text[:8],
)
def test_broken_texts_do_no_harm(extractor: StatementExtractor, text: str) -> None:
    check(text, extractor.extract(Article("a", text)))


def test_a_very_long_article(extractor: StatementExtractor) -> None:
    text = INTRO + " ".join(f"Velic said boat {i} would sail at dawn." for i in range(400))
    statements = found(extractor, text)
    assert len(statements) > 380
    assert {s.speaker for s in statements} == {"Mara Velic"}


PIECES = st.sampled_from(
    [
        *("Velic", "Orlo", " said ", " that ", "the talks", "he", "she", "rejected", " according to ", "We go", "it"),
        *("“", "”", '"', "‘", "’", "'", ", ", ". ", ": ", "(", ")", "—", "\n", "\n\n", "\r\n", "\u00a0", "😀"),
        *("the minister", " refused to meet "),
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PIECES, max_size=40).map("".join))
def test_offsets_hold_for_any_text(extractor: StatementExtractor, text: str) -> None:
    check(text, extractor.extract(Article("a", text)))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.data())
def test_context_holds_its_statement(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert text[start:end] in context_of(text, [(start, end)])


# --- context ---


def test_context_is_two_sentences_each_way() -> None:
    text = "One is here. Two is here. Three is here. Four said it. Five is here. Six is here. Seven is here."
    start = text.index("Four")
    assert (
        context_of(text, [(start, start + 4)]) == "Two is here. Three is here. Four said it. Five is here. Six is here."
    )


def test_context_leaves_furniture_out_and_keeps_initials_whole() -> None:
    text = "Mr. J. K. Orlo came on Jan. 4 to the U.S. town.\nSHARE\nHe said no. COMMENTS"
    start = text.index("He said")
    context = context_of(text, [(start, start + 10)])
    assert context.startswith("Mr. J. K. Orlo came on Jan. 4 to the U.S. town. He said no.")
    assert "SHARE" not in context
    assert context_of(text, []) == ""
