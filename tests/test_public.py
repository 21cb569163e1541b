"""Public stance sets: the layouts that they come in, their metrics, and a training beside published figures."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import datasets
import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from sklearn.metrics import f1_score

from peacestance.checkpoints import read_card
from peacestance.config import to_config
from peacestance.corpus.public import PUBLIC_SETS, read_public
from peacestance.dataset import labelled, read_manifest
from peacestance.evaluation.public import PublicConfig, benchmark_public, public_score
from peacestance.modeling import ModelConfig, ModelKind
from peacestance.schema import LABEL2ID, LABELS, InputError, Statement
from peacestance.training import DataConfig

ROOT = Path(__file__).resolve().parent.parent
ANNOTATIONS = "data-all-annotations.txt"
TEST = "testdata-taskA-all-annotations.txt"
SAYS = {"FAVOR": 'we back “it” and say "yes"', "AGAINST": "stop it, never", "NONE": "it rained"}


def table(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]], encoding: str = "utf-8") -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


def semeval(folder: Path, encoding: str = "cp1252") -> Path:
    """60 training, 20 trial and 6 test tweets in the layout of the task, which quotes nothing."""
    head = "ID\tTarget\tTweet\tStance\tOpinion towards\tSentiment\n"
    for name, ids in {"training": range(101, 161), "trial": range(1, 21), "test": range(10001, 10007)}.items():
        own = ((i, list(SAYS)[i % 3]) for i in ids)
        lines = (f'{i}\tCarts\t"{SAYS[stance]} {i}\t{stance}\tTARGET\tNEITHER\n' for i, stance in own)
        (folder / (TEST if name == "test" else name + ANNOTATIONS)).write_bytes(
            (head + "".join(lines)).encode(encoding)
        )
    return folder


def vast(folder: Path, seen: Sequence[int] = (0, 1, 0)) -> Path:
    """Three comments a file, with commas, quotation marks and line ends; only dev and test know of `seen?`."""
    rows = [(f"{i}", f'a "post",\nnumber {i}', f"topic {i}", i) for i in range(3)]
    table(folder / "vast_train.csv", ("new_id", "post", "new_topic", "label"), rows)
    for name in ("dev", "test"):
        own = [(f"{name}{i}", *rest, flag) for (i, *rest), flag in zip(rows, seen, strict=True)]
        table(folder / f"vast_{name}.csv", ("new_id", "post", "new_topic", "label", "seen?"), own)
    return folder


def pstance(folder: Path) -> Path:
    for split in ("train", "val", "test"):
        for target in ("bernie", "biden", "trump"):
            rows = [(f"{stance} café", target.title(), stance) for stance in SAYS]
            table(folder / f"raw_{split}_{target}.csv", ("Tweet", "Target", "Stance"), rows, "latin-1")
    return folder


def normalised(folder: Path, name: str) -> Path:
    for part in ("train", "validation", "test-one", "test-two"):
        rows = [
            {
                "id": f"{part}-{i}",
                "text": f"{part} {i}",
                "target": "Carts",
                "stance": stance.lower(),
                "seen": str(i % 2),
            }
            for i, stance in enumerate(SAYS)
        ]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}-{part}.jsonl").write_text(text, encoding="utf-8")
    return folder


def stances(statements: Sequence[Statement]) -> list[str | None]:
    return [s.stance for s in statements]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_semeval_is_read_with_a_drawn_validation_split(encoding: str, tmp_path: Path) -> None:
    splits = read_public("semeval2016", semeval(tmp_path, encoding))
    assert {split: len(own) for split, own in splits.items()} == {"train": 68, "validation": 12, "test": 6}
    ids = [s.id for own in splits.values() for s in own]
    assert len(set(ids)) == len(ids) and {"1", "101"} <= set(ids)
    first = splits["test"][0]
    assert (first.id, first.speaker, first.stance) == ("10001", "Carts", "neutral")
    says = {"support": SAYS["FAVOR"], "oppose": SAYS["AGAINST"], "neutral": SAYS["NONE"]}
    assert all(s.statement == f'"{says[s.stance or ""]} {s.id}' for own in splits.values() for s in own)
    again = read_public("semeval2016", tmp_path)
    assert [s.id for s in again["validation"]] == [s.id for s in splits["validation"]]


def test_vast_is_scored_on_unseen_topics_and_has_its_own_coding(tmp_path: Path) -> None:
    splits = read_public("vast", vast(tmp_path))
    assert stances(splits["train"]) == stances(splits["validation"]) == ["oppose", "support", "neutral"]
    assert [(s.id, s.speaker, s.stance) for s in splits["test"]] == [
        ("test0", "topic 0", "oppose"), ("test2", "topic 2", "neutral"),
    ]  # fmt: skip
    assert splits["train"][1].statement == 'a "post",\nnumber 1'


def test_pstance_has_three_targets_and_no_neutral_tweet(tmp_path: Path) -> None:
    splits = read_public("pstance", pstance(tmp_path))
    for own in splits.values():
        assert Counter((s.speaker, s.stance) for s in own) == Counter(
            (target, stance) for target in ("Bernie", "Biden", "Trump") for stance in ("support", "oppose")
        )
        assert len({s.id for s in own}) == 6
    assert splits["test"][0].statement == "FAVOR café"


@pytest.mark.parametrize("name", PUBLIC_SETS)
def test_every_set_may_come_as_jsonl(name: str, tmp_path: Path) -> None:
    splits = read_public(name, normalised(tmp_path, name))
    assert stances(splits["train"]) == ["support", "oppose", "neutral"][: len(PUBLIC_SETS[name].labels)]
    assert {s.id for s in splits["test"]} >= {"test-one-0", "test-two-0"}
    assert not any(s.id.endswith("-1") for s in splits["test"])


def test_a_set_is_loaded_as_from_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of CSV files stands for a dataset of the hub, which has the same files."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    (tmp_path / "hub").mkdir()
    rows = [(text, "Carts", stance) for stance, text in SAYS.items()]
    for name in ("train", "val", "test"):
        table(tmp_path / "hub" / f"{name}.csv", ("Tweet", "Target", "Stance"), rows)
    splits = read_public("semeval2016", f"hub:{tmp_path / 'hub'}")
    assert [stances(splits[split]) for split in ("train", "validation", "test")] == [
        ["support", "oppose", "neutral"]
    ] * 3
    assert splits["test"][0].statement == SAYS["FAVOR"] and splits["test"][0].speaker == "Carts"
    with pytest.raises(InputError, match=r"hub, train:1: no 'post' in this row \(columns: Tweet, Target, Stance\)"):
        read_public("vast", f"hub:{tmp_path / 'hub'}")
    with pytest.raises(InputError, match="cannot be read"):
        read_public("vast", f"hub:{tmp_path / 'nowhere'}")


@pytest.mark.parametrize(
    ("name", "file", "line", "old", "new", "message"),
    [
        ("semeval2016", "training" + ANNOTATIONS, 4, "\tAGAINST\t", "\tCON\t", "unknown stance 'CON' (one of"),
        ("semeval2016", "trial" + ANNOTATIONS, 2, "\tTweet\t", "\tText\t", "no 'Tweet' in this row (columns:"),
        ("semeval2016", TEST, 4, "never 10003", "\x81", "byte 0x81 is neither UTF-8 nor cp1252"),
        ("vast", "vast_train.csv", 2, ",0\r", ",4\r", "unknown stance '4' (one of 0, 1, 2)"),
        ("vast", "vast_test.csv", 2, "seen?", "other", "no 'seen?' in this row"),
        ("vast", "vast_dev.csv", 3, "number 0", "n\xfamero", "byte 0xfa is not UTF-8"),
        ("pstance", "raw_val_biden.csv", 3, "AGAINST café", "", "no text in 'Tweet'"),
        ("pstance", "raw_val_biden.csv", 2, ",FAVOR", "", "no 'Stance' in this row"),
        ("pstance", "raw_test_trump.csv", 4, "NONE café", '"NONE café', "not valid CSV"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_file_and_line(
    name: str, file: str, line: int, old: str, new: str, message: str, tmp_path: Path
) -> None:
    path = {"semeval2016": semeval, "vast": vast, "pstance": pstance}[name](tmp_path) / file
    text = path.read_bytes().decode("latin-1")
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode("latin-1"))
    with pytest.raises(InputError) as caught:
        read_public(name, tmp_path)
    assert f"{path}:{line}: {message}" in str(caught.value)


def test_a_missing_file_is_named_with_where_it_comes_from(tmp_path: Path) -> None:
    vast(tmp_path)
    (tmp_path / "vast_dev.csv").unlink()
    with pytest.raises(InputError, match=r"no vast_dev.csv here \(data.path=FOLDER, from github.com/emilyallaway"):
        read_public("vast", tmp_path)
    vast(tmp_path, seen=(1, 1, 1))
    with pytest.raises(InputError, match="no row of VAST, zero-shot for split 'test'"):
        read_public("vast", tmp_path)


@pytest.mark.parametrize("name", PUBLIC_SETS)
def test_the_metric_is_scikit_learns_over_the_labels_of_the_set(name: str) -> None:
    rng = np.random.default_rng(3)
    logits = rng.normal(size=(90, len(LABELS)))
    logits[:, [LABEL2ID["conditional"], LABEL2ID["unrelated"]]] += 9  # which the set does not have
    names = PUBLIC_SETS[name].labels
    gold = rng.choice(names, 90)
    targets = rng.choice(["one", "two", "two"], 90)
    statements = [Statement(str(i), t, "text", stance=s) for i, (t, s) in enumerate(zip(targets, gold, strict=True))]
    guess = np.array([max(names, key=lambda label: row[LABEL2ID[label]]) for row in logits])
    f1 = {
        own: f1_score(gold[targets == own], guess[targets == own], labels=names[:2], average="macro") for own in targets
    }
    expected = {
        "semeval2016": f1_score(gold, guess, labels=["support", "oppose"], average="macro"),
        "vast": f1_score(gold, guess, average="macro"),
        "pstance": (f1["one"] + f1["two"]) / 2,
    }
    assert public_score(name, logits, statements) == pytest.approx(expected[name])


def test_published_figures_have_sources() -> None:
    for public in PUBLIC_SETS.values():
        assert public.published and all(0 < f.score < 1 and f.source for f in public.published)


def test_a_training_stands_beside_published_figures(tmp_path: Path) -> None:
    file = tmp_path / "public.json"
    file.write_text('{"vast": {"rows": []}}', encoding="utf-8")
    (tmp_path / "data").mkdir()
    config = PublicConfig(
        ModelConfig(kind=ModelKind.tfidf), DataConfig(str(semeval(tmp_path / "data"))), json=str(file)
    )  # fmt: skip
    rows = benchmark_public("semeval2016", config, tmp_path / "run")
    assert rows[0] == {"system": "tfidf", "score": 1.0, "source": "this run"}
    assert [(row["system"], row["score"]) for row in rows[1:]] == [
        (f.system, f.score) for f in PUBLIC_SETS["semeval2016"].published
    ]
    written = json.loads(file.read_text(encoding="utf-8"))
    assert list(written) == ["vast", "semeval2016"]
    assert written["semeval2016"]["rows"] == rows and written["semeval2016"]["ratios"] == {}
    assert written["semeval2016"]["config"]["data"]["path"] == str(tmp_path / "data")
    assert {"versions", "revision", "machine"} <= written["semeval2016"].keys()
    manifest = read_manifest(tmp_path / "run/dataset")
    assert manifest.version == read_card(tmp_path / "run/tfidf").data_version == "semeval2016"
    assert len(labelled(tmp_path / "run/dataset", "test")) == manifest.splits["test"]["statements"] == 6


def test_train_takes_a_public_set_as_its_data(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path = semeval(tmp_path / "data")
    command = [sys.executable, "scripts/train.py", "model=tfidf", "data=semeval2016"]
    command += [f"data.path={path}", f"output={tmp_path}/run"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "| tfidf " in done.stdout and "Zarrella and Marsh" in done.stdout and "validation" not in done.stdout


@pytest.mark.parametrize("name", PUBLIC_SETS)
def test_the_benchmarks_options_fit_its_schema(name: str) -> None:
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        config = to_config(PublicConfig, compose("public", overrides=[f"data={name}"]))
    assert (config.json, config.data.validation) == ("benchmarks/public.json", "validation")
