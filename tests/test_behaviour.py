"""Behaviour tests: the cases themselves, and how a model is judged by them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from peacestance import Prediction
from peacestance.evaluation.behaviour import judge_behaviour, read_cases, statements_of, summarize_behaviour
from peacestance.report import behaviour_table, failures_table
from peacestance.schema import LABELS, InputError


def test_the_cases_cover_every_rule_and_label() -> None:
    cases = read_cases("data/behaviour")
    assert len(cases) >= 400 and len({case.id for case in cases}) == len(cases)
    capabilities = Counter((case.test, case.capability) for case in cases)
    assert len(capabilities) >= 20 and min(capabilities.values()) >= 15
    for test in ("minimum", "invariance", "direction"):
        labels = Counter(s.stance for case in cases if case.test == test for s in case.statements)
        assert set(labels) == set(LABELS)
    words = [s.statement for case in cases if case.test == "minimum" for s in case.statements]
    assert len(set(words)) == len(words)


def case(test: str, *expected: str) -> dict[str, object]:
    statements = [
        {"speaker": "Ana", "cue": "said", "statement": f"words {i}", "expected": e} for i, e in enumerate(expected)
    ]
    return {"id": f"{test}-1", "test": test, "capability": "some", "statements": statements}


@pytest.mark.parametrize(
    ("row", "answers", "failed"),
    [
        (case("minimum", "oppose"), [{"oppose": 0.9}], False),
        (case("minimum", "oppose"), [{"support": 0.9}], True),
        # a wrong label that does not move is no failure of invariance
        (case("invariance", "oppose", "oppose"), [{"support": 0.9}, {"support": 0.6}], False),
        (case("invariance", "oppose", "oppose"), [{"support": 0.9}, {"oppose": 0.6}], True),
        # the label need not change as long as probability moves the right way
        (case("direction", "support", "oppose"), [{"support": 0.9}, {"support": 0.6, "oppose": 0.4}], False),
        (case("direction", "support", "oppose"), [{"support": 0.9}, {"support": 0.6, "neutral": 0.4}], True),
        (case("direction", "support", "oppose"), [{"support": 0.5}, {"support": 0.6, "oppose": 0.4}], True),
    ],
)
def test_failures(tmp_path: Path, row: dict[str, object], answers: list[dict[str, float]], failed: bool) -> None:
    (tmp_path / "cases.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    cases = read_cases(tmp_path)
    rows = [dict.fromkeys(LABELS, 0.0) | answer for answer in answers]
    guesses = [Prediction(s, max(r, key=r.__getitem__), r) for s, r in zip(statements_of(cases), rows, strict=True)]
    outcomes = judge_behaviour(cases, guesses)
    assert [outcome.failed for outcome in outcomes] == [failed]
    (own,) = summarize_behaviour(outcomes)
    assert (own.cases, own.failed, len(own.worst)) == (1, failed, failed)
    assert f"{failed:.0%}" in behaviour_table([own])
    assert ("words 0" in failures_table([own])) == failed


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (case("maximum", "oppose"), "unknown test 'maximum'"),
        (case("minimum", "hostile"), "unknown label 'hostile'"),
        (case("direction", "oppose"), "1 statements are no case of direction"),
        (case("direction", "oppose", "oppose"), "do not fit a case of direction"),
        (case("invariance", "oppose", "support"), "do not fit a case of invariance"),
        ({"id": "x"}, "malformed"),
    ],
)
def test_malformed_cases_are_named(tmp_path: Path, row: dict[str, object], message: str) -> None:
    (tmp_path / "cases.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        read_cases(tmp_path)
    assert "cases.jsonl:1" in str(caught.value)
