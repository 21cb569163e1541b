"""The transfer set: teachers' predictions without the text, joined with it again, and written beside a dataset."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from peacestance.cli import app
from peacestance.corpus import CorpusConfig, CorpusName
from peacestance.corpus.sources import Fetching
from peacestance.corpus.transfer import read_transfer, write_transfer
from peacestance.dataset import BuildConfig, build_dataset, labelled, read_manifest
from peacestance.extraction import StatementExtractor, statement_at
from peacestance.files import read_jsonl, write_jsonl
from peacestance.labelling.work import Round
from peacestance.schema import LABELS, AnnotatedArticle, Annotation, Article, InputError, Prediction, Statement
from peacestance.splits import SplitConfig

ROOT = Path(__file__).resolve().parent.parent
TEXTS = {
    "one": "“We will come to the table on Monday,” Foreign Minister Ana Duro of Orland told reporters.",
    "two": "“Never,” Bo Reed said at the harbour, “will we sign.” Ana Duro warned that the truce could fail.",
    "three": "Colonel Cy Marsh said his men would lay down their arms if the siege was lifted.",
}


def article(name: str) -> Article:
    text = TEXTS[name]
    facts = {"source": "abp", "path": f"data/jsons/{name}.json", "sha256": hashlib.sha256(text.encode()).hexdigest()}
    return Article(f"abp-{name}", text, f"Title of {name}", extra=facts)


ARTICLES = [article(name) for name in ("two", "three")]


def predicted(statements: Iterable[Statement], *p: float) -> list[Prediction]:
    return [Prediction(s, "neutral", dict(zip(LABELS, p, strict=True))) for s in statements]


@pytest.fixture(scope="module")
def statements() -> list[Statement]:
    found = [s for own in StatementExtractor().extract_many(ARTICLES) for s in own]
    assert {s.article_id for s in found} == {"abp-two", "abp-three"} and any(len(s.spans) > 1 for s in found)
    return found


@pytest.fixture
def config(tmp_path: Path) -> CorpusConfig:
    """A real layer with the first article, and a local copy of the source with all of them."""
    real, mirror = tmp_path / "real", tmp_path / "mirror"
    (mirror / "data/jsons").mkdir(parents=True)
    real.mkdir()
    for name, text in TEXTS.items():
        body = json.dumps({"title": f"Title of {name}", "content_original": text})
        (mirror / f"data/jsons/{name}.json").write_text(body, encoding="utf-8")
    (real / "sources.yaml").write_bytes((ROOT / "data/real/sources.yaml").read_bytes())
    statement = {
        "content": [[1, 36]], "cue": None, "mention": None, "speaker": "Ana Duro", "kind": "direct",
        "stance": "support", "rule": 0, "votes": {},
    }  # fmt: skip
    facts = {"outlet": "The Post", "published": "2015-01-01", "conflict": "reed-war", "genre": "report"}
    row = {"id": "abp-one"} | article("one").extra | facts | {"statements": [statement]}
    write_jsonl(real / "batch.jsonl", [row])
    return CorpusConfig(CorpusName.real, real=str(real), mirror=str(mirror))


def read(path: Path, config: CorpusConfig) -> tuple[list[Prediction], list[tuple[str, str]]]:
    return read_transfer(path, Path(config.real) / "sources.yaml", Fetching(config.mirror))


def test_statements_come_back_as_they_were_with_the_teachers_mean(
    tmp_path: Path, config: CorpusConfig, statements: list[Statement]
) -> None:
    path = tmp_path / "transfer.jsonl"
    first, second = predicted(statements, 0.5, 0.25, 0.25, 0, 0), predicted(statements, 0.1, 0.25, 0.15, 0, 0.5)
    assert write_transfer(ARTICLES, [first, second[::-1]], path) == (2, len(statements))
    rows = list(read_jsonl(path, dict))
    assert [row["id"] for row in rows] == ["abp-three", "abp-two"]
    assert {tuple(s["p"]) for row in rows for s in row["statements"]} == {(0.3, 0.25, 0.2, 0.0, 0.25)}
    predictions, missing = read(path, config)
    assert not missing
    assert [p.statement for p in predictions] == sorted(statements, key=lambda s: s.id)
    assert {p.stance for p in predictions} == {"support"}


def test_a_readers_label_counts_half_beside_the_teachers(tmp_path: Path, statements: list[Statement]) -> None:
    """From the blind sheets of a round to what is trained on, by the command line."""
    articles, predictions, output = (tmp_path / f"{name}.jsonl" for name in ("articles", "predictions", "transfer"))
    write_jsonl(articles, ({"id": a.id, "text": a.text, "title": a.title} | a.extra for a in ARTICLES))
    write_jsonl(predictions, (p.to_row() for p in predicted(statements, 0.5, 0.5, 0, 0, 0)))
    by_article = {a.id: [s for s in statements if s.article_id == a.id] for a in ARTICLES}
    marked = [
        AnnotatedArticle(a, tuple(Annotation(s.spans, s.speaker, s.kind, "neutral") for s in by_article[a.id]))
        for a in ARTICLES
    ]
    work = Round(tmp_path / "round")
    work.start(marked)
    for reader, stance in (("r1", "oppose"), ("r2", "support")):
        work.write_blind(reader, [ARTICLES[0].id] if reader == "r2" else None)
        for sheet in (tmp_path / "round/blind" / reader).glob("*.md"):
            rows = "".join(f"| {n + 1} | {stance} | 0 |\n" for n in range(len(by_article[sheet.stem])))
            sheet.write_text(sheet.read_text(encoding="utf-8") + rows, encoding="utf-8")
    command = ["transfer", str(predictions), "--articles", str(articles), "--output", str(output)]
    done = CliRunner().invoke(app, [*command, "--votes", str(tmp_path / "round")])
    assert done.exit_code == 0, done.output
    mirror = tmp_path / "mirror"
    (mirror / "data/jsons").mkdir(parents=True)
    for name, text in TEXTS.items():
        body = json.dumps({"title": f"Title of {name}", "content_original": text})
        (mirror / f"data/jsons/{name}.json").write_text(body, encoding="utf-8")
    found, _ = read_transfer(output, ROOT / "data/real/sources.yaml", Fetching(str(mirror)))
    for prediction in found:
        both = prediction.statement.article_id == ARTICLES[0].id
        expected = (0.5, 0.25, 0.25, 0, 0) if both else (0.25, 0.25, 0.5, 0, 0)
        assert tuple(prediction.probabilities.values()) == pytest.approx(expected)
        assert prediction.stance == ("support" if both else "oppose")


def test_a_readers_label_of_another_statement_is_refused(tmp_path: Path, statements: list[Statement]) -> None:
    first = statements[0]
    sound = predicted(statements, 1, 0, 0, 0, 0)
    key = (first.article_id, first.speaker, first.spans)
    write_transfer(ARTICLES, [sound], tmp_path / "transfer.jsonl", {key: {"r1": "oppose"}})
    for other in ((*key[:2], ((0, 1),)), (key[0], "Nobody", key[2]), ("abp-one", *key[1:])):
        with pytest.raises(InputError, match=f"readers labelled 1 statements .* '{other[0]}'"):
            write_transfer(ARTICLES, [sound], tmp_path / "transfer.jsonl", {other: {"r1": "oppose"}})


@pytest.mark.parametrize("votes", [["oppose"], {"r1": "maybe"}, {"r1": ["oppose"]}, "oppose"])
def test_votes_that_are_no_labels_are_named(
    tmp_path: Path, config: CorpusConfig, statements: list[Statement], votes: object
) -> None:
    path = tmp_path / "transfer.jsonl"
    write_transfer(ARTICLES, [predicted(statements, 1, 0, 0, 0, 0)], path)
    rows = list(read_jsonl(path, dict))
    rows[1]["statements"][0]["votes"] = votes
    write_jsonl(path, rows)
    with pytest.raises(InputError, match=r"transfer\.jsonl:2: .*votes"):
        read(path, config)


def test_rounded_probabilities_sum_to_one_again(
    tmp_path: Path, config: CorpusConfig, statements: list[Statement]
) -> None:
    path = tmp_path / "transfer.jsonl"
    write_transfer(ARTICLES, [predicted(statements, *[1 / 6] * 4, 1 / 3)], path)
    (first, *_), _ = read(path, config)
    assert sum(first.probabilities.values()) == pytest.approx(1) and first.stance == "unrelated"


def test_a_speaker_as_long_as_a_clause_is_cut(tmp_path: Path, config: CorpusConfig) -> None:
    own = article("three")
    words = "an officer who said that his men would lay down their arms"
    found = statement_at(own, 0, words, ((23, 52),), None, None, "indirect")
    write_transfer([own], [predicted([found], 1, 0, 0, 0, 0)], tmp_path / "transfer.jsonl")
    ((prediction,), _) = read(tmp_path / "transfer.jsonl", config)
    assert prediction.statement == replace(found, speaker="an officer who said that his men")


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("αβγδε \n", min_size=3, max_size=60), st.data())
def test_no_word_of_the_text_is_in_the_file(tmp_path: Path, text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=4)))
    spans = [pair for pair in pairwise(cuts) if text[slice(*pair)].strip()]
    if not spans:
        return
    facts = article("one").extra | {"sha256": hashlib.sha256(text.encode()).hexdigest()}
    own = Article("abp-x", text, "ζήτα", extra=facts)
    found = statement_at(own, 0, "Ana Duro", tuple(spans), spans[0], spans[-1], "direct")
    write_transfer([own], [predicted([found], 1, 0, 0, 0, 0)], tmp_path / "transfer.jsonl")
    assert (tmp_path / "transfer.jsonl").read_text(encoding="utf-8").isascii()


def test_what_cannot_be_kept_is_refused_and_nothing_is_written(tmp_path: Path, statements: list[Statement]) -> None:
    path = tmp_path / "transfer.jsonl"
    p = (1, 0, 0, 0, 0)
    first, *rest = statements
    sound = predicted(statements, *p)
    bare = replace(ARTICLES[0], extra={"source": "abp"})
    wrong: list[tuple[list[Article], list[list[Prediction]], str]] = [
        (ARTICLES, [sound, sound[1:]], "teachers 1 and 2 label different statements, such as 'abp-two-000'"),
        (ARTICLES, [[*sound, sound[0]]], "labels a statement twice"),
        (ARTICLES, [sound, []], "teacher 2 labels nothing"),
        (ARTICLES, [], "no predictions"),
        (ARTICLES[:1], [sound], "article 'abp-three', which is not among"),
        ([bare, ARTICLES[1]], [sound], "no field 'path'"),
        ([replace(a, text=a.text + " ") for a in ARTICLES], [sound], "SHA-256"),
        (ARTICLES, [predicted([replace(first, spans=()), *rest], *p)], "'abp-two-000': .* a content"),
        (ARTICLES, [predicted([replace(first, cue_span=(5, 500)), *rest], *p)], "'abp-two-000': .* out of range"),
        (ARTICLES, [predicted([replace(first, statement="Always"), *rest], *p)], "not those at its offsets"),
    ]
    for articles, predictions, message in wrong:
        with pytest.raises(InputError, match=message):
            write_transfer(articles, predictions, path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"p": [0.5, 0.5, 0, 0]}, "no probabilities"),
        ({"p": [0.5, 0.4, 0, 0, 0]}, "no probabilities"),
        ({"p": [1.5, -0.5, 0, 0, 0]}, "no probabilities"),
        ({"content": [[3, 2]]}, "statement 0 of abp-two: .* out of range"),
        ({"content": [[1, 6000]]}, "statement 0 of abp-two: .* out of range"),
        ({"kind": "sung"}, "unknown kind"),
        ({"speaker": None}, "malformed"),
    ],
)
def test_a_malformed_row_names_file_and_line(
    tmp_path: Path, config: CorpusConfig, statements: list[Statement], change: dict[str, object], message: str
) -> None:
    path = tmp_path / "transfer.jsonl"
    write_transfer(ARTICLES, [predicted(statements, 1, 0, 0, 0, 0)], path)
    three, two = read_jsonl(path, dict)
    two["statements"][0] |= change
    write_jsonl(path, [three, two])
    with pytest.raises(InputError, match=message) as caught:
        read(path, config)
    assert (str(caught.value.path), caught.value.line) == (str(path), 2)


def test_an_article_that_occurs_twice_is_refused(
    tmp_path: Path, config: CorpusConfig, statements: list[Statement]
) -> None:
    path = tmp_path / "transfer.jsonl"
    write_transfer(ARTICLES, [predicted(statements, 1, 0, 0, 0, 0)], path)
    write_jsonl(path, [*read_jsonl(path, dict)] * 2)
    with pytest.raises(InputError, match=r"transfer.jsonl:3: .*'abp-three' occurs more than once"):
        read(path, config)


def test_the_command_writes_the_set_and_a_build_puts_it_beside_the_dataset(
    tmp_path: Path, config: CorpusConfig, statements: list[Statement]
) -> None:
    path = tmp_path / "transfer.jsonl"
    teachers = [predicted(statements, 0.5, 0.5, 0, 0, 0), predicted(statements, 0, 0.5, 0, 0, 0.5)]
    for number, own in enumerate(teachers):
        write_jsonl(tmp_path / f"{number}.jsonl", (p.to_row() for p in own))
    rows = ({"id": a.id, "text": a.text, "title": a.title} | a.extra for a in ARTICLES)
    write_jsonl(tmp_path / "articles.jsonl", rows)
    files = [str(tmp_path / name) for name in ("0.jsonl", "1.jsonl", "articles.jsonl")]
    result = CliRunner().invoke(app, ["transfer", *files[:2], "--articles", files[2], "--output", str(path)])
    assert result.exit_code == 0 and f"2 articles, {len(statements)} statements" in result.output

    plain = build_dataset(BuildConfig(config), tmp_path / "plain")
    manifest = build_dataset(BuildConfig(replace(config, transfer=str(path))), tmp_path / "out")
    assert manifest == plain == read_manifest(tmp_path / "out")
    assert not (tmp_path / "plain/transfer.jsonl").exists()
    written = list(read_jsonl(tmp_path / "out/transfer.jsonl", Prediction.from_row))
    assert {p.statement for p in written} == set(statements) and {p.stance for p in written} == {"conditional"}


def test_a_build_leaves_out_what_it_has_no_text_of_and_refuses_too_much_of_it(
    tmp_path: Path, config: CorpusConfig, statements: list[Statement]
) -> None:
    path = tmp_path / "transfer.jsonl"
    write_transfer(ARTICLES, [predicted(statements, 1, 0, 0, 0, 0)], path)
    file = tmp_path / "mirror/data/jsons/two.json"
    file.write_text(file.read_text(encoding="utf-8").replace("Never", "Always"), encoding="utf-8")
    wanted = replace(config, transfer=str(path))
    with pytest.raises(InputError, match=r"1 of 2 articles of the transfer set are missing \(abp-two: .*SHA-256"):
        build_dataset(BuildConfig(wanted), tmp_path / "out")
    manifest = build_dataset(BuildConfig(replace(wanted, max_missing=0.5)), tmp_path / "out")
    ((reason, count),) = manifest.left_out.items()
    assert "transfer set" in reason and "SHA-256" in reason and count == 1
    written = read_jsonl(tmp_path / "out/transfer.jsonl", Prediction.from_row)
    assert {p.statement.article_id for p in written} == {"abp-three"}


def test_teachers_may_speak_of_training_articles_and_of_no_held_out_one(tmp_path: Path, config: CorpusConfig) -> None:
    path = tmp_path / "transfer.jsonl"
    own = article("one")
    found = statement_at(own, 0, "Ana Duro", ((1, 36),), None, None, "direct")
    write_transfer([own], [predicted([found], 1, 0, 0, 0, 0)], path)
    wanted = replace(config, transfer=str(path))
    build_dataset(BuildConfig(wanted, splits=SplitConfig(validation=0, test=0)), tmp_path / "out")
    (gold,) = labelled(tmp_path / "out", "train")
    (taught,) = read_jsonl(tmp_path / "out/transfer.jsonl", Prediction.from_row)
    assert (taught.statement.id, taught.statement.statement) == (gold.id, gold.statement)
    unseen = SplitConfig(unseen_conflicts=["reed-war"])
    with pytest.raises(InputError, match="'abp-one' is test_unseen_conflict and not in training"):
        build_dataset(BuildConfig(wanted, splits=unseen), tmp_path / "held")
    assert not (tmp_path / "held").exists()
    with pytest.raises(InputError, match="goes with the real layer"):
        CorpusConfig(CorpusName.embedded, transfer=str(path))
