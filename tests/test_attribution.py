"""Scoring of extracted statements, worked by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from peacestance.evaluation.attribution import (
    AttributedArticle,
    Attribution,
    read_attributions,
    same_name,
    score_attributions,
)
from peacestance.evaluation.extraction import quotation_marks
from peacestance.schema import Article, InputError, Statement

TEXT = "The former envoy of Orland, Mara Velic, said talks would open soon. “We will go there now,” he said."


def span(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return (start, start + len(words))


GOLD = AttributedArticle(
    Article("a", TEXT),
    (
        Attribution((span("talks would open soon"),), (span("The former envoy of Orland"),), "Mara Velic", "indirect"),
        Attribution((span("We will go there now"),), (span("he"),), "Jonas Orlo", "direct"),
    ),
)


def found(words: str, mention: str, speaker: str) -> Statement:
    return Statement("s", speaker, words, spans=(span(words),), speaker_span=span(mention))


def test_scores_by_hand() -> None:
    statements = [
        # three of four words, the mention holds the head "envoy", last names agree
        found("talks would open", "former envoy", "Velic"),
        # the same words, a mention elsewhere, another name
        found("“We will go there now,”", "Mara Velic", "Mara Velic"),
        # no gold one
        found("The former", "Orland", "Orland"),
    ]
    scores = score_attributions([GOLD], [statements])
    assert (scores.gold, scores.found) == (2, 3)
    assert (scores.overlap.precision, scores.overlap.recall) == (pytest.approx(2 / 3), 1.0)
    assert scores.exact.f1 == pytest.approx(2 / 5)
    assert (scores.source, scores.name) == (0.5, 0.5)
    assert scores.end_to_end is not None and scores.end_to_end.f1 == pytest.approx(2 / 5)
    assert scores.recall_by_kind == {"indirect": 1.0, "direct": 1.0}


def test_half_of_the_longer_content_is_needed() -> None:
    scores = score_attributions([GOLD], [[found("talks", "envoy", "Velic")]])
    assert scores.overlap.f1 == 0 and scores.name is None


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Mara Velic", "Velic", True),
        ("President Velic", "velic", True),
        ("Mara Velic", "Mara Orlo", False),
        ("Orland foreign ministry", "the foreign ministry of Orland", True),
        ("", "Velic", False),
    ],
)
def test_same_name(first: str, second: str, same: bool) -> None:
    assert same_name(first, second) is same


def test_gold_attributions_are_read_and_faults_named(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    row = {"id": "a", "text": "He said no.", "attributions": [{"content": [[8, 10]], "source": [[0, 2]]}]}
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    (article,) = read_attributions(path)
    assert article.attributions == (Attribution(((8, 10),), ((0, 2),), "", ""),)
    row["attributions"] = [{"content": [[8, 99]]}]
    path.write_text("\n" + json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"gold.jsonl:2: .*out of range"):
        read_attributions(path)


def test_the_quotation_mark_rival_takes_what_stands_between_marks() -> None:
    (quoted,) = quotation_marks(Article("a", TEXT))
    assert quoted.statement == "We will go there now,"
