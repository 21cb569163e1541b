"""Averaging the points of a learning curve, and its picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from peacestance.describe import draw_learning
from peacestance.learning import Point, summarize_points


def point(model: str, corpus: str, fraction: float, seed: int, score: float) -> Point:
    return Point(model, corpus, fraction, seed, 10, 100 * seed, 1.0, f"{model} {corpus} {fraction} {seed}", {
        "test": {"macro_f1": score, "accuracy": 0.5}
    })  # fmt: skip


def test_points_are_averaged_over_seeds_in_the_order_of_the_settings(tmp_path: Path) -> None:
    points = [
        point("tfidf", "all", 1.0, 1, 0.5),
        point("minilm_l6", "real", 1.0, 1, 0.4),
        point("minilm_l6", "real", 1.0, 2, 0.6),
        point("minilm_l6", "real", 0.1, 1, 0.3),
    ]
    found = summarize_points(points)
    assert [(s.model, s.corpus, s.fraction, s.seeds) for s in found] == [
        ("minilm_l6", "real", 0.1, 1),
        ("minilm_l6", "real", 1.0, 2),
        ("tfidf", "all", 1.0, 1),
    ]
    assert found[1].mean["test"] == pytest.approx(0.5)
    assert found[1].spread["test"] == pytest.approx(0.1414, abs=1e-4)
    assert found[1].train_statements == 150 and found[0].spread["test"] == 0
    draw_learning(found, tmp_path / "learning.png")
    assert (tmp_path / "learning.png").read_bytes().startswith(b"\x89PNG")
