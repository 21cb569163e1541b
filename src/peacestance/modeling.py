"""Models: what they are, how a statement is rendered for them; `peacestance.checkpoints` saves and loads them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from safetensors.numpy import load_file, save_file

from peacestance.compact import encoder_weights, load_packed, packed_weights
from peacestance.encoders import ENCODERS, WEIGHTS, resolve_encoder
from peacestance.files import read_text, write_json
from peacestance.schema import LABEL2ID, LABELS, InputError, Statement

if TYPE_CHECKING:
    from sklearn.pipeline import FeatureUnion

    from peacestance.checkpoints import CheckpointCard

RENDERING = 1
"""Version of `render`; a checkpoint works only with the one that it was trained with."""
ADAPTER = "adapter_model.safetensors"
DIFFERENCES = "differences.safetensors"
TASK = "SequenceClassification"
_HEAD = {"num_labels": len(LABELS), "id2label": dict(enumerate(LABELS)), "label2id": LABEL2ID}


class ModelKind(Enum):
    """A fine-tuned transformer encoder, or word and character TF-IDF with logistic regression."""

    transformer = "transformer"
    tfidf = "tfidf"


class Form(Enum):
    """What a transformer's checkpoint holds: all weights, adapters, or rounded differences from its encoder."""

    full = "full"
    adapter = "adapter"
    differences = "differences"


@dataclass
class ModelConfig:
    """What is trained.

    Attributes:
        kind: transformer or tfidf.
        encoder: a row of `peacestance.encoders.ENCODERS` (transformer).
        folder: a local folder with that encoder's files; packages and the hub are then not asked.
        allow_network: whether the encoder may come from the hub over the network.
        max_length: tokens of speaker, cue and statement together; longer input is cut at its end.
        adapter_rank: rank of low-rank adapters (LoRA: Hu et al., ICLR 2022) trained in place of the encoder's weights;
            0 trains all weights.
        compact: keep the trained weights as four-bit differences from the encoder's (see `peacestance.compact`), an
            eighth of the size; the encoder is needed to load them.
        word_ngrams: longest word n-gram (tfidf).
        char_ngrams: longest character n-gram (tfidf).
        c: inverse strength of the regularisation (tfidf).
    """

    kind: ModelKind = ModelKind.transformer
    encoder: str = "minilm_l6"
    folder: str | None = None
    allow_network: bool = False
    max_length: int = 160
    adapter_rank: int = 0
    compact: bool = False
    word_ngrams: int = 2
    char_ngrams: int = 5
    c: float = 4.0

    def __post_init__(self) -> None:
        if not 8 <= self.max_length <= 8192:
            raise InputError(f"model.max_length={self.max_length}", remedy="from 8 to 8192")
        if not 0 <= self.adapter_rank <= 256:
            raise InputError(f"model.adapter_rank={self.adapter_rank}", remedy="from 0 (none) to 256")
        if self.compact and self.adapter_rank:
            raise InputError("model.compact and model.adapter_rank exclude each other", remedy="adapters are small")
        if min(self.word_ngrams, self.char_ngrams) < 1 or self.c <= 0:
            raise InputError("model.word_ngrams, model.char_ngrams and model.c must be above 0")


def render(statement: Statement) -> tuple[str, str]:
    """The two segments that a model reads: who says how, and what."""
    return f"{statement.speaker} {statement.cue}".strip(), statement.statement


class StanceModel(Protocol):
    """What training, evaluation and inference need of a model."""

    def logits(self, statements: Sequence[Statement], batch_size: int) -> np.ndarray:
        """Float32 array of shape (statements, labels)."""

    def save(self, folder: Path) -> None:
        """Write everything but `peacestance.json` into an existing folder."""


class TransformerModel:
    """A sequence classifier over a pretrained encoder."""

    def __init__(self, model: Any, tokenizer: Any, max_length: int, encoder: str = "") -> None:
        self.model, self.tokenizer, self.max_length, self.encoder = model, tokenizer, max_length, encoder
        self._packed: dict[str, np.ndarray] = {}

    @classmethod
    def from_encoder(cls, config: ModelConfig) -> TransformerModel:
        """A new classification head on a pretrained encoder."""
        folder = resolve_encoder(config.encoder, config.folder, config.allow_network)
        new = cls(*load_pretrained(TASK, folder, folder, _HEAD), config.max_length, config.encoder)
        if config.adapter_rank:
            from peft import LoraConfig, TaskType, get_peft_model

            # a head may have more than a classifier, and the encoder brings none of it: it is trained and saved whole
            parts = dict(new.model.named_children())
            head = [n for n, part in parts.items() if n != new.model.base_model_prefix and [*part.parameters()]]
            adapter = LoraConfig(
                task_type=TaskType.SEQ_CLS, r=config.adapter_rank, lora_alpha=2 * config.adapter_rank,
                target_modules="all-linear", modules_to_save=head, revision=ENCODERS[config.encoder].revision,
            )  # fmt: skip
            with _without_notices():
                new.model = get_peft_model(new.model, adapter)
        return new

    @classmethod
    def from_checkpoint(
        cls, folder: Path, card: CheckpointCard, source: ModelConfig, trainable: bool
    ) -> TransformerModel:
        """A trained classifier; an adapter is merged into its encoder, or stays apart where it is `trainable`.

        Of `source` only `folder` and `allow_network` count.
        """
        form = Form(card.form)
        if form is Form.full:
            return cls(*load_pretrained(TASK, folder, folder, {}), card.max_length, card.encoder)._placed()
        encoder = resolve_encoder(card.encoder, source.folder, source.allow_network)
        found = cls(*load_pretrained(TASK, encoder, encoder, _HEAD), card.max_length, card.encoder)
        if form is Form.differences:
            load_packed(found.model, load_file(folder / DIFFERENCES), encoder_weights(found.model))
            return found._placed()
        from peft import PeftModel

        if not (folder / ADAPTER).is_file():  # peft would take a pickle in its place
            raise ValueError(f"{ADAPTER} is missing")
        with _without_notices():
            found.model = PeftModel.from_pretrained(found.model, str(folder), is_trainable=trainable)
        if not trainable:
            found.model = found.model.merge_and_unload()
            return found._placed()
        for adapter in found.model.peft_config.values():
            adapter.base_model_name_or_path = str(encoder)  # peft asks the hub about any other name
        return found

    def _placed(self) -> TransformerModel:
        """Itself, on a GPU where there is one."""
        import torch

        if torch.cuda.is_available():
            self.model.to("cuda")
        return self

    @property
    def form(self) -> Form:
        """In which form `save` writes it."""
        if hasattr(self.model, "peft_config"):
            return Form.adapter
        return Form.differences if self._packed else Form.full

    def compact(self, config: ModelConfig) -> None:
        """Round the weights to differences from the encoder's, which `save` then writes in their place."""
        folder = resolve_encoder(self.encoder, config.folder, config.allow_network)
        self._packed = packed_weights(self.model, load_pretrained(TASK, folder, folder, _HEAD)[0])

    def encode(self, statements: Sequence[Statement]) -> list[dict[str, list[int]]]:
        """Token ids of each statement, not padded."""
        if not statements:
            return []
        first, second = zip(*map(render, statements), strict=True)
        encoded = self.tokenizer(list(first), list(second), truncation=True, max_length=self.max_length)
        return [{key: values[i] for key, values in encoded.items()} for i in range(len(statements))]

    def logits(self, statements: Sequence[Statement], batch_size: int) -> np.ndarray:
        """See `StanceModel`; statements of like length share a batch, so that little is padded."""
        import torch

        encoded = self.encode(statements)
        order = sorted(range(len(encoded)), key=lambda i: len(encoded[i]["input_ids"]))
        result = np.empty((len(encoded), len(LABELS)), dtype=np.float32)
        self.model.eval()
        with torch.inference_mode():
            for start in range(0, len(order), batch_size):
                batch = order[start : start + batch_size]
                inputs = self.tokenizer.pad([encoded[i] for i in batch], return_tensors="pt").to(self.model.device)
                result[batch] = self.model(**inputs).logits.float().cpu().numpy()
        return result

    def save(self, folder: Path) -> None:
        """See `StanceModel`."""
        self.tokenizer.model_max_length = self.max_length
        self.tokenizer.save_pretrained(folder)
        if self.form is Form.full:
            self.model.save_pretrained(folder)
            return
        (folder / "tokenizer.json").unlink()  # the encoder's own
        if self.form is Form.differences:
            self.model.config.save_pretrained(folder)
            save_file(self._packed, folder / DIFFERENCES)
            return
        for adapter in self.model.peft_config.values():
            adapter.base_model_name_or_path = ENCODERS[self.encoder].hub_id  # in place of a local folder
        # peft would ask the hub whether the vocabulary has grown
        self.model.save_pretrained(folder, save_embedding_layers=False)
        (folder / "README.md").unlink(missing_ok=True)  # peft's empty form of a model card
        # half precision is as good for so few weights
        save_file({k: v.astype(np.float16) for k, v in load_file(folder / ADAPTER).items()}, folder / ADAPTER)


@contextmanager
def _without_notices() -> Iterator[None]:
    """Keep back what peft, not the user, should change."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


def set_dropout(model: Any, share: float) -> None:
    """Let every dropout layer of a model drop this share of its input in training."""
    import torch

    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = share


def load_pretrained(task: str, weights: Path, tokenizer: Path, options: dict[str, Any]) -> tuple[Any, Any]:
    """A model of transformers' `AutoModelFor` + `task` with weights from a local folder, and a tokenizer."""
    import transformers
    from transformers.utils import logging

    logging.disable_progress_bar()
    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()  # a new head is no fault
    try:
        model = getattr(transformers, f"AutoModelFor{task}").from_pretrained(
            weights, local_files_only=True, use_safetensors=True, dtype="float32",
            ignore_mismatched_sizes=bool(options), **options,  # an encoder may come with a head for other labels
        )  # fmt: skip
    finally:
        logging.set_verbosity(verbosity)
    return model, transformers.AutoTokenizer.from_pretrained(tokenizer, local_files_only=True)


class TfidfModel:
    """Word and character TF-IDF with multinomial logistic regression, as a matrix: `logits = tfidf(x) W + b`."""

    def __init__(self, features: FeatureUnion, weights: np.ndarray, bias: np.ndarray) -> None:
        self.features, self.weights, self.bias = features, weights, bias

    @staticmethod
    def _features(config: ModelConfig) -> FeatureUnion:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import FeatureUnion

        options: dict[str, Any] = {"sublinear_tf": True, "lowercase": True}
        word = TfidfVectorizer(ngram_range=(1, config.word_ngrams), token_pattern=r"(?u)\b\w+\b", **options)
        char = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, config.char_ngrams), min_df=2, **options)
        return FeatureUnion([("word", word), ("char", char)])

    @classmethod
    def fit(cls, statements: Sequence[Statement], config: ModelConfig, seed: int) -> TfidfModel:
        """Train on labelled statements.

        Raises:
            InputError: they all have one label.
        """
        from sklearn.linear_model import LogisticRegression

        features = cls._features(config)
        if len({s.stance for s in statements}) < 2:
            raise InputError("the training statements have one label only", remedy="add others; baselines=false")
        matrix = features.fit_transform([" ".join(render(s)) for s in statements])
        target = np.array([LABEL2ID[s.stance or ""] for s in statements])
        regression = LogisticRegression(C=config.c, class_weight="balanced", max_iter=2000, random_state=seed)
        regression.fit(matrix, target)
        weights = np.zeros((matrix.shape[1], len(LABELS)), dtype=np.float32)
        # a label without an example keeps a score that never wins
        bias = np.full(len(LABELS), -1e4, dtype=np.float32)
        coefficients, intercept = regression.coef_, regression.intercept_
        if len(regression.classes_) == 2:
            coefficients, intercept = np.vstack([-coefficients, coefficients]), np.hstack([-intercept, intercept])
        weights[:, regression.classes_] = coefficients.T
        bias[regression.classes_] = intercept
        return cls(features, weights, bias)

    def logits(self, statements: Sequence[Statement], batch_size: int) -> np.ndarray:
        """See `StanceModel`."""
        if not statements:
            return np.empty((0, len(LABELS)), dtype=np.float32)
        matrix = self.features.transform([" ".join(render(s)) for s in statements])
        return np.asarray(matrix @ self.weights + self.bias, dtype=np.float32)

    def save(self, folder: Path) -> None:
        """See `StanceModel`."""
        parts = dict(self.features.transformer_list)
        vocabulary = {
            name: {
                "ngrams": list(part.ngram_range),
                "terms": [term for term, _ in sorted(part.vocabulary_.items(), key=lambda item: item[1])],
            }
            for name, part in parts.items()
        }
        write_json(folder / "vocabulary.json", vocabulary)
        tensors = {f"idf_{name}": part.idf_.astype(np.float32) for name, part in parts.items()}
        save_file(tensors | {"weights": self.weights, "bias": self.bias}, folder / WEIGHTS)

    @classmethod
    def from_checkpoint(cls, folder: Path) -> TfidfModel:
        """A trained baseline."""
        vocabulary = json.loads(read_text(folder / "vocabulary.json"))
        tensors = load_file(folder / WEIGHTS)
        config = ModelConfig(word_ngrams=vocabulary["word"]["ngrams"][1], char_ngrams=vocabulary["char"]["ngrams"][1])
        features = cls._features(config)
        for name, part in features.transformer_list:
            part.vocabulary = {term: i for i, term in enumerate(vocabulary[name]["terms"])}
            part.idf_ = tensors[f"idf_{name}"]
        return cls(features, tensors["weights"], tensors["bias"])
