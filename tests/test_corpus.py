"""Embedded, stand-off and annotated articles: exact text, exact offsets, faults with file and line."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peacestance.corpus import CorpusConfig, CorpusName, check_annotated, read_corpus
from peacestance.corpus.annotated import annotated_from_row, annotated_to_row
from peacestance.corpus.embedded import format_embedded, parse_embedded, read_embedded
from peacestance.corpus.rows import to_row
from peacestance.corpus.standoff import join, read_standoff, standoff_to_row
from peacestance.schema import AnnotatedArticle, Annotation, Article, InputError, span_text

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = """---
id: {id}
conflict: reed-war
outlet: The Reed Post
published: '2031-01-02'
title: 'Reed: talks near'
genre: brief
---

The minister said talks were near.

“We will go,” she said.

## Statements

| p | speaker | mention | cue | words | kind | stance | rule |
|---|---|---|---|---|---|---|---|
| 1 | Ida Reed | The minister | said | talks were near | indirect | neutral | 0 |
| 2 | Ida Reed | she | said | We will go | direct | support | 0 |
"""


def test_an_embedded_article_has_the_text_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "reed-01.md"
    path.write_text(SAMPLE.format(id="reed-01"), encoding="utf-8")
    annotated = read_embedded(path)
    assert annotated.article.text == "The minister said talks were near.\n\n“We will go,” she said."
    assert annotated.article.title == "Reed: talks near"
    assert [span_text(annotated.article.text, a.content) for a in annotated.annotations] == [
        "talks were near",
        "We will go",
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("talks were near |", "talks were far |", 18, "do not begin in paragraph 1"),
        ("| direct |", "| spoken |", 19, "unknown kind"),
        ("| support |", "| favour |", 19, "unknown label"),
        ("genre: brief\n", "", 1, "no 'genre'"),
        ("genre: brief", "genre: brief\nmood: bad", 1, "unknown front matter key"),
        ("'Reed: talks near'", "Reed: talks near", 6, "not valid YAML"),
        ("## Statements", "## Rows", 19, "no heading"),
    ],
)
def test_a_fault_in_an_embedded_article_names_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    path = tmp_path / "reed-01.md"
    path.write_text(SAMPLE.format(id="reed-01").replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        read_embedded(path)
    assert str(caught.value).startswith(f"{path}:")
    assert caught.value.line is not None and abs(caught.value.line - line) <= 1


def test_every_embedded_article_of_the_repository_is_sound() -> None:
    faults, counts = check_annotated(sorted((ROOT / "data/embedded").glob("*.md")))
    assert not faults
    assert sum(counts["stances"].values()) >= 450


line_text = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=60).map(str.strip)
bodies = st.lists(line_text.filter(lambda s: s and not s.startswith("##")), min_size=1, max_size=6).map("\n\n".join)


@settings(max_examples=100, deadline=None)
@given(bodies)
def test_any_text_comes_back_exactly_from_an_embedded_file(text: str) -> None:
    article = Article("a-1", text, "A: title’s", "The Post", "2031-01-01", language="en")
    annotated = AnnotatedArticle(article, (), "war", "brief", "embedded")
    read, faults = parse_embedded(format_embedded(annotated, []))
    assert not faults
    assert read.article.text == text.strip("\n")
    assert read == annotated or read.article.text != text


def test_embedded_articles_written_back_keep_their_offsets() -> None:
    for path in sorted((ROOT / "data/embedded").glob("*.md"))[:10]:
        annotated = read_embedded(path)
        rows = [to_row(a, annotated.article.text) for a in annotated.annotations]
        again, faults = parse_embedded(format_embedded(annotated, rows))
        assert not faults
        assert [a.content for a in again.annotations] == [a.content for a in annotated.annotations]


spans = st.tuples(st.integers(0, 40), st.integers(1, 20)).map(lambda p: (p[0], p[0] + p[1]))


@given(st.lists(spans, min_size=1, max_size=3, unique=True), st.one_of(st.none(), spans), st.one_of(st.none(), spans))
def test_annotated_articles_survive_json(
    content: list[tuple[int, int]], cue: tuple[int, int] | None, mention: tuple[int, int] | None
) -> None:
    ordered = sorted(content)
    parts = tuple(s for i, s in enumerate(ordered) if i == 0 or s[0] >= max(e for _, e in ordered[:i]))
    annotation = Annotation(
        parts, "Ana Duro", "direct", "oppose", 2, mention, cue, {"a": "oppose", "b": "neutral"}, "why"
    )
    article = Article("x", "w" * 80, "t", extra={"desk": "foreign"})
    annotated = AnnotatedArticle(article, (annotation,), "war", "report", "mine")
    assert annotated_from_row(json.loads(json.dumps(annotated_to_row(annotated)))) == annotated


def standoff_corpus(folder: Path, text: str, content: list[int], digest: str | None = None) -> CorpusConfig:
    """A stand-off corpus with one article, and its source."""
    real, mirror = folder / "real", folder / "mirror"
    (mirror / "data/jsons").mkdir(parents=True)
    real.mkdir()
    (mirror / "data/jsons/one.json").write_text(
        json.dumps({"title": "One", "content_original": text}), encoding="utf-8"
    )
    (real / "sources.yaml").write_text((ROOT / "data/real/sources.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    digest = digest or hashlib.sha256(text.encode()).hexdigest()
    statement = {
        "content": [content], "cue": None, "mention": None, "speaker": "Ana Duro", "kind": "direct",
        "stance": "support", "rule": 0, "votes": {"a": "support", "b": "support"},
    }  # fmt: skip
    row = {
        "id": "abp-one", "source": "abp", "path": "data/jsons/one.json", "sha256": digest, "outlet": "The Post",
        "published": "2015-01-01", "conflict": "reed-war", "genre": "report", "statements": [statement],
    }  # fmt: skip
    (real / "batch.jsonl").write_text("\n" + json.dumps(row) + "\n", encoding="utf-8")
    return CorpusConfig(CorpusName.real, real=str(real), mirror=str(mirror))


def test_a_stand_off_article_is_joined_with_its_text(tmp_path: Path) -> None:
    (annotated,) = read_corpus(standoff_corpus(tmp_path, "Ana: “Let us talk.”", [6, 17])).articles
    assert span_text(annotated.article.text, annotated.annotations[0].content) == "Let us talk"
    assert annotated.article.title == "One" and annotated.layer == "real"


def test_stand_off_rows_hold_no_text_and_are_read_as_written(tmp_path: Path) -> None:
    config = standoff_corpus(tmp_path, "Ana: “Let us talk.”", [6, 17])
    (standoff,) = read_standoff(config.real)
    annotated = join(standoff, "Ana: “Let us talk.”", "One")
    row = standoff_to_row(annotated)
    assert row == json.loads((tmp_path / "real/batch.jsonl").read_text(encoding="utf-8"))
    assert "talk" not in json.dumps(row)


def test_a_stand_off_row_that_does_not_fit_names_file_and_line(tmp_path: Path) -> None:
    config = standoff_corpus(tmp_path, "Ana: “Let us talk.”", [6, 170])
    with pytest.raises(InputError, match="out of range") as caught:
        read_corpus(config)
    assert caught.value.line == 2 and str(caught.value.path).endswith("batch.jsonl")


def test_another_text_than_the_annotated_one_is_never_used(tmp_path: Path) -> None:
    config = standoff_corpus(tmp_path, "Ana: “Let us talk.”", [6, 17], "0" * 64)
    with pytest.raises(InputError, match=r"1 of 1 articles .*SHA-256"):
        read_corpus(config)


def test_a_damaged_source_file_is_named(tmp_path: Path) -> None:
    config = standoff_corpus(tmp_path, "Ana: “Let us talk.”", [6, 17])
    path = tmp_path / "mirror/data/jsons/one.json"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"abp-one: .*damaged or cut"):
        read_corpus(config)


def test_missing_texts_are_counted_and_too_many_end_the_build(tmp_path: Path) -> None:
    config = standoff_corpus(tmp_path, "Ana: “Let us talk.”", [6, 17])
    (tmp_path / "mirror/data/jsons/one.json").unlink()
    with pytest.raises(InputError, match="1 of 1 articles"):
        read_corpus(config)
    config.max_missing = 1.0
    assert read_corpus(config).left_out == [("abp-one", "text not had: file not found")]


STORY = "Ana Duro said she would “go to the talks” on Monday.\n\n“Never,” Bo Reed said, “will we sign.”"
LABELS = """article,words,speaker,mention,cue,stance,kind
story,would “go to the talks”,Ana Duro,she,said,support,mixed
story,"Never // will we sign",Bo Reed,Bo Reed,said,oppose,
"""


def labels_corpus(folder: Path, table: str, name: str = "labels.csv") -> CorpusConfig:
    (folder / "articles").mkdir()
    (folder / "articles/story.txt").write_text(STORY, encoding="utf-8")
    (folder / "articles/other.txt").write_text("Nothing here.", encoding="utf-8")
    (folder / name).write_text(table, encoding="utf-8")
    return CorpusConfig(CorpusName.labels, str(folder / name), str(folder / "articles"))


def test_a_table_of_labels_is_joined_with_its_articles(tmp_path: Path) -> None:
    other, story = read_corpus(labels_corpus(tmp_path, LABELS)).articles
    assert not other.annotations
    first, second = story.annotations
    assert span_text(STORY, first.content) == "would “go to the talks”" and first.kind == "mixed"
    assert span_text(STORY, second.content) == "Never will we sign" and second.kind == "direct"
    assert STORY[slice(*(second.mention or (0, 0)))] == "Bo Reed"


def test_labels_by_offsets_in_jsonl(tmp_path: Path) -> None:
    start = STORY.index("she would")
    row = {"article": "story", "start": start, "end": start + 9, "speaker": "Ana Duro", "stance": "support"}
    story = read_corpus(labels_corpus(tmp_path, json.dumps(row), "labels.jsonl")).articles[1]
    assert [(a.content, a.kind) for a in story.annotations] == [(((start, start + 9),), "indirect")]


def test_other_label_names_are_mapped_to_ours(tmp_path: Path) -> None:
    config = labels_corpus(tmp_path, LABELS.replace("oppose", "contra").replace("support", "pro"))
    mapping = tmp_path / "map.yaml"
    config = replace(config, mapping=str(mapping))
    mapping.write_text("pro: support\ncontra: oppose\n", encoding="utf-8")
    assert {a.stance for a in read_corpus(config).articles[1].annotations} == {"support", "oppose"}
    mapping.write_text("pro: support\n", encoding="utf-8")
    with pytest.raises(InputError, match="label 'contra' is not in the mapping"):
        read_corpus(config)
    mapping.write_text("pro: supports\n", encoding="utf-8")
    with pytest.raises(InputError, match="unknown label 'supports'"):
        read_corpus(config)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("story,would", "tale,would", 2, "unknown article 'tale'"),
        ("would", "might", 2, "not in the text"),
        ("oppose", "against", 3, "unknown label 'against'"),
        ("Bo Reed,Bo", ",Bo", 3, "no speaker"),
        ("oppose,", "oppose", 3, "another number"),
        ("article,words", "article,wording", 2, "unknown column 'wording'"),
        (",mixed", ",sung", 2, "unknown kind"),
    ],
)
def test_a_fault_in_a_table_of_labels_names_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_corpus(labels_corpus(tmp_path, LABELS.replace(old, new)))
    assert f"labels.csv:{line}: " in str(caught.value)


def test_the_real_layer_of_the_repository_joins_with_its_source(mirror: Path) -> None:
    corpus = read_corpus(CorpusConfig(CorpusName.real, mirror=str(mirror)))
    assert len(corpus.articles) >= 10
    for annotated in corpus.articles:
        text = annotated.article.text
        for a in annotated.annotations:
            for start, end in a.content:
                assert text[start:end].strip() == text[start:end], (annotated.article.id, start)
                # offsets lie between words, never inside one
                assert not (start and text[start - 1].isalnum() and text[start].isalnum())
                assert not (end < len(text) and text[end].isalnum() and text[end - 1].isalnum())


def test_two_articles_with_one_id_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_text('{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}\n', encoding="utf-8")
    with pytest.raises(InputError, match="more than once"):
        read_corpus(CorpusConfig(CorpusName.jsonl, str(path)))
