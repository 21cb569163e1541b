"""Slices of a set."""

from __future__ import annotations

import numpy as np
import pytest

from peacestance import Statement
from peacestance.evaluation.slices import facts_of, slices
from peacestance.schema import LABEL2ID


def test_slices_hold_their_own_scores_worst_first_and_small_ones_last() -> None:
    statements = [
        Statement(str(i), "Ana" if i % 2 else "an aide", "word " * (5 + i % 3 * 10), f"a{i // 4}") for i in range(80)
    ]
    rows = [
        {"outlet": "Post" if i < 40 else "Times" if i < 75 else "Echo", "rule": i % 2, "layer": ""} for i in range(80)
    ]
    gold = np.array([LABEL2ID["support" if i % 2 else "oppose"] for i in range(80)])
    guesses = np.where(np.arange(80) < 40, gold, LABEL2ID["support"])
    found = slices(statements, [facts_of(s, row) for s, row in zip(statements, rows, strict=True)], guesses, gold)
    by = {(s.field, s.value): s for s in found}
    assert by["outlet", "Post"].macro_f1 == by["outlet", "Post"].accuracy == 1
    assert by["outlet", "Times"].n == 35 and by["outlet", "Times"].articles == 9
    # oppose is never found there, support always
    assert by["outlet", "Times"].macro_f1 == pytest.approx((2 * 17 / (17 + 35)) / 2)
    assert by["rule", "1"].accuracy == 1 and by["speaker", "a description"].accuracy == 0.5
    assert {value for field, value in by if field == "length"} == {
        "up to 8 words",
        "9 to 20 words",
        "more than 20 words",
    }
    assert by["outlet", "Echo"].small and found[-1].small and not found[0].small
    assert [s.macro_f1 for s in found if not s.small] == sorted(s.macro_f1 for s in found if not s.small)
    assert not any(field == "layer" for field, _ in by)
