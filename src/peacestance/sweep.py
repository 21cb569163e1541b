"""Searching training settings by validation macro-F1 with Optuna; poor trials are ended early.

Trials are drawn by the tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011), and one ends at an epoch at
which it is below the median of the earlier ones (Golovin et al., KDD 2017). Tests are never looked at.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import optuna
from omegaconf import OmegaConf
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from peacestance.config import to_config
from peacestance.provenance import plain
from peacestance.schema import InputError
from peacestance.training import TrainConfig, train

MOST = 8
"""Parameters that a sweep may have: more need more trials than anyone waits for."""


@dataclass
class Range:
    """The values of one parameter: from `low` to `high`, evenly or by their logarithm, or one of `choices`."""

    low: float = 0.0
    high: float = 0.0
    log: bool = False
    choices: list[Any] = field(default_factory=list)


@dataclass
class SweepConfig(TrainConfig):
    """What is searched.

    Attributes:
        parameters: keys of the training config, such as `trainer.learning_rate`, with their ranges.
        trials: trainings in all, those of an earlier call with the same output counted.
    """

    parameters: dict[str, Range] = field(default_factory=dict)
    trials: int = 20

    def __post_init__(self) -> None:
        if not 1 <= len(self.parameters) <= MOST:
            raise InputError(f"{len(self.parameters)} parameters to sweep", remedy=f"from 1 to {MOST}")
        if not self.data.validation:
            raise InputError("a sweep needs a validation split", remedy="data.validation=validation")
        for name, own in self.parameters.items():
            if not own.choices and own.low >= own.high:
                raise InputError(f"parameters.{name}: nothing between {own.low} and {own.high}", remedy="low < high")


@dataclass(frozen=True)
class Trial:
    """A training of a sweep; `macro_f1` is None where it was ended early or failed."""

    number: int
    macro_f1: float | None
    values: dict[str, Any]


def sweep(config: SweepConfig, output: str | Path) -> list[Trial]:
    """Run the trials that are missing; returns all of them, the best first.

    The study is kept in `output/study.log`, so that an interrupted sweep goes on; only the best trial's checkpoint is
    kept, as `output/best`.

    Raises:
        InputError: a parameter is no key of the training config, or a training cannot begin.
    """
    output = Path(output)
    base = {name: value for name, value in plain(config).items() if name not in ("parameters", "trials")}
    study = optuna.create_study(
        study_name="sweep", direction="maximize", load_if_exists=True,
        storage=JournalStorage(JournalFileBackend(str(output / "study.log"))),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1),
    )  # fmt: skip
    done = sum(t.state.is_finished() for t in study.trials)
    # a sampler of the same seed would draw the first trials again
    study.sampler = optuna.samplers.TPESampler(seed=config.seed + done)

    def objective(trial: optuna.Trial) -> float:
        values = {name: _draw(trial, name, own) for name, own in config.parameters.items()}
        run = with_values(base, values)

        def on_epoch(epoch: int, score: float) -> None:
            trial.report(score, epoch)
            if trial.should_prune():
                raise optuna.TrialPruned

        folder = output / f"trial-{trial.number}"
        try:
            score = float(train(run, folder, on_epoch).validation["macro_f1"])
            if score >= max((t.value for t in study.trials if t.value is not None), default=0.0):
                shutil.rmtree(output / "best", ignore_errors=True)
                folder.replace(output / "best")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return score

    study.optimize(objective, max(0, config.trials - done))
    return _ordered(study.trials)


def with_values(base: dict[str, Any], values: dict[str, Any]) -> TrainConfig:
    """The training config with some values set by their dotted keys.

    Raises:
        InputError: names the key that is unknown, or the value that is impossible.
    """
    composed = OmegaConf.create(base)
    for name, value in values.items():
        OmegaConf.update(composed, name, value, force_add=True)
    return to_config(TrainConfig, composed)


def _draw(trial: optuna.Trial, name: str, own: Range) -> Any:
    if own.choices:
        return trial.suggest_categorical(name, own.choices)
    return trial.suggest_float(name, own.low, own.high, log=own.log)


def _ordered(trials: Sequence[optuna.trial.FrozenTrial]) -> list[Trial]:
    complete = optuna.trial.TrialState.COMPLETE
    found = [Trial(t.number, t.value if t.state is complete else None, t.params) for t in trials]
    return sorted(found, key=lambda t: (t.macro_f1 is None, -(t.macro_f1 or 0.0), t.number))
