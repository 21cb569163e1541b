"""Training a classifier on a built dataset: `train` is the one entry, for every kind of model."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from peacestance.checkpoints import CARD, CheckpointCard, load_checkpoint, save_checkpoint
from peacestance.dataset import Manifest, labelled, read_manifest
from peacestance.distillation import teach
from peacestance.encoders import sha256_of
from peacestance.evaluation.calibration import abstention_threshold, fit_temperature, softmax
from peacestance.evaluation.metrics import stance_scores
from peacestance.files import write_json
from peacestance.modeling import Form, ModelConfig, ModelKind, StanceModel, TfidfModel, TransformerModel, set_dropout
from peacestance.provenance import git_revision, record
from peacestance.schema import LABEL2ID, LABELS, InputError, Statement

SELECTIVE_ACCURACY = 0.9
"""Share of the labels that are right on validation where the model does not abstain."""


OnEpoch = Callable[[int, float], None]


class ClassWeights(Enum):
    """How rare labels are weighted in the loss: not, by inverse frequency, or by its square root."""

    none = "none"
    balanced = "balanced"
    sqrt = "sqrt"


class Precision(Enum):
    """Number format of training; the halves need a GPU that has them."""

    fp32 = "fp32"
    bf16 = "bf16"
    fp16 = "fp16"


@dataclass
class DataConfig:
    """Which dataset to train on.

    Attributes:
        path: a folder that `scripts/build_dataset.py` wrote.
        train: name of the training split.
        validation: name of the split on which epochs are chosen; where empty, all are trained and the last is kept.
        fraction: share of the training articles to use, drawn with the seed (for learning curves).
        soft: files of teachers' predictions, as `scripts/predict.py` writes them: their probabilities are trained on
            too, averaged where files share statements (distillation: Hinton et al., "Distilling the Knowledge in a
            Neural Network", 2015), weighed by label as labels are. A statement of the training split is trained toward
            its label and its teachers' probabilities in equal parts; these should come from teachers that did not
            train on it. For transformers.
    """

    path: str = "outputs/dataset"
    train: str = "train"
    validation: str = "validation"
    fraction: float = 1.0
    soft: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not 0 < self.fraction <= 1:
            raise InputError(f"data.fraction={self.fraction} is no share", remedy="above 0, up to 1")


@dataclass
class TrainerConfig:
    """How a transformer is trained (the linear baseline needs none of it).

    Attributes:
        epochs: passes over the training split at most.
        learning_rate: peak of the linear schedule.
        warmup: share of the steps in which the rate rises.
        weight_decay: of AdamW.
        batch_size: statements a step and device.
        gradient_accumulation: steps whose gradients are summed before an update.
        eval_batch_size: statements a batch in evaluation.
        class_weights: weighting of rare labels, in what teachers say too.
        label_smoothing: share of the target spread over all labels.
        dropout: share of activations dropped in training.
        freeze_embeddings: leave the encoder's token embeddings as they were pretrained, which is faster on a CPU.
        patience: epochs without a better validation macro-F1 after which training stops.
        precision: number format.
        max_steps: ends training after so many steps; -1 for no limit.
        resume: go on from the last checkpoint in the output folder, if there is one.
        threads: threads of torch on a CPU; 0 leaves its default.
    """

    epochs: float = 8.0
    learning_rate: float = 1.5e-4
    warmup: float = 0.1
    weight_decay: float = 0.01
    batch_size: int = 32
    gradient_accumulation: int = 1
    eval_batch_size: int = 64
    class_weights: ClassWeights = ClassWeights.sqrt
    label_smoothing: float = 0.0
    dropout: float = 0.0
    freeze_embeddings: bool = True
    patience: int = 4
    precision: Precision = Precision.fp32
    max_steps: int = -1
    resume: bool = False
    threads: int = 0

    def __post_init__(self) -> None:
        positive = ("epochs", "learning_rate", "batch_size", "gradient_accumulation", "eval_batch_size", "patience")
        for name in positive:
            if getattr(self, name) <= 0:
                raise InputError(f"trainer.{name}={getattr(self, name)} must be above 0")
        for name in ("warmup", "weight_decay", "label_smoothing", "dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise InputError(f"trainer.{name}={getattr(self, name)}", remedy="from 0 to below 1")


@dataclass
class TrainConfig:
    """Everything that decides a training run.

    Attributes:
        model: what is trained; of `model` only `kind`, `compact` and where the encoder is count where `init` is given.
        data: on which dataset.
        trainer: how.
        init: a transformer's checkpoint to go on from, in place of a new head on the encoder; an adapter stays one.
        seed: of all that is random.
        output: folder of the checkpoint.
    """

    model: ModelConfig = field(default_factory=ModelConfig)
    data: DataConfig = field(default_factory=DataConfig)
    trainer: TrainerConfig = field(default_factory=TrainerConfig)
    init: str = ""
    seed: int = 1
    output: str = "outputs/model"


@dataclass(frozen=True)
class TrainResult:
    """A finished run: validation scores (empty without a validation split) and seconds spent in training."""

    validation: dict[str, Any]
    seconds: float


def draw_articles(statements: Sequence[Statement], fraction: float, seed: int) -> list[Statement]:
    """The statements of a random share of the articles; a larger share holds every smaller one of the same seed."""
    articles = sorted({s.article_id for s in statements})
    order = np.random.default_rng(seed).permutation(len(articles))
    kept = {articles[i] for i in order[: max(1, round(fraction * len(articles)))]}
    return [s for s in statements if s.article_id in kept]


def train(config: TrainConfig, output: str | Path, on_epoch: OnEpoch | None = None) -> TrainResult:
    """Train a model and write its checkpoint, config and validation scores into `output`.

    `on_epoch` is called with the epoch and its validation macro-F1; what it raises ends the training.

    Raises:
        InputError: the dataset or the encoder is missing or damaged, or the disk is full.
    """
    import time

    output = Path(output)
    revision = git_revision()
    manifest = read_manifest(config.data.path)
    if config.data.validation and config.data.validation not in manifest.splits:
        raise InputError(
            f"no split {config.data.validation!r} to choose an epoch on",
            path=config.data.path,
            remedy=f"it has {', '.join(manifest.splits)}; data.validation= (nothing) trains all epochs",
        )
    if config.data.soft and config.model.kind is ModelKind.tfidf:
        raise InputError("data.soft is for transformers", remedy="leave it out, or model=minilm_l6")
    whole = labelled(config.data.path, config.data.train)
    statements = draw_articles(whole, config.data.fraction, config.seed)
    validation = labelled(config.data.path, config.data.validation) if config.data.validation else []
    started = time.perf_counter()
    if config.model.kind is ModelKind.tfidf:
        model: StanceModel = TfidfModel.fit(statements, config.model, config.seed)
    else:
        drawn = {s.article_id for s in statements}
        undrawn = [s for s in whole if s.article_id not in drawn]
        model = _fine_tune(config, statements, undrawn, validation, output, on_epoch)
        if config.model.compact:
            model.compact(config.model)
    seconds = time.perf_counter() - started
    card, scores = _card(config, model, manifest), {}
    if validation:
        logits, gold = _labelled_logits(model, validation, config.trainer.eval_batch_size)
        scores = stance_scores(logits.argmax(axis=1), gold)
        kept = {key: scores[key] for key in ("macro_f1", "accuracy")}
        card = _calibrated(replace(card, validation=kept), logits, gold, config.data.path, config.data.validation)
    save_checkpoint(model, card, output)
    facts: dict[str, Any] = {
        "data": manifest.content_hash,
        "data_version": manifest.version,
        "train_statements": len(statements),
    }
    facts |= {"train_articles": len({s.article_id for s in statements})}
    facts |= {"soft": [sha256_of(Path(path)) for path in config.data.soft]}
    facts |= {"revision": revision, "seconds": round(seconds, 1), "validation": scores}
    write_json(output / "run.json", record(config, **facts))
    return TrainResult(scores, seconds)


def _card(config: TrainConfig, model: StanceModel, manifest: Manifest) -> CheckpointCard:
    card = CheckpointCard(
        kind=config.model.kind.value,
        data_path=str(config.data.path),
        data_version=manifest.version,
        data_hash=manifest.content_hash,
    )
    if not isinstance(model, TransformerModel):
        return card
    return replace(card, encoder=model.encoder, max_length=model.max_length, form=model.form.value)


def calibrate(checkpoint: str | Path, dataset: str | Path, split: str = "validation") -> CheckpointCard:
    """Fit a checkpoint's temperature and threshold anew, on the kind of text that it will label.

    Raises:
        InputError: the checkpoint or the split is missing or damaged.
    """
    model, card = load_checkpoint(checkpoint)
    card = _calibrated(card, *_labelled_logits(model, labelled(dataset, split), 64), dataset, split)
    write_json(Path(checkpoint) / CARD, asdict(card))
    return card


def _calibrated(
    card: CheckpointCard, logits: np.ndarray, gold: np.ndarray, dataset: str | Path, split: str
) -> CheckpointCard:
    temperature = fit_temperature(logits, gold)
    threshold = abstention_threshold(softmax(logits, temperature), gold, SELECTIVE_ACCURACY)
    return replace(card, temperature=temperature, abstain_below=threshold, calibrated_on=f"{dataset}, {split}")


def _labelled_logits(
    model: StanceModel, statements: Sequence[Statement], batch_size: int
) -> tuple[np.ndarray, np.ndarray]:
    return model.logits(statements, batch_size), np.array([LABEL2ID[s.stance or ""] for s in statements])


def class_weights(statements: Sequence[Statement], how: ClassWeights) -> np.ndarray:
    """Loss weight of each label, float32 of shape (labels,), with mean 1 over the statements."""
    count = Counter(s.stance for s in statements)
    counts = np.array([count[label] for label in LABELS], dtype=np.float64)
    if how is ClassWeights.none:
        return np.ones(len(LABELS), dtype=np.float32)
    weights = np.where(counts > 0, 1 / np.maximum(counts, 1) ** (1.0 if how is ClassWeights.balanced else 0.5), 0)
    return (weights * counts.sum() / (weights * counts).sum()).astype(np.float32)


def _gold(statements: Sequence[Statement]) -> np.ndarray:
    """Labels as float32 of shape (statements, labels): 1 for a statement's own, 0 for others."""
    return np.eye(len(LABELS), dtype=np.float32)[[LABEL2ID[s.stance or ""] for s in statements]]


def _targets(config: TrainConfig, statements: Sequence[Statement]) -> np.ndarray:
    """What labelled statements are trained toward: weighted and smoothed labels, of shape (statements, labels)."""
    gold = _gold(statements).astype(np.float64)
    smoothed = gold * (1 - config.trainer.label_smoothing) + config.trainer.label_smoothing / len(LABELS)
    return np.asarray(smoothed * class_weights(statements, config.trainer.class_weights), dtype=np.float32)


def _starting_point(config: TrainConfig) -> TransformerModel:
    if not config.init:
        return TransformerModel.from_encoder(config.model)
    model, _ = load_checkpoint(config.init, trainable=True, source=config.model)
    if not isinstance(model, TransformerModel):
        raise InputError("training can go on from a transformer only", path=config.init, remedy="leave init out")
    if config.model.compact and model.form is Form.adapter:
        raise InputError("an adapter is not made compact", path=config.init, remedy="model.compact=false")
    return model


def _fine_tune(
    config: TrainConfig, statements: list[Statement], undrawn: list[Statement], validation: list[Statement],
    output: Path, on_epoch: OnEpoch | None,
) -> TransformerModel:  # fmt: skip
    import datasets
    import torch
    import transformers
    from transformers.trainer_utils import get_last_checkpoint

    options = config.trainer
    if options.precision is not Precision.fp32 and not torch.cuda.is_available():
        raise InputError(f"trainer.precision={options.precision.value} needs a GPU", remedy="trainer.precision=fp32")
    if options.threads:
        torch.set_num_threads(options.threads)
    transformers.set_seed(config.seed)
    model = _starting_point(config)
    set_dropout(model.model, options.dropout)
    if options.freeze_embeddings and model.form is not Form.adapter:
        model.model.base_model.embeddings.requires_grad_(False)
    targets, unlabelled, probabilities = teach(
        _targets(config, statements), statements, config.data.soft,
        class_weights(statements, options.class_weights), undrawn,
    )  # fmt: skip

    def loss(outputs: Any, labels: Any, num_items_in_batch: Any = None) -> Any:
        total = -(labels * outputs.logits.float().log_softmax(-1)).sum()
        # the number of statements in the whole accumulated batch, so that accumulation changes nothing
        return total / (len(labels) if num_items_in_batch is None else num_items_in_batch / len(LABELS))

    def encoded(rows: list[Statement], targets: np.ndarray) -> datasets.Dataset:
        items = model.encode(rows)
        return datasets.Dataset.from_list(
            [
                item | {"labels": target.tolist(), "length": len(item["input_ids"])}
                for item, target in zip(items, targets, strict=True)
            ]
        )

    work = output / "checkpoints"
    if not options.resume:
        shutil.rmtree(work, ignore_errors=True)  # an earlier run's, which resuming would take for this one's
    chooses = bool(validation)
    arguments = transformers.TrainingArguments(
        output_dir=str(work),
        num_train_epochs=options.epochs,
        max_steps=options.max_steps,
        learning_rate=options.learning_rate,
        warmup_steps=options.warmup,
        weight_decay=options.weight_decay,
        per_device_train_batch_size=options.batch_size,
        per_device_eval_batch_size=options.eval_batch_size,
        gradient_accumulation_steps=options.gradient_accumulation,
        train_sampling_strategy="group_by_length",
        length_column_name="length",
        label_names=["labels"],
        eval_strategy="epoch" if chooses else "no",
        save_strategy="epoch",
        save_total_limit=2,
        load_best_model_at_end=chooses,
        metric_for_best_model="macro_f1",
        greater_is_better=True,
        logging_steps=20,
        report_to=["tensorboard"],
        bf16=options.precision is Precision.bf16,
        fp16=options.precision is Precision.fp16,
        seed=config.seed,
        dataloader_pin_memory=torch.cuda.is_available(),
    )

    def scores(prediction: Any) -> dict[str, float]:
        result = stance_scores(prediction.predictions.argmax(axis=1), prediction.label_ids.argmax(axis=1))
        return {"macro_f1": result["macro_f1"], "accuracy": result["accuracy"]}

    class Progress(transformers.trainer_callback.ProgressCallback):
        """The bar, and one line an epoch in place of every logged number (TensorBoard has those)."""

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
            if logs and "eval_macro_f1" in logs:
                tqdm.write(f"epoch {logs['epoch']:.0f}: validation macro-F1 {logs['eval_macro_f1']:.3f}")
                if on_epoch:
                    on_epoch(round(logs["epoch"]), logs["eval_macro_f1"])

    trainer = transformers.Trainer(
        model=model.model,
        args=arguments,
        data_collator=transformers.DataCollatorWithPadding(model.tokenizer),
        train_dataset=encoded([*statements, *unlabelled], np.concatenate([targets, probabilities])),
        eval_dataset=encoded(validation, _gold(validation)) if chooses else None,
        compute_loss_func=loss,
        compute_metrics=scores,
        callbacks=[transformers.EarlyStoppingCallback(options.patience)] if chooses else [],
    )
    trainer.remove_callback(transformers.trainer_callback.ProgressCallback)
    trainer.add_callback(Progress)
    last = get_last_checkpoint(str(work)) if options.resume and work.is_dir() else None
    try:
        trainer.train(resume_from_checkpoint=last)
    except OSError as error:
        raise InputError(
            f"training cannot write: {error}", path=work, remedy="free some space; then trainer.resume=true"
        ) from error
    return model
