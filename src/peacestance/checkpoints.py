"""Checkpoints: how a trained model is saved, described and loaded.

A checkpoint is a folder. A transformer's is a standard Hugging Face one (`config.json`, `model.safetensors`,
tokenizer), so that `transformers.pipeline("text-classification", model=folder)` loads it; or it holds only what differs
from a packaged encoder, rounded (`differences.safetensors`) or as low-rank adapters (`adapter_model.safetensors`), and
`peacestance export` writes it as such a folder; the linear baseline's holds `model.safetensors` and `vocabulary.json`.
Each has `peacestance.json`, written last: label order, rendering version, data version. Weights are read from
safetensors only.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from safetensors import SafetensorError

from peacestance.files import read_text, write_json
from peacestance.modeling import (
    ADAPTER,
    DIFFERENCES,
    RENDERING,
    Form,
    ModelConfig,
    ModelKind,
    StanceModel,
    TfidfModel,
    TransformerModel,
)
from peacestance.schema import LABELS, InputError

CARD = "peacestance.json"
_OF_SOME_FORMS = (
    "config.json",
    "model.safetensors",
    "adapter_config.json",
    ADAPTER,
    DIFFERENCES,
    "vocabulary.json",
    "tokenizer.json",
)
"""Files that only some forms of a checkpoint have."""


@dataclass(frozen=True)
class CheckpointCard:
    """What `peacestance.json` says of a checkpoint.

    Attributes:
        temperature: what logits are divided by (see `peacestance.evaluation.calibration`).
        abstain_below: confidence under which a label counts as unsure.
        calibrated_on: dataset and split on which these two were fitted; empty where on nothing.
    """

    kind: str
    encoder: str = ""
    max_length: int = 0
    form: str = Form.full.value
    labels: tuple[str, ...] = LABELS
    rendering: int = RENDERING
    data_path: str = ""
    data_version: str = ""
    data_hash: str = ""
    temperature: float = 1.0
    abstain_below: float = 0.0
    calibrated_on: str = ""
    validation: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ModelKind(self.kind), Form(self.form)
        for name, kind in (("encoder", str), ("max_length", int), ("temperature", float), ("abstain_below", float)):
            if not isinstance(getattr(self, name), (kind, int) if kind is float else kind):
                raise TypeError(f"{name} is {getattr(self, name)!r}")


def save_checkpoint(model: StanceModel, card: CheckpointCard, folder: str | Path) -> None:
    """Write a checkpoint: into a temporary folder first, then file by file, `peacestance.json` last.

    Raises:
        InputError: the disk is full or the place cannot be written to.
    """
    folder = Path(folder)
    temporary: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".checkpoint.", dir=folder))
        model.save(temporary)
        write_json(temporary / CARD, asdict(card))
        for name in (CARD, *_OF_SOME_FORMS):  # transformers would apply an earlier run's adapter without a word
            (folder / name).unlink(missing_ok=True)
        for path in sorted(temporary.iterdir(), key=lambda p: (p.name == CARD, p.name)):
            path.replace(folder / path.name)
    except (OSError, SafetensorError) as error:
        raise InputError(f"the checkpoint cannot be written: {error}", path=folder, remedy="free some space") from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def read_card(folder: str | Path) -> CheckpointCard:
    """Read a checkpoint's `peacestance.json`.

    Raises:
        InputError: the folder is no checkpoint, its training did not end, or it needs another version of the project.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(
            "no such checkpoint folder", path=folder, remedy="train one: python scripts/train.py output=DIR"
        )
    if not (folder / CARD).is_file():
        raise InputError(
            f"no checkpoint here ({CARD} is missing)", path=folder, remedy="its training may not have ended"
        )
    try:
        raw = json.loads(read_text(folder / CARD))
        card = CheckpointCard(**{**raw, "labels": tuple(raw["labels"])})
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"damaged: {error}", path=folder / CARD, remedy="train or fetch it again") from None
    if card.labels != LABELS or card.rendering != RENDERING:
        raise InputError(
            f"made for labels {card.labels} and rendering {card.rendering}", path=folder / CARD,
            remedy=f"this version has {LABELS} and rendering {RENDERING}: use the version it was made with",
        )  # fmt: skip
    return card


def load_checkpoint(
    folder: str | Path, trainable: bool = False, source: ModelConfig | None = None
) -> tuple[StanceModel, CheckpointCard]:
    """Load a checkpoint of either kind; with `trainable` an adapter is not merged, so that training can go on.

    `source` says where the encoder of an adapter or of differences comes from (`folder`, `allow_network`).

    Raises:
        InputError: it is missing, unfinished or damaged.
    """
    folder = Path(folder)
    card = read_card(folder)
    try:
        if card.kind == ModelKind.tfidf.value:
            return TfidfModel.from_checkpoint(folder), card
        return TransformerModel.from_checkpoint(folder, card, source or ModelConfig(), trainable), card
    except InputError:
        raise
    except (OSError, LookupError, ValueError, TypeError, RuntimeError, SafetensorError) as error:
        raise InputError(
            f"the checkpoint is damaged: {error}", path=folder, remedy="train or fetch it again"
        ) from error
