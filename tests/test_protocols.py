"""Evaluation protocols: every division is trained and tested with every seed, and averaged."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_dir

from peacestance.config import to_config
from peacestance.corpus import CorpusConfig
from peacestance.dataset import read_manifest
from peacestance.evaluation.protocols import ProtocolsConfig, protocol_rows, protocol_runs
from peacestance.measured import Point, measure
from peacestance.modeling import ModelKind
from peacestance.report import protocols_table
from peacestance.schema import InputError
from peacestance.splits import Protocol, SplitConfig

ROOT = Path(__file__).resolve().parent.parent


def test_every_fold_is_built_with_every_seed_and_measured(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    for path in sorted((ROOT / "data/embedded").glob("*-0[1-2].md"))[:12]:
        shutil.copy(path, tmp_path / "articles")
    corpus = CorpusConfig(embedded=str(tmp_path / "articles"))
    config = ProtocolsConfig({"k_fold": SplitConfig(Protocol.k_fold, folds=2)}, corpus)
    runs, sets = protocol_runs(config, tmp_path)
    assert [run.name for run in runs] == ["k_fold, 0", "k_fold, 1"] * 3
    for first, second in zip(runs[::2], runs[1::2], strict=True):
        tests = [read_manifest(run.config.data.path).splits["test"] for run in (first, second)]
        assert sum(test["articles"] for test in tests) == 12
        assert [len(sets[run.sets[0]]) for run in (first, second)] == [test["statements"] for test in tests]
    points = list(measure(runs[:2], sets, tmp_path, workers=1))
    (row,) = protocol_rows(points, {name: len(statements) for name, statements in sets.items()})
    assert row["runs"] == 2 and [own["name"] for own in row["divisions"]] == ["k_fold, 0", "k_fold, 1"]
    figures = [own["macro_f1"] for point in points for own in point.scores.values()]
    assert row["mean"]["test"]["macro_f1"] == pytest.approx(np.mean(figures)) and 0.1 < np.mean(figures) < 1
    assert row["spread"]["test"]["macro_f1"] == pytest.approx(np.std(figures, ddof=1)) and np.std(figures) > 0
    assert list(measure(runs[:2], sets, tmp_path, workers=1)) == points


def test_unseen_conflicts_have_a_column_where_a_protocol_holds_them_out() -> None:
    scores = {"macro_f1": 0.5, "f_avg": 0.4}
    points = [
        Point(name, seed, 10, 100 * seed, 1.0, None, "", {f"{name}, seed {seed}/{split}": scores for split in splits})
        for name, splits in (("by_article", ("test", "test_unseen_conflict")), ("k_fold, 0", ("test",)))
        for seed in (1, 2, 3)
    ]
    sizes = {name: 10 * point.seed for point in points for name in point.scores}
    rows = protocol_rows(points, sizes)
    assert [row["test_statements"] for row in rows] == [20, 20] and rows[0]["train_statements"] == 200
    lines = protocols_table(rows).splitlines()[2:]
    assert [line.split("|")[1].strip() for line in lines] == ["by_article", "k_fold", "k_fold, 0"]
    assert [line.count("0.500 ± 0.000") for line in lines] == [2, 1, 1]


def test_every_protocol_is_measured_by_default() -> None:
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        config = to_config(ProtocolsConfig, compose("protocols", overrides=["output=x"]))
        without = to_config(ProtocolsConfig, compose("protocols", overrides=["output=x", "~splits@protocols.k_fold"]))
    assert {name: own.protocol.value for name, own in config.protocols.items()} == {p.value: p.value for p in Protocol}
    assert config.model.kind is ModelKind.tfidf and set(config.protocols) - set(without.protocols) == {"k_fold"}


@pytest.mark.parametrize("seeds", [[1, 2], [1, 2, 2], [1, 2, 3, 3]])
def test_fewer_than_three_seeds_make_no_result(seeds: list[int]) -> None:
    with pytest.raises(InputError, match="make no result"):
        ProtocolsConfig({"by_article": SplitConfig()}, seeds=seeds)
