"""Publishing a checkpoint, and the card that is written from its measurements."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from huggingface_hub import ModelCard
from typer.testing import CliRunner

from peacestance.checkpoints import load_checkpoint
from peacestance.cli import app
from peacestance.config import EvaluateConfig
from peacestance.evaluation.run import evaluate_checkpoints
from peacestance.model_card import model_card, publish
from peacestance.schema import InputError


def test_a_published_checkpoint_loads_and_its_card_says_what_was_measured(
    adapter: Path, dataset: Path, tmp_path: Path
) -> None:
    config = EvaluateConfig([str(adapter)], str(dataset), end_to_end=False, probes=False)
    (evaluation,), _ = evaluate_checkpoints(config, tmp_path / "evaluation")
    folder = tmp_path / "models/small"
    assert publish(adapter, tmp_path / "evaluation", folder) == []
    load_checkpoint(folder)
    assert {path.suffix for path in folder.iterdir()} <= {".json", ".safetensors", ".txt", ".md"}
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert text == model_card(folder, "small")
    own = evaluation.sets["test"]
    assert f"{own.macro_f1:.3f} [{own.interval['macro_f1'][0]:.3f}" in text and "a low-rank adapter" in text
    (result,) = ModelCard(text).data.eval_results
    assert result.metric_value == round(own.macro_f1, 4) and result.dataset_name == "peacestance, test"
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    metrics["sets"]["test"] |= {"macro_f1": 0.99, "interval": {"macro_f1": [0.98, 1.0]}}
    (folder / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    arguments = ["publish", str(adapter), "--evaluation", str(tmp_path / "evaluation"), "--output", str(folder)]
    result = CliRunner().invoke(app, arguments)  # an older one is replaced
    assert f"test: macro-F1 {own.macro_f1:.3f}, outside 0.980 to 1.000 of the replaced (0.990)" in result.output
    assert (folder / "README.md").read_text(encoding="utf-8") == text
    (folder / "metrics.json").write_text(json.dumps({"sets": {}}), encoding="utf-8")
    with pytest.raises(InputError, match="damaged"):
        model_card(folder, "small")
    (folder / "metrics.json").write_text("{", encoding="utf-8")
    assert publish(adapter, tmp_path / "evaluation", folder) == []  # as the error advises


def test_nothing_else_is_overwritten(adapter: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="evaluate first"):
        publish(adapter, tmp_path / "nowhere", tmp_path / "out")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/letter.txt").write_text("dear", encoding="utf-8")
    (tmp_path / "metrics.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="is no checkpoint"):
        publish(adapter, tmp_path, tmp_path / "out")
