"""A labelling round from sheet to merged rows, and its faults."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from peacestance.cli import app
from peacestance.labelling.agreement import span_agreement, stance_agreement
from peacestance.labelling.work import Round, agreement, calibration, read_round_articles
from peacestance.schema import AnnotatedArticle, Annotation, Article, InputError

TEXT = "“We will go,” Ana Duro said, “and we will talk.”\n\nThe guerrillas said they would never sign.\n\nIt rained."


def start(folder: Path, *names: str) -> Round:
    round_ = Round(folder)
    articles = [Article(name, TEXT, "Talks", "The Post", "2031-01-01") for name in names]
    round_.start([AnnotatedArticle(article, ()) for article in articles])
    return round_


def fill(path: Path, *rows: str) -> None:
    text = path.read_text(encoding="utf-8")
    text = text.replace("conflict: ''", "conflict: reed-war").replace("genre: ''", "genre: report")
    path.write_text(text + "".join(f"{row}\n" for row in rows), encoding="utf-8")


ROWS = (
    "| 1 | Ana Duro | Ana Duro | said | We will go // and we will talk | direct | support | 0 |",
    "| 2 | the guerrillas | The guerrillas | said | they would never sign | indirect | oppose | 0 |",
)


def annotated_round(folder: Path) -> Round:
    round_ = start(folder, "one", "two")
    assert round_.write_sheets("ann") == 2
    fill(folder / "sheets/ann/one.md", *ROWS)
    fill(folder / "sheets/ann/two.md", *ROWS)
    return round_


def test_a_round_from_sheet_to_merged_rows(tmp_path: Path) -> None:
    round_ = annotated_round(tmp_path)
    assert round_.write_blind("bo") == 2
    sheet = (tmp_path / "blind/bo/one.md").read_text(encoding="utf-8")
    assert "⟦1 Ana Duro: We will go 1⟧" in sheet and "⟦1: and we will talk 1⟧" in sheet and "oppose" not in sheet
    fill(tmp_path / "blind/bo/one.md", "| 1 | support | 0 |", "| 2 | oppose | 0 |")
    fill(tmp_path / "blind/bo/two.md", "| 1 | support | 0 |", "| 2 | neutral | 10 |")
    stance, _ = agreement([round_])
    assert stance is not None and stance.statements == 4 and stance.equal == 0.75
    assert round_.write_adjudication("cy") == 1
    path = tmp_path / "adjudication/cy/two.md"
    text = path.read_text(encoding="utf-8")
    assert "⟦2 the guerrillas:" in text and "⟦1" not in text
    path.write_text(re.sub(r"\|  \|  \|  \|", "| oppose | 0 | a refusal as such |", text), encoding="utf-8")
    faults, counts = round_.check()
    assert not faults and counts["statements"] == 4
    assert round_.merge(tmp_path / "out.jsonl") == (2, 4)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    decided = rows[1]["attributions"][1]
    assert decided["votes"] == {"ann": "oppose", "bo": "neutral", "cy": "oppose"} and decided["reason"]


def test_begun_sheets_are_never_overwritten(tmp_path: Path) -> None:
    round_ = annotated_round(tmp_path)
    before = (tmp_path / "sheets/ann/one.md").read_text(encoding="utf-8")
    assert round_.write_sheets("ann") == 0
    assert (tmp_path / "sheets/ann/one.md").read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (ROWS[0].replace("talk |", "walk |"), "does not follow"),
        (ROWS[0].replace("support", "for"), "unknown label"),
        (ROWS[0].replace("| 1 |", "| 2 |"), "begin in paragraph 1"),
        (ROWS[0].replace("| said |", "| shouted |"), "cue 'shouted' does not stand beside"),
        ("| 1 | Ana Duro |", "2 cells"),
        (ROWS[0] + "\n" + ROWS[0], "two rows"),
    ],
)
def test_faults_of_a_sheet_name_file_and_line(tmp_path: Path, row: str, message: str) -> None:
    round_ = start(tmp_path, "one")
    round_.write_sheets("ann")
    path = tmp_path / "sheets/ann/one.md"
    fill(path, row)
    (fault,), _ = round_.check()
    last = len(path.read_text(encoding="utf-8").splitlines())
    assert message in str(fault) and str(fault).startswith(f"{path}:{last}: ")


def test_a_sheet_without_a_statement_needs_a_reason(tmp_path: Path) -> None:
    round_ = start(tmp_path, "one")
    round_.write_sheets("ann")
    path = tmp_path / "sheets/ann/one.md"
    fill(path)
    assert "nothing" in str(round_.check()[0][0])
    path.write_text(path.read_text(encoding="utf-8").replace("nothing: ''", "nothing: no one speaks"), encoding="utf-8")
    assert not round_.check()[0]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["| 1 | support | 0 |"], "statement 2 has no label"),
        (["| 1 | support | 0 |", "| 2 | oppose | 0 |", "| 2 | oppose | 0 |"], "statement 2 has 2 labels"),
        (["| 1 | yes | 0 |", "| 2 | oppose | 0 |"], "unknown label 'yes'"),
        (["| 1 | support | 0 |", "| 3 | oppose | 0 |"], "no statement '3'"),
    ],
)
def test_faults_of_a_blind_sheet(tmp_path: Path, rows: list[str], message: str) -> None:
    round_ = annotated_round(tmp_path)
    round_.write_blind("bo", ["one"])
    fill(tmp_path / "blind/bo/one.md", *rows)
    assert any(message in str(fault) for fault in round_.check("bo")[0])


def test_what_is_not_labelled_twice_or_not_decided_is_not_merged(tmp_path: Path) -> None:
    round_ = annotated_round(tmp_path)
    with pytest.raises(InputError, match="one vote only"):
        round_.merge(tmp_path / "out.jsonl")
    round_.write_blind("bo", ["one"])
    fill(tmp_path / "blind/bo/one.md", "| 1 | neutral | 0 |", "| 2 | oppose | 0 |")
    with pytest.raises(InputError, match="not decided"):
        round_.merge(tmp_path / "out.jsonl", ["one"])
    assert not (tmp_path / "out.jsonl").exists()


def voted(name: str, *votes: tuple[str, ...]) -> AnnotatedArticle:
    annotations = tuple(
        Annotation(((i, i + 1),), "A", "direct", own[0], votes=dict(zip("xyz", own, strict=False)))
        for i, own in enumerate(votes)
    )
    return AnnotatedArticle(Article(name, "text " * 10), annotations)


def test_alpha_is_krippendorffs() -> None:
    """Four statements, two readers, one difference, worked by hand."""
    articles = [
        voted("a", ("support", "support"), ("oppose", "oppose")),
        voted("b", ("support", "oppose"), ("support", "support")),
    ]
    found = stance_agreement({a.article.id: a.annotations for a in articles})
    # coincidences: support 5, oppose 3 of 8 values; observed disagreement 2/8; expected 2*5*3/(8*7)
    assert found is not None
    assert found.alpha == pytest.approx(1 - (2 / 8) / (30 / 56))
    assert found.interval[0] <= found.alpha <= found.interval[1]
    assert found.kappa["x, y"][1] == 4


def test_a_deciding_vote_is_no_independent_one() -> None:
    decided = Annotation(
        ((0, 1),), "A", "direct", "support", votes={"x": "support", "y": "oppose", "z": "support"}, reason="r"
    )
    found = stance_agreement({"a": (decided,)})
    assert found is not None and found.confusion == {"oppose / support": 1}


def test_span_agreement_counts_overlaps_once() -> None:
    text = "one two three four five six seven eight"
    article = Article("a", text)
    first = AnnotatedArticle(
        article, (Annotation(((0, 18),), "Ana", "direct", "support"), Annotation(((19, 27),), "Bo", "direct", "oppose"))
    )
    second = AnnotatedArticle(article, (Annotation(((0, 13),), "ana", "direct", "neutral"),))
    found = span_agreement([(first, second)])
    assert found is not None
    assert found.overlap_f1 == pytest.approx(2 / 3) and found.exact_f1 == 0 and found.speaker == 1 and found.stance == 0


def test_articles_are_sampled_by_words_of_refusal_and_terms(tmp_path: Path) -> None:
    war = "The war went on. " * 5
    texts = {
        "refusal": war + "\n\nThe rebels rejected the talks and walked out.",
        "terms": war + "\n\nThey insisted on guarantees before any truce.",
        "elsewhere": war + "\n\nHe rejected the budget.\n\nThe talks went on.",
        "trade": "They rejected the trade deal, walked out of the talks and denounced the agreement.",
    }
    rows = [json.dumps({"id": name, "text": text}) for name, text in texts.items()]
    (tmp_path / "articles.jsonl").write_text("\n".join(rows), encoding="utf-8")
    command = ["label", "sample", str(tmp_path / "articles.jsonl"), "--output", str(tmp_path / "list.jsonl")]
    result = CliRunner().invoke(app, [*command, "--number", "2"])
    assert result.exit_code == 0 and "2 of 4 articles" in result.output
    ids = [json.loads(line)["id"] for line in (tmp_path / "list.jsonl").read_text(encoding="utf-8").splitlines()]
    assert ids == ["refusal", "terms"]
    Round(tmp_path / "round").start(read_round_articles(tmp_path / "list.jsonl", None, "abp"))
    assert list(Round(tmp_path / "round").articles) == ids


def test_a_list_of_a_sources_files_takes_its_texts_from_a_local_copy(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/1.json").write_text(json.dumps({"content_original": TEXT, "title": "Talks"}), encoding="utf-8")
    facts = {"path": "data/1.json", "sha256": hashlib.sha256(TEXT.encode()).hexdigest(), "published": "2031-01-01"}
    rows = {"good": facts | {"outlet": "The Post"}, "bare": facts, "other": facts | {"outlet": "", "sha256": "0"}}
    for name, row in rows.items():
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"id": name} | row) + "\n", encoding="utf-8")
    (article,) = read_round_articles(tmp_path / "good.jsonl", tmp_path, "abp")
    assert (article.article.text, article.article.title, article.layer) == (TEXT, "Talks", "real")
    with pytest.raises(InputError, match=r"bare.jsonl:1: no field 'outlet'"):
        read_round_articles(tmp_path / "bare.jsonl", tmp_path, "abp")
    with pytest.raises(InputError, match=r"other: data/1.json: the text's SHA-256 is not"):
        read_round_articles(tmp_path / "other.jsonl", tmp_path, "abp")


def test_readers_are_calibrated_against_the_labels_that_came_with_the_articles(tmp_path: Path) -> None:
    round_ = Round(tmp_path)
    spans = [((i, i + 4),) for i in (0, 5, 10, 15)]
    stances = ("support", "oppose", "support", "neutral")
    gold = tuple(Annotation(span, "Ana", "direct", stance) for span, stance in zip(spans, stances, strict=True))
    round_.start([AnnotatedArticle(Article("one", "word " * 9), gold)])
    labels = {"good": stances, "poor": ("oppose", "oppose", "neutral", "support")}
    for reader, own in labels.items():
        round_.write_blind(reader)
        fill(tmp_path / f"blind/{reader}/one.md", *(f"| {n} | {stance} | 0 |" for n, stance in enumerate(own, 1)))
    good, poor = calibration(round_)
    assert (good.reader, good.alpha, good.kappa, good.statements) == ("good", 1.0, 1.0, 4)
    assert poor.alpha < 0.2 and poor.kappa < 0.2


def test_second_full_annotations_are_merged_as_they_are(tmp_path: Path) -> None:
    round_ = annotated_round(tmp_path)
    round_.write_sheets("dee", ["two"], "double")
    fill(tmp_path / "double/dee/two.md", ROWS[0])
    assert round_.merge(tmp_path / "double.jsonl", double=True) == (1, 1)
    (row,) = [json.loads(line) for line in (tmp_path / "double.jsonl").read_text(encoding="utf-8").splitlines()]
    assert row["id"] == "two" and row["attributions"][0]["votes"] == {"dee": "support"}
    _, spans = agreement([round_])
    assert spans is not None and spans.overlap_f1 == pytest.approx(2 / 3)
