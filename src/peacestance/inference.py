"""Using a trained classifier: `StanceClassifier` for statements, `analyze` for whole articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from peacestance.articles import article_from_row, read_articles
from peacestance.extraction import StatementExtractor
from peacestance.files import read_jsonl, write_json, write_jsonl
from peacestance.modeling import CheckpointCard, StanceModel, load_checkpoint
from peacestance.provenance import record
from peacestance.schema import LABELS, Article, InputError, Prediction, Statement

DEFAULT_CHECKPOINT = Path("models/default")


@dataclass(frozen=True)
class SpeakerStance:
    """Where a speaker stands in one article: the stance, the count of each label, and the speaker's statements."""

    speaker: str
    stance: str
    counts: dict[str, int]
    statements: tuple[Prediction, ...]


@dataclass(frozen=True)
class ArticleStances:
    """An article's statements with their stances, and its speakers with theirs (most statements first)."""

    article: Article
    statements: tuple[Prediction, ...]
    speakers: tuple[SpeakerStance, ...]


class StanceClassifier:
    """A trained model that labels statements."""

    def __init__(self, model: StanceModel, card: CheckpointCard) -> None:
        self.model, self.card = model, card

    @classmethod
    def from_pretrained(cls, checkpoint: str | Path | None = None) -> StanceClassifier:
        """Load a checkpoint folder; without one, the default that ships with the repository.

        Raises:
            InputError: it is missing, unfinished or damaged.
        """
        return cls(*load_checkpoint(DEFAULT_CHECKPOINT if checkpoint is None else checkpoint))

    def predict(self, statements: Sequence[Statement], batch_size: int = 32) -> list[Prediction]:
        """Label statements, in their order. Probabilities are calibrated by the checkpoint's temperature.

        Raises:
            InputError: a statement has no text.
        """
        empty = next((s for s in statements if not s.statement.strip()), None)
        if empty is not None:
            raise InputError(f"statement {empty.id!r} is empty", remedy="leave it out")
        scores = self.model.logits(statements, batch_size) / self.card.temperature
        shifted = np.exp((scores - scores.max(axis=1, keepdims=True)).astype(np.float64))
        probabilities = shifted / shifted.sum(axis=1, keepdims=True)
        return [
            Prediction(
                statement,
                LABELS[int(row.argmax())],
                dict(zip(LABELS, map(float, row), strict=True)),
                bool(row.max() < self.card.abstain_below),
            )
            for statement, row in zip(statements, probabilities, strict=True)
        ]


def speaker_stance(stances: Iterable[str]) -> str:
    """One stance for a speaker in an article.

    The commonest of support, conditional and oppose, a tie counting as conditional; neutral where there is none of
    these but a neutral statement; else unrelated.
    """
    count = Counter(stances)
    sides = {label: count[label] for label in ("support", "conditional", "oppose") if count[label]}
    if not sides:
        return "neutral" if count["neutral"] else "unrelated"
    tied = [label for label, n in sides.items() if n == max(sides.values())]
    return tied[0] if len(tied) == 1 else "conditional"


def summarize(article: Article, predictions: Sequence[Prediction]) -> ArticleStances:
    """Put an article's predictions together by speaker; abstentions do not count toward a speaker's stance."""
    by_speaker: dict[str, list[Prediction]] = {}
    for prediction in predictions:
        if prediction.statement.speaker:
            by_speaker.setdefault(prediction.statement.speaker, []).append(prediction)
    speakers = []
    for speaker, own in by_speaker.items():
        sure = [p.stance for p in own if not p.abstained]
        counts = Counter(sure)
        label_counts = {label: counts[label] for label in LABELS if counts[label]}
        speakers.append(SpeakerStance(speaker, speaker_stance(sure), label_counts, tuple(own)))
    speakers.sort(key=lambda s: -len(s.statements))
    return ArticleStances(article, tuple(predictions), tuple(speakers))


@cache
def _default() -> tuple[StatementExtractor, StanceClassifier]:
    return StatementExtractor(), StanceClassifier.from_pretrained()


def analyze(
    article: Article | str, classifier: StanceClassifier | None = None, extractor: StatementExtractor | None = None
) -> ArticleStances:
    """Find an article's statements and where their speakers stand.

    Args:
        article: an article, or its text.
        classifier: a loaded classifier; the default checkpoint otherwise.
        extractor: a loaded extractor; a new one otherwise.

    Raises:
        InputError: the article is empty, or the default checkpoint is missing.
    """
    if isinstance(article, str):
        article = Article("article", article)
    if not article.text.strip():
        raise InputError("the article is empty")
    if classifier is None:
        default_extractor, classifier = _default()
        extractor = extractor or default_extractor
    extractor = extractor or StatementExtractor()
    return summarize(article, classifier.predict(extractor.extract(article)))


def predict_file(
    source: str | Path, output: str | Path, checkpoint: str | Path | None = None, batch_size: int = 32
) -> list[ArticleStances]:
    """Label everything in a file or folder and write the predictions as JSONL, whole or not at all.

    What they came from (checkpoint, versions, revision) is written beside them, as `OUTPUT.run.json`.

    Args:
        source: .txt or .html (one article), a folder of them, or .jsonl, in which a row with `statement` is a statement
            and one with `text` an article.
        output: the JSONL file to write.
        checkpoint: a checkpoint folder; the default otherwise.
        batch_size: statements a batch.

    Returns:
        One result an article; statements that stand alone are grouped by their `article_id`.

    Raises:
        InputError: the input or the checkpoint is missing or malformed, or the output cannot be written.
    """
    classifier = StanceClassifier.from_pretrained(checkpoint)
    articles, statements = _read_input(Path(source))
    results = []
    if articles:
        found = StatementExtractor().extract_many(articles)
        for article, own in tqdm(
            zip(articles, found, strict=True), total=len(articles), unit=" articles", disable=None
        ):
            results.append(summarize(article, classifier.predict(own, batch_size)))
    by_article: dict[str, list[Prediction]] = {}
    for prediction in classifier.predict(statements, batch_size):
        by_article.setdefault(prediction.statement.article_id, []).append(prediction)
    results += (summarize(Article(key, ""), own) for key, own in by_article.items())
    write_jsonl(output, (prediction.to_row() for result in results for prediction in result.statements))
    card = classifier.card
    settings = {
        "input": source,
        "output": output,
        "checkpoint": checkpoint or DEFAULT_CHECKPOINT,
        "batch_size": batch_size,
    }
    facts = {"training_data": card.data_hash, "data_version": card.data_version}
    write_json(f"{output}.run.json", record({key: str(value) for key, value in settings.items()}, **facts))
    return results


def _read_input(source: Path) -> tuple[list[Article], list[Statement]]:
    """Articles and statements of an input; a JSONL file may hold both."""
    if source.is_dir() or source.suffix.lower() != ".jsonl":
        return list(read_articles(source)), []

    def parse(row: dict[str, Any]) -> Article | Statement:
        if "statement" in row:
            return Statement.from_row(row)
        if "text" in row:
            return article_from_row(row)
        raise InputError("neither a statement nor an article", remedy="give `statement` or `text`")

    rows = list(read_jsonl(source, parse))
    return [r for r in rows if isinstance(r, Article)], [r for r in rows if isinstance(r, Statement)]
