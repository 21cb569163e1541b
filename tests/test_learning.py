"""Measured trainings: kept, averaged, gone on with; and the learning curve and rivals that are made of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from peacestance.config import to_config
from peacestance.dataset import labelled
from peacestance.describe import draw_learning
from peacestance.evaluation.rivals import Method, Recipe, RivalsConfig, rival_runs
from peacestance.learning import LearningConfig, Setting, learning_runs
from peacestance.measured import Point, Run, measure, measure_into, summarize
from peacestance.modeling import ModelConfig, ModelKind
from peacestance.schema import InputError
from peacestance.training import DataConfig, TrainConfig, TrainerConfig


def point(name: str, seed: int, score: float, megabytes: float | None = None) -> Point:
    return Point(name, seed, 10, 100 * seed, 1.0, megabytes, f"{name} {seed}", {"test": {"macro_f1": score}})


def test_points_of_one_name_are_averaged(tmp_path: Path) -> None:
    points = [
        point("minilm_l6, real, 100%", 1, 0.4, 5.0),
        point("tfidf, all, 100%", 1, 0.5),
        point("minilm_l6, real, 100%", 2, 0.6, 7.0),
    ]
    first, second = summarize(points)
    assert (first.name, first.runs, first.train_statements, first.megabytes) == ("minilm_l6, real, 100%", 2, 150, 6.0)
    assert first.mean["test"]["macro_f1"] == pytest.approx(0.5)
    assert first.spread["test"]["macro_f1"] == pytest.approx(0.1414, abs=1e-4)
    assert second.spread["test"]["macro_f1"] == 0 and second.megabytes is None
    draw_learning([first, second], tmp_path / "learning.png")
    assert (tmp_path / "learning.png").read_bytes().startswith(b"\x89PNG")


def test_measuring_goes_on_where_it_stopped_and_sees_what_changed(dataset: Path, tmp_path: Path) -> None:
    sets = {"test": labelled(dataset, "test")[:30], "other": labelled(dataset, "test")[30:50]}
    data = DataConfig(str(dataset), validation="", fraction=0.2)
    config = TrainConfig(ModelConfig(kind=ModelKind.tfidf), data)
    both = [Run("all sets", config), Run("one set", config, sets=("other",))]
    first, second = sorted(measure(both, sets, tmp_path, 1), key=lambda p: p.name)
    assert set(first.scores) == {"test", "other"} and second.scores == {"other": first.scores["other"]}
    assert first.megabytes and {"macro_f1", "f_avg", "oppose"} <= first.scores["test"].keys()
    assert [p.name for p in tmp_path.iterdir()] == ["points.jsonl"]
    lines = (tmp_path / "points.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "points.jsonl").write_text(lines[0] + "\n", encoding="utf-8")
    again = list(measure(both, sets, tmp_path, 1))
    assert again[0].key in lines[0].replace("\\", "") and {p.name for p in again} == {"all sets", "one set"}
    found = measure_into(tmp_path / "out.json", config, both, sets, tmp_path, 1)
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == found and found["sets"]["test"] == 30
    assert [row["name"] for row in found["rows"]] == ["all sets", "one set"]
    assert found["ratios"] == {"one set / all sets, other": pytest.approx(1)}
    with pytest.raises(InputError, match="nothing to measure"):
        measure_into(tmp_path / "out.json", config, [], sets, tmp_path, 1)
    fewer = sets | {"other": sets["other"][:10]}
    (changed,) = measure(both[1:], fewer, tmp_path, 1)
    assert changed.key != second.key


def test_a_curve_has_a_run_for_every_setting_seed_and_model(tmp_path: Path) -> None:
    settings = [Setting(fraction=0.1, epochs=1), Setting(epochs=2)]
    runs, sets = learning_runs(LearningConfig(settings=settings, seeds=[1, 2]), tmp_path)
    assert len(runs) == 8 and set(sets) == {"validation", "test"}
    assert runs[0].name == "tfidf, embedded, 10%" and runs[-1].name == "minilm_l6, embedded, 100%"
    assert runs[-1].config.trainer.epochs == 2 and not runs[-1].config.data.validation


@pytest.mark.parametrize("method", [Method.majority, Method.frozen, Method.setfit])
def test_rivals_are_trained_on_the_same_data(method: Method, dataset: Path, tmp_path: Path) -> None:
    if method is Method.setfit:
        pytest.importorskip("setfit")
    trainer = TrainerConfig(max_steps=1, batch_size=4)
    (run,) = rival_runs(RivalsConfig(str(dataset), recipes=[Recipe("a", method, trainer=trainer)], seeds=[1]))
    run.config.data.fraction = 0.05
    (found,) = measure([run], {"test": labelled(dataset, "test")[:20]}, tmp_path, 1)
    assert found.name == "a" and found.megabytes is None and 0 <= found.scores["test"]["accuracy"] <= 1


def test_recipes_state_only_what_differs() -> None:
    composed = {"recipes": [{"name": "a", "trainer": {"epochs": 2}}, {"name": "b", "method": "frozen"}]}
    config = to_config(RivalsConfig, composed)
    assert config.recipes[0].trainer == TrainerConfig(epochs=2) and config.recipes[1].method is Method.frozen
    with pytest.raises(InputError, match="names of their own"):
        to_config(RivalsConfig, {"recipes": [{"name": "a"}, {"name": "a"}]})
    with pytest.raises(InputError, match="learning_rat"):
        to_config(RivalsConfig, {"recipes": [{"name": "a", "trainer": {"learning_rat": 2}}]})


def test_recipes_with_teachers_need_their_predictions(tmp_path: Path) -> None:
    recipes = [Recipe("labels alone"), Recipe("taught", soft=True)]
    with pytest.raises(InputError, match="'taught' needs predictions of teachers"):
        RivalsConfig(recipes=recipes)
    with pytest.raises(InputError, match="'frozen' cannot learn from teachers"):
        RivalsConfig(recipes=[Recipe("frozen", Method.frozen, soft=True)], soft=["soft.jsonl"])
    with pytest.raises(InputError, match="'linear' cannot learn from teachers"):
        RivalsConfig(recipes=[Recipe("linear", soft=True, model=ModelConfig(ModelKind.tfidf))], soft=["soft.jsonl"])
    runs = rival_runs(RivalsConfig(recipes=recipes, soft=["soft.jsonl"], seeds=[1]))
    assert [run.config.data.soft for run in runs] == [[], ["soft.jsonl"]]
