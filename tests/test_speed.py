"""Training measured beside the plain recipe, and starts from a checkpoint with few labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from peacestance.dataset import labelled
from peacestance.evaluation.few_labels import FewLabelsConfig, few_label_runs
from peacestance.evaluation.speed import RECIPES, SpeedConfig, measure_speed, speed_rows
from peacestance.measured import measure
from peacestance.report import speed_table
from peacestance.schema import InputError
from peacestance.training import TrainerConfig


def test_both_recipes_are_timed_in_processes_of_their_own(dataset: Path) -> None:
    trainer = TrainerConfig(epochs=1, max_steps=1, batch_size=4, eval_batch_size=256)
    timed = measure_speed(SpeedConfig(str(dataset), 0.02, trainer, seeds=[1]))
    assert [t.recipe for t in timed] == list(RECIPES)
    assert all(t.seconds > 0 and t.peak_mib > 100 and t.share > 0 and 0 <= t.macro_f1 <= 1 for t in timed)
    assert all(name in speed_table(speed_rows(timed)) for name in RECIPES)


def test_few_labels_are_drawn_from_other_articles_than_they_are_scored_on(
    dataset: Path, compact: Path, tmp_path: Path
) -> None:
    trainer = TrainerConfig(max_steps=1, batch_size=4, eval_batch_size=256)
    config = FewLabelsConfig(str(dataset), "test", str(compact), [5, 20], folds=3, seeds=[1], trainer=trainer)
    runs, sets = few_label_runs(config, tmp_path)
    held = [s.id for own in sets.values() for s in own]
    assert sorted(held) == sorted(s.id for s in labelled(dataset, "test")) and len(sets) == 3 and len(runs) == 15
    for run in runs:
        drawn, own = labelled(run.config.data.path, "train"), sets[run.sets[0]]
        assert not {s.article_id for s in drawn} & {s.article_id for s in own}
    assert {run.name for run in runs} == {
        "compact as it is",
        *(f"{n}, from {start}" for n in (5, 20) for start in ("compact", "the encoder")),
    }
    points = list(measure(runs[:2], sets, tmp_path, 1))
    assert points[0].megabytes is None and (points[0].train_statements, points[1].train_statements) == (0, 5)
    with pytest.raises(InputError, match="999 folds of"):
        few_label_runs(FewLabelsConfig(str(dataset), "test", str(compact), [5], folds=999), tmp_path)
    with pytest.raises(InputError, match="but the folds have"):
        few_label_runs(FewLabelsConfig(str(dataset), "test", str(compact), [10**6]), tmp_path)
