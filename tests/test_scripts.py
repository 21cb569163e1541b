"""The commands as a user runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
NO_NETWORK = """
import os, socket
def refuse(*args, **kwargs):
    os.write(2, b"a socket was opened")
    os._exit(77)  # an error might be caught
socket.socket.connect = socket.socket.connect_ex = refuse
socket.create_connection = socket.getaddrinfo = refuse
"""


def run(script: str, *arguments: str, fails: bool = False, path: Path | None = None) -> str:
    """Run a script; returns what it printed. `path` goes before all other module folders."""
    import os

    environment = dict(os.environ) | ({"PYTHONPATH": str(path)} if path else {})
    command = [sys.executable, f"scripts/{script}.py", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=400)
    printed = done.stdout + done.stderr
    assert (done.returncode != 0) == fails, printed
    assert "Traceback" not in printed, printed
    return printed


def test_the_default_path_opens_no_socket(tmp_path: Path) -> None:
    """Build, train an adapter, evaluate it, and predict with the shipped model, with every connection refused."""
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    data, model = tmp_path / "data", tmp_path / "model"
    run("build_dataset", f"output={data}", path=tmp_path)
    printed = run(
        "train", f"data.path={data}", f"output={model}", "trainer=dryrun", "model.adapter_rank=4", path=tmp_path
    )
    assert "validation macro-F1" in printed
    printed = run("evaluate", f"checkpoint={model}", f"output={tmp_path}/eval", "probes=false", path=tmp_path)
    assert "majority" in printed and "tfidf" in printed and "conditional" in printed
    metrics = json.loads((tmp_path / "eval/metrics.json").read_text(encoding="utf-8"))
    manifest = json.loads((data / "manifest.json").read_text(encoding="utf-8"))
    assert metrics["sets"]["test"]["n"] == manifest["splits"]["test"]["statements"]
    assert metrics["data_version"] == manifest["version"]
    assert (tmp_path / "eval/confusion-test.png").read_bytes().startswith(b"\x89PNG")
    assert "| support" in (tmp_path / "eval/report.md").read_text(encoding="utf-8")
    out = tmp_path / "example.jsonl"
    printed = run("predict", "input=data/example.txt", f"output={out}", path=tmp_path)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len({row["speaker"] for row in rows}) >= 3 and "speaker" in printed
    assert not any("commenting" in row["statement"] for row in rows)


def test_labelled_files_are_scored_like_splits(tfidf: Path, checkpoint: Path, tmp_path: Path) -> None:
    text = "Ana Duro said the talks must go on. Bo Lund said there was nothing to discuss."
    spans = [[text.index(w), text.index(w) + len(w)] for w in ("the talks must go on", "there was nothing to discuss")]
    gold = [
        {
            "content": [spans[0]],
            "cue": [],
            "source": [],
            "speaker": "Ana Duro",
            "form": "indirect",
            "stance": "support",
        },
        {"content": [spans[1]], "cue": [], "source": [], "speaker": "Bo Lund", "form": "indirect", "stance": "oppose"},
    ]
    articles, statements = tmp_path / "articles.jsonl", tmp_path / "statements.jsonl"
    articles.write_text(json.dumps({"id": "a", "text": text, "attributions": gold}), encoding="utf-8")
    rows = [
        {"id": str(i), "speaker": "A", "statement": text[s:e], "stance": "neutral"} for i, (s, e) in enumerate(spans)
    ]
    statements.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    run(
        "evaluate", f"checkpoint=[{tfidf},{checkpoint}]", "split=none", "baselines=false",
        f"statements=[{articles},{statements}]", f"output={tmp_path}/eval",
    )  # fmt: skip
    for name in ("tfidf", "minilm"):
        metrics = json.loads((tmp_path / f"eval/{name}/metrics.json").read_text(encoding="utf-8"))
        assert {key: value["n"] for key, value in metrics["sets"].items()} == {
            "statements:articles.jsonl": 2, "statements:statements.jsonl": 2,
        }  # fmt: skip
        assert metrics["sets"]["statements:articles.jsonl"]["per_label"]["oppose"]["support"] == 1
        predictions = (tmp_path / f"eval/{name}/predictions.jsonl").read_text(encoding="utf-8").splitlines()
        assert {json.loads(line)["gold"] for line in predictions} == {"support", "oppose", "neutral"}


@pytest.mark.parametrize(
    ("script", "arguments", "message"),
    [
        ("train", ["+trainer.learning_rat=1e-5"], "learning_rat"),
        ("train", ["trainer.learning_rate=-1"], "trainer.learning_rate=-1"),
        ("train", ["trainer.class_weights=some"], "class_weights"),
        ("train", ["trainer.batch_size=many"], "batch_size"),
        ("train", ["data.path=nowhere"], "nowhere: no dataset here"),
        ("build_dataset", ["+splits.tset=0.1"], "tset"),
        ("build_dataset", ["corpus=jsonl", "corpus.path=none.jsonl"], "none.jsonl: cannot be read"),
        ("evaluate", ["checkpoint=nowhere"], "nowhere: no such checkpoint folder"),
        ("evaluate", ["checkpoint=[a/model,b/model]"], "two are named 'model'"),
        ("benchmark_public", ["data=built"], "'built' is no public stance set"),
        ("predict", ["input=a.txt", "output=b.jsonl", "checkpoint=nowhere"], "nowhere: no such checkpoint folder"),
        ("predict", ["output=b.jsonl"], "input is missing"),
    ],
)
def test_bad_settings_end_with_one_clear_line(script: str, arguments: list[str], message: str, tmp_path: Path) -> None:
    if script != "predict":
        arguments = [*arguments, f"output={tmp_path}/run"]
    printed = run(script, *arguments, fails=True)
    assert message in printed.strip().splitlines()[-1]


@pytest.mark.parametrize("script", ["build_dataset", "train", "evaluate"])
def test_the_composed_config_can_be_shown_and_resolved(script: str) -> None:
    shown = yaml.safe_load(run(script, "--cfg", "job", "--resolve"))
    assert "output" in shown


def test_every_option_of_every_group_fits_the_schema() -> None:
    from hydra import compose, initialize_config_dir

    from peacestance.config import EvaluateConfig, to_config
    from peacestance.dataset import BuildConfig
    from peacestance.evaluation.extraction import ExtractionConfig
    from peacestance.evaluation.few_labels import FewLabelsConfig
    from peacestance.evaluation.protocols import ProtocolsConfig
    from peacestance.evaluation.public import PublicConfig
    from peacestance.evaluation.rivals import RivalsConfig
    from peacestance.evaluation.speed import SpeedConfig
    from peacestance.learning import LearningConfig
    from peacestance.training import TrainConfig

    groups = {
        "build": (BuildConfig, ("corpus", "extractor", "splits")),
        "train": (TrainConfig, ("model", "data", "trainer")),
        "models": (RivalsConfig, ("recipes",)),
        "speed": (SpeedConfig, ()),
        "few_labels": (FewLabelsConfig, ()),
        "protocols": (ProtocolsConfig, ("model",)),
        "public": (PublicConfig, ()),
        "evaluate": (EvaluateConfig, ()),
        "learning": (LearningConfig, ("trainer",)),
        "extraction": (ExtractionConfig, ("splits",)),
    }
    needed = {
        "corpus=folder": ["corpus.path=x"],
        "corpus=jsonl": ["corpus.path=x"],
        "corpus=labels": ["corpus.path=x", "corpus.articles=x"],
    }
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        for name, (schema, own) in groups.items():
            options = [f"{group}={path.stem}" for group in own for path in (ROOT / "conf" / group).glob("[a-z]*.yaml")]
            for option in options or [""]:
                extra = needed.get(option, [])
                composed = compose(name, overrides=[o for o in (option, *extra, "output=x") if o])
                to_config(schema, composed)


def test_the_cpu_trainer_is_the_default_of_the_library() -> None:
    from peacestance.provenance import plain
    from peacestance.training import TrainerConfig

    assert yaml.safe_load((ROOT / "conf/trainer/cpu.yaml").read_text(encoding="utf-8")) == plain(TrainerConfig())


def test_an_experiment_has_the_last_word() -> None:
    shown = yaml.safe_load(run("train", "--cfg", "job", "experiment=default", "trainer=gpu"))
    assert shown["model"]["compact"] and shown["trainer"]["epochs"] == 4 and shown["model"]["encoder"] == "minilm_l6"


def test_a_sweep_trains_every_seed(dataset: Path, tmp_path: Path) -> None:
    run("train", "--multirun", "experiment=seeds", "model=tfidf", f"data.path={dataset}", f"output={tmp_path}/sweep")
    seeds = [
        json.loads((tmp_path / f"sweep/{i}/run.json").read_text(encoding="utf-8"))["config"]["seed"] for i in range(3)
    ]
    assert seeds == [1, 2, 3]


def test_no_plain_key_has_the_name_of_a_group() -> None:
    """Hydra would take `NAME=value` for a choice of that group, and the key could not be set."""
    groups = {path.name for path in (ROOT / "conf").iterdir() if path.is_dir()}
    for path in (ROOT / "conf").glob("*.yaml"):
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
        chosen = {
            str(key).split("@")[0].split()[-1] for own in config["defaults"] if isinstance(own, dict) for key in own
        }
        assert not groups & (set(config) - chosen), path.name
