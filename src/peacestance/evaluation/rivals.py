"""Rivals and ingredients: recipes that are trained on the same data with the same seeds, and compared in one table.

Three rivals have no checkpoint of ours: the most frequent label, a frozen encoder with logistic regression, and SetFit
(Tunstall et al., 2022), contrastive fine-tuning followed by the same.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import product
from typing import Any

import numpy as np

from peacestance.encoders import resolve_encoder
from peacestance.measured import Fit, Run
from peacestance.modeling import ModelConfig, ModelKind, render
from peacestance.schema import LABEL2ID, LABELS, InputError, Statement
from peacestance.training import DataConfig, TrainConfig, TrainerConfig


class Method(Enum):
    """How a recipe is trained: as `scripts/train.py` does, or as one of the rivals without a checkpoint of ours."""

    train = "train"
    majority = "majority"
    frozen = "frozen"
    setfit = "setfit"


@dataclass
class Recipe:
    """One row of the table; for `setfit` the trainer's steps, batch size and learning rate count.

    With `soft` the statements of teachers are trained on too.
    """

    name: str = ""
    method: Method = Method.train
    soft: bool = False
    model: ModelConfig = field(default_factory=ModelConfig)
    trainer: TrainerConfig = field(default_factory=TrainerConfig)


@dataclass
class RivalsConfig:
    """What is compared.

    Attributes:
        dataset: a built dataset; all are trained on its training split.
        held_out: the dataset whose other splits they are scored on, such as its real layer alone.
        recipes: the rows.
        soft: the teachers' predictions (see `DataConfig`), for the recipes that take them.
        seeds: of all that is random.
        statements: files of labelled statements or annotated articles to score on as well.
        workers: trainings at a time.
        json: file of the results.
        output: folder of checkpoints and finished points.
    """

    dataset: str = "outputs/all"
    held_out: str = "outputs/real"
    recipes: list[Recipe] = field(default_factory=list)
    soft: list[str] = field(default_factory=list)
    seeds: list[int] = field(default_factory=lambda: [1, 2, 3])
    statements: list[str] = field(default_factory=list)
    workers: int = 2
    json: str = "benchmarks/models.json"
    output: str = "outputs/models"

    def __post_init__(self) -> None:
        names = [recipe.name for recipe in self.recipes]
        if not all(names) or len(set(names)) < len(names):
            raise InputError(f"recipes need names of their own, not {names}", remedy="recipes: [{name: ...}, ...]")
        taught = [recipe.name for recipe in self.recipes if recipe.soft]
        if taught and not self.soft:
            raise InputError(f"recipe {taught[0]!r} needs predictions of teachers", remedy="soft=[FILE.jsonl]")
        deaf = [
            r.name for r in self.recipes if r.soft and (r.method, r.model.kind) != (Method.train, ModelKind.transformer)
        ]
        if deaf:
            raise InputError(f"recipe {deaf[0]!r} cannot learn from teachers", remedy="soft: false, or method: train")


def rival_runs(config: RivalsConfig) -> list[Run]:
    """A run for every seed and recipe, all recipes with one seed first; epochs are fixed, so that no set chooses."""
    fits: dict[Method, Fit | None] = {
        Method.train: None,
        Method.majority: MajorityModel,
        Method.frozen: fit_frozen,
        Method.setfit: fit_setfit,
    }
    return [
        Run(
            r.name,
            TrainConfig(
                r.model,
                DataConfig(config.dataset, validation="", soft=config.soft if r.soft else []),
                r.trainer,
                seed=seed,
            ),
            fit=fits[r.method],
        )
        for seed, r in product(config.seeds, config.recipes)
    ]


class MajorityModel:
    """The most frequent label of the training statements, whatever the statement."""

    def __init__(self, config: TrainConfig, statements: Sequence[Statement]) -> None:
        self.counts = np.bincount([LABEL2ID[s.stance or ""] for s in statements], minlength=len(LABELS))

    def logits(self, statements: Sequence[Statement], batch_size: int) -> np.ndarray:
        """See `peacestance.measured.Predictor`."""
        return np.tile(self.counts.astype(np.float32), (len(statements), 1))


class EmbeddingModel:
    """Sentence embeddings with logistic regression."""

    def __init__(self, encoder: Any, statements: Sequence[Statement], seed: int) -> None:
        from sklearn.linear_model import LogisticRegression

        self.encoder = encoder
        target = [LABEL2ID[s.stance or ""] for s in statements]
        self.regression = LogisticRegression(class_weight="balanced", max_iter=2000, random_state=seed)
        self.regression.fit(self._embed(statements, 32), target)

    def _embed(self, statements: Sequence[Statement], batch_size: int) -> np.ndarray:
        texts = [": ".join(render(s)) for s in statements]
        return np.asarray(self.encoder.encode(texts, batch_size=batch_size, show_progress_bar=False))

    def logits(self, statements: Sequence[Statement], batch_size: int) -> np.ndarray:
        """See `peacestance.measured.Predictor`; a label without a training example never wins."""
        found = np.full((len(statements), len(LABELS)), -1e4, dtype=np.float32)
        found[:, self.regression.classes_] = self.regression.predict_log_proba(self._embed(statements, batch_size))
        return found


def _encoder(config: ModelConfig) -> Any:
    """The encoder with mean pooling."""
    from sentence_transformers import SentenceTransformer

    folder = resolve_encoder(config.encoder, config.folder, config.allow_network)
    encoder = SentenceTransformer(str(folder), local_files_only=True)
    encoder.max_seq_length = config.max_length
    return encoder


def fit_frozen(config: TrainConfig, statements: Sequence[Statement]) -> EmbeddingModel:
    """Logistic regression on the mean-pooled encoder as it was pretrained."""
    return EmbeddingModel(_encoder(config.model), statements, config.seed)


def fit_setfit(config: TrainConfig, statements: Sequence[Statement]) -> EmbeddingModel:
    """SetFit by its own package: the encoder is tuned on pairs of statements, then logistic regression.

    Raises:
        InputError: the package setfit is not installed.
    """
    try:
        from setfit import SetFitModel, Trainer, TrainingArguments
    except ImportError:
        raise InputError("the package setfit is missing", remedy="pip install 'peacestance[bench]'") from None
    from datasets import Dataset
    from sklearn.linear_model import LogisticRegression

    encoder = _encoder(config.model)
    rows = [{"text": ": ".join(render(s)), "label": LABEL2ID[s.stance or ""]} for s in statements]
    options = config.trainer
    with tempfile.TemporaryDirectory(prefix="setfit.") as folder:
        arguments = TrainingArguments(
            output_dir=folder, batch_size=options.batch_size, max_steps=options.max_steps, seed=config.seed,
            body_learning_rate=options.learning_rate, sampling_strategy="undersampling", report_to="none",
            save_strategy="no", show_progress_bar=False,
        )  # fmt: skip
        model = SetFitModel(model_body=encoder, model_head=LogisticRegression())
        Trainer(model=model, args=arguments, train_dataset=Dataset.from_list(rows)).train_embeddings(
            [row["text"] for row in rows], [row["label"] for row in rows], args=arguments
        )
    return EmbeddingModel(encoder, statements, config.seed)
