"""Distillation: statements that teachers have labelled are trained on beside the labelled ones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from peacestance.checkpoints import load_checkpoint
from peacestance.dataset import labelled
from peacestance.distillation import read_soft, teach
from peacestance.evaluation.calibration import softmax
from peacestance.files import write_jsonl
from peacestance.modeling import ModelConfig, ModelKind
from peacestance.schema import LABELS, InputError, Prediction, Statement
from peacestance.training import (
    ClassWeights,
    DataConfig,
    TrainConfig,
    TrainerConfig,
    draw_articles,
    train,
)


def _soft_file(path: Path, statements: list[Statement], stance: str) -> Path:
    rows = [Prediction(s, stance, {label: float(label == stance) for label in LABELS}).to_row() for s in statements]
    write_jsonl(path, rows)
    return path


def test_a_model_learns_what_teachers_say_of_unlabelled_statements(
    dataset: Path, checkpoint: Path, tmp_path: Path
) -> None:
    """Statements about nothing in the labelled data: only the teachers can tell what they are."""
    unseen = [Statement(f"u{i}", "Zorgblat", f"zorgblat quux {i}", cue="hums") for i in range(40)]
    soft = _soft_file(tmp_path / "soft.jsonl", unseen, "oppose")
    data = DataConfig(str(dataset), validation="", fraction=0.02, soft=[str(soft)])
    trainer = TrainerConfig(epochs=4, batch_size=8, threads=1)
    train(TrainConfig(data=data, trainer=trainer), tmp_path / "taught")
    new = [Statement(f"n{i}", "Zorgblat", f"quux zorgblat {i}", cue="hums") for i in range(10)]

    def opposed(folder: Path) -> float:
        logits = load_checkpoint(folder)[0].logits(new, 8)
        return float(softmax(logits)[:, LABELS.index("oppose")].mean())

    assert opposed(tmp_path / "taught") > 0.6 > opposed(checkpoint)


def test_a_labelled_statement_is_taught_beside_its_label(dataset: Path, tmp_path: Path) -> None:
    """Teachers that say `oppose` of every labelled statement get half of the training."""
    data = DataConfig(str(dataset), validation="", fraction=0.02)
    trainer = TrainerConfig(epochs=6, batch_size=8, threads=1, class_weights=ClassWeights.none)
    statements = draw_articles(labelled(dataset, "train"), 0.02, 1)
    soft = _soft_file(tmp_path / "soft.jsonl", statements, "oppose")
    train(TrainConfig(data=replace(data, soft=[str(soft)]), trainer=trainer), tmp_path / "taught")
    others = [s for s in statements if s.stance != "oppose"]
    assert len(others) > 10
    found = softmax(load_checkpoint(tmp_path / "taught")[0].logits(others, 8))
    assert 0.35 < found[:, LABELS.index("oppose")].mean() < 0.65


def test_what_teachers_say_of_labelled_statements_that_were_not_drawn_is_left_out(
    dataset: Path, tmp_path: Path
) -> None:
    whole = labelled(dataset, "train")
    statements = draw_articles(whole, 0.02, 1)
    others = [s for s in whole if s.article_id not in {s.article_id for s in statements}]
    soft = _soft_file(tmp_path / "soft.jsonl", [*statements, *others, Statement("u", "X", "new")], "oppose")
    targets = np.zeros((len(statements), len(LABELS)), dtype=np.float32)
    _, new, probabilities = teach(targets, statements, [str(soft)], np.arange(5.0), others)
    assert [s.id for s in new] == ["u"] and probabilities.tolist() == [[0, 0, 2, 0, 0]]
    data = DataConfig(str(dataset), validation="", fraction=0.02, soft=[str(soft)])
    train(TrainConfig(data=data, trainer=TrainerConfig(epochs=1, batch_size=8, threads=1)), tmp_path / "taught")
    (state,) = (tmp_path / "taught/checkpoints").glob("*/trainer_state.json")
    steps = json.loads(state.read_text(encoding="utf-8"))["global_step"]
    assert steps == -(-(len(statements) + 1) // 8)


def test_teachers_are_averaged_where_they_share_statements(tmp_path: Path) -> None:
    statements = [Statement("a", "X", "one"), Statement("b", "Y", "two")]
    first = _soft_file(tmp_path / "1.jsonl", statements, "support")
    second = _soft_file(tmp_path / "2.jsonl", statements[:1], "neutral")
    found, probabilities = read_soft([first, second])
    assert [s.id for s in found] == ["a", "b"]
    assert probabilities.tolist() == [[0.5, 0, 0, 0.5, 0], [1, 0, 0, 0, 0]]


@pytest.mark.parametrize("probabilities", [None, {"support": 1.0}, dict.fromkeys(LABELS, 0.9)])
def test_rows_without_a_teachers_probabilities_are_refused(tmp_path: Path, probabilities: object) -> None:
    file = tmp_path / "soft.jsonl"
    write_jsonl(file, [{"id": "a", "speaker": "X", "statement": "one", "probabilities": probabilities}])
    with pytest.raises(InputError, match=r"soft\.jsonl:1: statement 'a' has no probabilities"):
        read_soft([file])


def test_the_linear_baseline_has_no_teachers(dataset: Path, tmp_path: Path) -> None:
    data = DataConfig(str(dataset), soft=["soft.jsonl"])
    with pytest.raises(InputError, match=r"data\.soft is for transformers"):
        train(TrainConfig(ModelConfig(ModelKind.tfidf), data), tmp_path / "model")
