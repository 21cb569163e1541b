"""Training the tagger on the dataset's articles, and on other attributions where they are given."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from peacestance.compact import packed_weights
from peacestance.corpus import CorpusConfig, CorpusName, read_corpus
from peacestance.dataset import corpus_version
from peacestance.encoders import resolve_encoder
from peacestance.evaluation.attribution import AttributedArticle, attributed, read_attributions
from peacestance.extraction.passages import pieces
from peacestance.extraction.tagger import CARD, HEAD, TASK, Tag, TaggerCard, windows_of
from peacestance.files import atomic_folder, write_json
from peacestance.modeling import DIFFERENCES, load_pretrained, set_dropout
from peacestance.provenance import git_revision, record
from peacestance.schema import InputError, Span
from peacestance.splits import SplitConfig, split_articles

IGNORED = -100
"""The label of tokens that do not count in the loss of transformers' models."""


@dataclass
class TaggerConfig:
    """How the tagger is trained.

    Attributes:
        corpus: the dataset whose training articles it learns from.
        splits: how articles are divided.
        attributions: files of articles with gold attributions to learn from as well.
        encoder: a row of `peacestance.encoders.ENCODERS`; all but its token embeddings are trained.
        max_length: tokens of a window.
        epochs: passes over the windows.
        learning_rate: peak of the linear schedule.
        batch_size: windows a step.
        propose_above: see `peacestance.extraction.tagger.TaggerCard`.
        refuse_below: see there.
        seed: of all that is random.
        threads: threads of torch on a CPU; 0 leaves its default.
        output: folder of the tagger.
    """

    corpus: CorpusConfig = field(default_factory=lambda: CorpusConfig(CorpusName.all))
    splits: SplitConfig = field(default_factory=SplitConfig)
    attributions: list[str] = field(default_factory=list)
    encoder: str = "minilm_l6"
    max_length: int = 256
    epochs: float = 3.0
    learning_rate: float = 2e-4
    batch_size: int = 16
    propose_above: float = 0.85
    refuse_below: float = 0.05
    seed: int = 1
    threads: int = 0
    output: str = "outputs/tagger"

    def __post_init__(self) -> None:
        for name in ("max_length", "epochs", "learning_rate", "batch_size"):
            if getattr(self, name) <= 0:
                raise InputError(f"{name}={getattr(self, name)} must be above 0")
        if not 0 <= self.refuse_below <= self.propose_above <= 1:
            raise InputError(
                f"refuse_below={self.refuse_below} and propose_above={self.propose_above} are no probabilities",
                remedy="0 to 1, the first not above the second",
            )


def train_tagger(config: TaggerConfig, output: str | Path) -> int:
    """Train a tagger and write its folder; returns the number of windows that it has learnt from.

    Raises:
        InputError: the corpus, a file or the encoder is missing or malformed, or the disk is full.
    """
    import torch
    import transformers

    revision = git_revision()
    if config.threads:
        torch.set_num_threads(config.threads)
    transformers.set_seed(config.seed)
    folder = resolve_encoder(config.encoder)
    model, tokenizer = load_pretrained(TASK, folder, folder, HEAD)
    model.base_model.embeddings.requires_grad_(False)
    set_dropout(model, 0.0)
    articles = _articles(config)
    rows = [row for article in articles for row in training_windows(tokenizer, article, config.max_length)]
    started = time.perf_counter()
    _fit(config, model, tokenizer, rows, Path(output) / "checkpoints")
    seconds = round(time.perf_counter() - started, 1)
    packed = packed_weights(model, load_pretrained(TASK, folder, folder, HEAD)[0])
    version = corpus_version()
    card = TaggerCard(config.encoder, config.max_length, config.propose_above, config.refuse_below, version)
    facts = {"revision": revision, "seconds": seconds, "articles": len(articles), "windows": len(rows)}
    try:
        with atomic_folder(Path(output) / "tagger") as written:
            save_file(packed, written / DIFFERENCES)
            write_json(written / "run.json", record(config, data_version=version, **facts))
            write_json(written / CARD, asdict(card))
    except OSError as error:
        raise InputError(f"the tagger cannot be written: {error}", path=output, remedy="free some space") from error
    shutil.rmtree(Path(output) / "checkpoints", ignore_errors=True)  # the next call is another training
    return len(rows)


def _articles(config: TaggerConfig) -> list[AttributedArticle]:
    labelled = [a for a in read_corpus(config.corpus).articles if a.annotations]
    assigned, _ = split_articles(labelled, config.splits)
    own = [attributed(a) for a in labelled if assigned.get(a.article.id) == "train"]
    return own + [article for file in config.attributions for article in read_attributions(file)]


def training_windows(tokenizer: Any, article: AttributedArticle, max_length: int) -> Iterator[dict[str, Any]]:
    """Token ids, tags and length of an article's pieces; where contents nest, the inner one counts."""
    text = article.article.text
    tags = np.full(len(text) + 1, Tag.outside, dtype=np.int64)

    def mark(spans: Sequence[Span], tag: Tag) -> None:
        for start, end in spans:
            tags[start:end] = tag

    for a in article.attributions:
        mark(a.cue, Tag.cue)
        mark(a.source, Tag.source)
    for a in sorted(article.attributions, key=lambda a: -sum(end - start for start, end in a.content)):
        mark(a.content, Tag.inside)
        mark([(start, start + 1) for start, _ in a.content], Tag.begin)
    for piece in pieces(text):
        for ids, offsets in windows_of(tokenizer, text, piece, max_length):
            yield {"input_ids": ids, "labels": [_tag(tags[s:e]) for s, e in offsets], "length": len(ids)}


def _tag(characters: np.ndarray) -> int:
    """The tag of a token, given those of its characters."""
    if not len(characters):
        return IGNORED
    return int(Tag.begin) if (characters == Tag.begin).any() else int(np.bincount(characters).argmax())


def _fit(config: TaggerConfig, model: Any, tokenizer: Any, rows: list[dict[str, Any]], work: Path) -> None:
    import datasets
    import torch
    import transformers
    from transformers.trainer_utils import get_last_checkpoint

    arguments = transformers.TrainingArguments(
        output_dir=str(work), num_train_epochs=config.epochs, learning_rate=config.learning_rate, warmup_steps=0.1,
        weight_decay=0.01, per_device_train_batch_size=config.batch_size, train_sampling_strategy="group_by_length",
        length_column_name="length", save_strategy="epoch", save_total_limit=1, logging_steps=20,
        report_to=["tensorboard"], seed=config.seed, dataloader_pin_memory=torch.cuda.is_available(),
    )  # fmt: skip
    trainer = transformers.Trainer(
        model, arguments, transformers.DataCollatorForTokenClassification(tokenizer),
        train_dataset=datasets.Dataset.from_list(rows),
    )  # fmt: skip
    trainer.train(resume_from_checkpoint=get_last_checkpoint(str(work)) if work.is_dir() else None)
