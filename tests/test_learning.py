"""A learning curve measured for a moment, its points averaged, and its picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from peacestance.describe import draw_learning
from peacestance.learning import LearningConfig, Point, Setting, learning_curve, prepare, summarize_points
from peacestance.training import TrainerConfig


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


def test_a_curve_goes_on_where_it_stopped(tmp_path: Path) -> None:
    trainer = TrainerConfig(max_steps=1, eval_batch_size=128)
    config = LearningConfig(trainer=trainer, settings=[Setting(fraction=0.1, epochs=1)], seeds=[1], workers=1)
    datasets, full = prepare(config, tmp_path)
    sets = {name: statements[:30] for name, statements in full.items()}
    first = list(learning_curve(config, datasets, sets, tmp_path))
    assert {point.model for point in first} == {"tfidf", "minilm_l6"} and set(sets) == {"validation", "test"}
    assert all(0 <= point.scores[name]["macro_f1"] <= 1 for point in first for name in sets)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["embedded", "points.jsonl"]
    lines = (tmp_path / "points.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "points.jsonl").write_text(lines[0] + "\n", encoding="utf-8")
    config.settings.append(Setting(fraction=0.05, epochs=1))
    again = list(learning_curve(config, datasets, sets, tmp_path))
    kept = next(point for point in first if point.key in lines[0].replace("\\", ""))
    assert len(again) == 4 and again[0] == kept
