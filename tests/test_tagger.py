"""The tagger: what it marks, what is made of it, and how it is trained and loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peacestance.config import to_config
from peacestance.corpus import CorpusConfig
from peacestance.evaluation.attribution import AttributedArticle, Attribution
from peacestance.evaluation.extraction import shares_of_time
from peacestance.extraction import StatementExtractor
from peacestance.extraction.passages import pieces
from peacestance.extraction.tagger import Tag, Tagger
from peacestance.inference import DEFAULT_TAGGER
from peacestance.schema import Article, InputError, span_text
from peacestance.tagging import IGNORED, TaggerConfig, train_tagger, training_windows

TEXT = (
    'Mara Velic, the foreign minister of Orland, said that talks would open soon. "We will go there now," she told '
    "reporters.\n\nThe harbour was quiet. Her view was that the Front had no wish to sign anything at all."
)


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger.from_pretrained(DEFAULT_TAGGER)


def test_it_marks_contents_cues_and_sources(tagger: Tagger) -> None:
    (tokens,) = tagger.tag([(TEXT, pieces(TEXT))])
    content = {TEXT[t.start : t.end].lower() for t in tokens if t.tag in (Tag.begin, Tag.inside)}
    assert {"talks", "soon", "go", "there"} <= content and not {"harbour", "quiet", "reporters"} & content
    assert "said" in {TEXT[t.start : t.end] for t in tokens if t.tag is Tag.cue}
    assert "Velic"[:3] in "".join(TEXT[t.start : t.end] for t in tokens if t.tag is Tag.source)
    assert [t.start for t in tokens] == sorted(t.start for t in tokens)


def test_texts_that_are_tagged_together_get_what_they_get_alone(tagger: Tagger) -> None:
    texts = [(text, pieces(text)) for text in (TEXT, "She said no.", "", TEXT * 40)]
    together = list(tagger.tag(texts))
    for own, text in zip(together, texts, strict=True):
        (alone,) = tagger.tag([text])
        assert [(t.start, t.end, t.tag) for t in own] == [(t.start, t.end, t.tag) for t in alone]
        assert [t.content for t in own] == pytest.approx([t.content for t in alone], abs=1e-4)
    assert not together[2]


@pytest.fixture(scope="module")
def extractor() -> StatementExtractor:
    return StatementExtractor(DEFAULT_TAGGER)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from([TEXT, "“Never,” he said.", "\r\n", "😀 ", "\u00a0", "She warned of war. ", '"']), max_size=6
    )
)
def test_offsets_hold_whatever_the_text(extractor: StatementExtractor, parts: list[str]) -> None:
    text = "".join(parts)
    found = extractor.extract(Article("a", text))
    assert [s.spans for s in found] == sorted(s.spans for s in found)
    for statement in found:
        assert statement.statement == span_text(text, statement.spans) and statement.speaker.strip()
        assert all(0 <= start < end <= len(text) for start, end in statement.spans)


@pytest.mark.parametrize(
    ("sentence", "content"),
    [
        ("The minister demanded a ceasefire before any talks could begin.", "a ceasefire before any talks could begin"),
        ("Reed praised the offer as a first step toward peace.", "the offer as a first step toward peace"),
        ("Velic denied the claim, but Orland is worried that the truce may fail.", "the claim"),
        ("Ana Duro rejected the plan, leaving her party split over the vote.", "the plan"),
    ],
)
def test_a_content_ends_where_the_tagger_sees_its_end(
    extractor: StatementExtractor, sentence: str, content: str
) -> None:
    (found,) = extractor.extract(Article("a", f"The harbour was quiet.\n\n{sentence}\n"))
    assert found.statement == content


def test_the_shares_of_time_are_those_of_the_whole() -> None:
    shares = shares_of_time([Article("a", TEXT * 5)], str(DEFAULT_TAGGER))
    assert set(shares) == {"spaCy", "tagger", "rules"} and sum(shares.values()) == pytest.approx(1)


def test_training_windows_have_the_inner_content_and_nothing_for_marks(tagger: Tagger) -> None:
    def at(words: str) -> tuple[int, int]:
        return TEXT.index(words), TEXT.index(words) + len(words)

    gold = (
        Attribution((at("talks would open soon"),), (at("Mara Velic"),), "Mara Velic", "indirect", (at("said"),)),
        Attribution((at("open soon"),), (), "", "indirect"),
    )
    first, *_ = training_windows(tagger.tokenizer, AttributedArticle(Article("a", TEXT), gold), 256)
    assert first["length"] == len(first["input_ids"]) == len(first["labels"])
    assert first["labels"][0] == first["labels"][-1] == IGNORED
    words = dict(zip(tagger.tokenizer.convert_ids_to_tokens(first["input_ids"]), first["labels"], strict=True))
    assert (words["talks"], words["would"], words["open"], words["soon"]) == (Tag.begin, Tag.inside) * 2
    assert (words["mara"], words["said"], words["that"]) == (Tag.source, Tag.cue, Tag.outside)


def test_a_tagger_is_trained_saved_and_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for path in sorted(Path("data/embedded").glob("*.md"))[:8]:
        (folder / path.name).write_bytes(path.read_bytes())
    config = TaggerConfig(CorpusConfig(embedded=str(folder)), epochs=0.1, max_length=64, batch_size=2)
    assert train_tagger(config, tmp_path / "out") > 8
    loaded = Tagger.from_pretrained(tmp_path / "out/tagger")
    assert loaded.card.max_length == 64 and next(loaded.tag([(TEXT, pieces(TEXT))]))
    run = json.loads((tmp_path / "out/tagger/run.json").read_text(encoding="utf-8"))
    assert run["windows"] > 8 and run["config"]["epochs"] == 0.1
    (tmp_path / "out/tagger/differences.safetensors").write_bytes(b"no")
    with pytest.raises(InputError, match="damaged"):
        StatementExtractor(tmp_path / "out/tagger")
    with pytest.raises(InputError, match="rules alone"):
        StatementExtractor(tmp_path / "nowhere")


def test_impossible_thresholds_are_refused() -> None:
    with pytest.raises(InputError, match="refuse_below"):
        to_config(TaggerConfig, {"refuse_below": 0.9, "propose_above": 0.5})
