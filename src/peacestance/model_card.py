"""Publishing a checkpoint: its files, its measurements, and a model card written from these alone."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from huggingface_hub import EvalResult, ModelCardData

from peacestance.checkpoints import CARD, read_card
from peacestance.encoders import ENCODERS
from peacestance.files import atomic_folder, read_text, write_text
from peacestance.modeling import Form, ModelKind
from peacestance.report import table
from peacestance.schema import InputError

_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("peacestance"), undefined=jinja2.StrictUndefined, keep_trailing_newline=True
)
_KINDS = {
    Form.full: "a classifier",
    Form.adapter: "a low-rank adapter and a head",
    Form.differences: "a classifier, kept as four-bit differences of its weights",
}
CORE_WATTS, GPU_WATTS = 10, 700
"""Taken for a busy core and for a GPU of a data centre, to estimate energy."""


@dataclass(frozen=True)
class Replaced:
    """Macro-F1 on a set: of the model that was replaced, with its 95 % interval, and of the new one."""

    name: str
    before: float
    interval: tuple[float, float]
    now: float


def publish(checkpoint: str | Path, evaluation: str | Path, output: str | Path) -> list[Replaced]:
    """Copy a checkpoint and the `metrics.json` of its evaluation into a folder, and write its model card there.

    The folder appears whole; an older one in its place is replaced. Returns how the two compare on the sets of both.

    Raises:
        InputError: the checkpoint or its evaluation is missing, or the output is no checkpoint.
    """
    checkpoint, output = Path(checkpoint), Path(output)
    read_card(checkpoint)
    metrics = Path(evaluation) / "metrics.json"
    if not metrics.is_file():
        raise InputError("no such file", path=metrics, remedy="evaluate first: python scripts/evaluate.py")
    if output.is_dir() and any(output.iterdir()) and not (output / CARD).is_file():
        raise InputError("exists and is no checkpoint", path=output, remedy="choose another output")
    before, now = _sets(output / "metrics.json"), _sets(metrics)
    with atomic_folder(output) as folder:
        for path in (*checkpoint.iterdir(), metrics):
            if path.suffix in (".json", ".safetensors", ".txt"):
                shutil.copyfile(path, folder / path.name)
        write_text(folder / "README.md", model_card(folder, output.name))
    return [
        Replaced(name, old["macro_f1"], tuple(old["interval"]["macro_f1"]), now[name]["macro_f1"])
        for name, old in before.items()
        if name in now
    ]


def _sets(metrics: Path) -> dict[str, Any]:
    """What was measured on each set; nothing where the file is missing or damaged, which the card then tells of."""
    try:
        return dict(json.loads(read_text(metrics))["sets"])
    except (InputError, ValueError, KeyError, TypeError):
        return {}


def model_card(folder: str | Path, name: str) -> str:
    """A model card in the hub's format for the model `name`, from the checkpoint's own JSON files alone.

    Raises:
        InputError: a file is missing or damaged.
    """
    folder = Path(folder)
    card = read_card(folder)
    try:
        run, metrics = (json.loads(read_text(folder / name)) for name in ("run.json", "metrics.json"))
        return _card_text(folder, name, run, metrics, card.encoder if card.kind == ModelKind.transformer.value else "")
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(f"damaged: {error!r}", path=folder, remedy="publish it again") from None


def _name(split: str) -> str:
    return split.removeprefix("statements:").removesuffix(".jsonl")


def _card_text(folder: Path, name: str, run: dict[str, Any], metrics: dict[str, Any], encoder: str) -> str:
    sets: dict[str, Any] = metrics["sets"]
    results = [
        EvalResult(
            task_type="text-classification", task_name="Stance toward peace negotiations",
            dataset_type="peacestance", dataset_name=f"peacestance, {_name(key)}", dataset_split=_name(key),
            metric_type="f1", metric_name="macro-F1", metric_value=round(own["macro_f1"], 4),
        )
        for key, own in sets.items()
    ]  # fmt: skip
    card = read_card(folder)
    data = ModelCardData(
        language="en",
        license="apache-2.0",
        library_name="peft" if card.form == Form.adapter.value else "transformers",
        base_model=ENCODERS[encoder].hub_id if encoder else None,
        pipeline_tag="text-classification",
        tags=["stance-detection", "news", "peace-negotiations"],
        model_name=f"peacestance-{name}",
        eval_results=results,
    )
    names = ("macro_f1", "f_avg", "accuracy")
    head = ["set", "n", "articles", "macro-F1", "mean F1 of support and oppose", "accuracy", "TF-IDF", "majority"]
    rows: dict[str, list[list[object]]] = {"scores": [], "labels": [], "ends": [], "sure": []}
    for key, own in sets.items():
        split = _name(key)
        rivals = [_rival(own, rival) for rival in ("tfidf", "majority")]
        rows["scores"].append([split, own["n"], own["articles"], *(_interval(own, f) for f in names), *rivals])
        for label, figures in own["per_label"].items():
            rows["labels"].append([split, label, *map(float, list(figures.values())[:3]), int(figures["support"])])
        if own["end_to_end"]:
            found = [float(own["end_to_end"][part]["f1"]) for part in ("statement", "speaker")]
            lost = [f"{own['end_to_end']['lost'][step]:.0%}" for step in ("extraction", "speaker", "classification")]
            rows["ends"].append([split, *found, *lost])
        sure = own["calibration"]
        rows["sure"].append(
            [split, sure["ece"], sure["brier"], f"{sure['coverage']:.0%}", f"{sure['accuracy_kept']:.0%}"]
        )
    worst = [[c["capability"], c["test"], f"{c['failed']} of {c['cases']}"] for c in metrics["behaviour"][:8]]
    over = f"over the encoder `{ENCODERS[encoder].hub_id}`" if encoder else "without an encoder"
    trainer, machine = run["config"]["trainer"], run["machine"]
    threads = trainer["threads"] or machine["cores"]
    where = f"with {threads} of {machine['cores']} cores ({machine['processor']})"
    return _ENVIRONMENT.get_template("model_card.md").render(
        meta=data.to_yaml(), name=name, card=card, sets=[*map(_name, sets)], run=run, trainer=trainer,
        where=f"on one {machine['gpu']}" if "gpu" in machine else where,
        watts=GPU_WATTS if "gpu" in machine else CORE_WATTS * threads,
        kind=f"{_KINDS[Form(card.form)]} {over}",
        megabytes=sum(path.stat().st_size for path in folder.glob("*.safetensors")) / 1e6,
        scores=table(head, rows["scores"]),
        labels=table(["set", "label", "precision", "recall", "F1", "n"], rows["labels"]),
        ends=table(["set", "statements", "speakers", "lost to extraction", "to name", "to label"], rows["ends"]),
        sure=table(["set", "calibration error", "Brier score", "kept", "right of these"], rows["sure"]),
        worst=table(["capability", "test", "failed"], worst),
    )  # fmt: skip


def _interval(own: dict[str, Any], figure: str) -> str:
    low, high = own["interval"][figure]
    return f"{own[figure]:.3f} [{low:.3f}, {high:.3f}]"


def _rival(own: dict[str, Any], name: str) -> str:
    return f"{own['baselines'][name]['macro_f1']:.3f}" if name in own["baselines"] else ""
