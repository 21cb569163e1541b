"""Sweeps over training settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from peacestance.checkpoints import read_card
from peacestance.modeling import ModelConfig, ModelKind
from peacestance.schema import InputError
from peacestance.sweep import Range, SweepConfig, sweep
from peacestance.training import DataConfig, TrainConfig, TrainerConfig, train


def test_a_sweep_keeps_the_best_and_goes_on(dataset: Path, tmp_path: Path) -> None:
    parameters = {"model.c": Range(0.01, 10, log=True), "model.word_ngrams": Range(choices=[1, 2])}
    data = DataConfig(str(dataset), fraction=0.2)
    config = SweepConfig(ModelConfig(kind=ModelKind.tfidf), data, parameters=parameters, trials=2)
    first = sweep(config, tmp_path)
    assert len(first) == 2 and {*first[0].values} == set(parameters)
    trials = sweep(replace(config, trials=4), tmp_path)
    scores = [trial.macro_f1 or 0 for trial in trials]
    assert len(trials) == 4 and scores == sorted(scores, reverse=True) and all(trial in trials for trial in first)
    assert len({str(trial.values) for trial in trials}) > 2
    assert read_card(tmp_path / "best").validation["macro_f1"] == pytest.approx(scores[0])
    assert {path.name for path in tmp_path.iterdir()} == {"best", "study.log"}


def test_what_ends_an_epoch_ends_the_training(dataset: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, float]] = []

    def stop(epoch: int, score: float) -> None:
        seen.append((epoch, score))
        raise KeyboardInterrupt

    trainer = TrainerConfig(epochs=3, batch_size=32, eval_batch_size=256)
    config = TrainConfig(data=DataConfig(str(dataset), fraction=0.02), trainer=trainer)
    with pytest.raises(KeyboardInterrupt):
        train(config, tmp_path, stop)
    ((epoch, score),) = seen
    assert epoch == 1 and 0 <= score <= 1


def test_impossible_sweeps_are_refused(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing between"):
        SweepConfig(parameters={"model.c": Range(2, 1)})
    with pytest.raises(InputError, match="0 parameters"):
        SweepConfig()
    with pytest.raises(InputError, match="learning_rat"):
        sweep(SweepConfig(data=DataConfig(str(dataset)), parameters={"trainer.learning_rat": Range(0, 1)}), tmp_path)
