"""Using a trained classifier: `StanceClassifier` for statements, `analyze` for whole articles."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from tqdm import tqdm

from peacestance.articles import article_from_row, read_articles
from peacestance.checkpoints import CheckpointCard, load_checkpoint
from peacestance.evaluation.calibration import softmax
from peacestance.extraction import StatementExtractor
from peacestance.files import atomic_path, read_jsonl, read_text, write_json, write_text
from peacestance.modeling import StanceModel
from peacestance.provenance import record
from peacestance.schema import LABELS, Article, InputError, Prediction, Statement, dump_row

DEFAULT_CHECKPOINT = Path("models/default")
DEFAULT_TAGGER = Path("models/tagger")


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
    """A trained model that labels statements.

    With `abstain` it marks the labels that are less sure than the checkpoint's threshold, above which nine in ten were
    right on validation.
    """

    def __init__(self, model: StanceModel, card: CheckpointCard, abstain: bool = False) -> None:
        self.model, self.card = model, card
        self.threshold = card.abstain_below if abstain else 0.0

    @classmethod
    def from_pretrained(cls, checkpoint: str | Path | None = None, abstain: bool = False) -> StanceClassifier:
        """Load a checkpoint folder; without one, the default that ships with the repository.

        Raises:
            InputError: it is missing, unfinished or damaged.
        """
        return cls(*load_checkpoint(DEFAULT_CHECKPOINT if checkpoint is None else checkpoint), abstain)

    def predict(self, statements: Sequence[Statement], batch_size: int = 32) -> list[Prediction]:
        """Label statements, in their order. Probabilities are calibrated by the checkpoint's temperature.

        Raises:
            InputError: a statement has no text.
        """
        empty = next((s for s in statements if not s.statement.strip()), None)
        if empty is not None:
            raise InputError(f"statement {empty.id!r} is empty", remedy="leave it out")
        if not statements:
            return []
        probabilities = softmax(self.model.logits(statements, batch_size), self.card.temperature)
        return [
            Prediction(
                statement,
                LABELS[int(row.argmax())],
                dict(zip(LABELS, map(float, row), strict=True)),
                bool(row.max() < self.threshold),
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
    return StatementExtractor(DEFAULT_TAGGER), StanceClassifier.from_pretrained()


def analyze(
    article: Article | str, classifier: StanceClassifier | None = None, extractor: StatementExtractor | None = None
) -> ArticleStances:
    """Find an article's statements and where their speakers stand.

    Args:
        article: an article, or its text.
        classifier: a loaded classifier; the default checkpoint otherwise.
        extractor: a loaded extractor; one with the default tagger otherwise.

    Raises:
        InputError: the article is empty, or the default checkpoint or tagger is missing.
    """
    if isinstance(article, str):
        article = Article("article", article)
    if not article.text.strip():
        raise InputError("the article is empty")
    if classifier is None:
        default_extractor, classifier = _default()
        extractor = extractor or default_extractor
    extractor = extractor or StatementExtractor(DEFAULT_TAGGER)
    return summarize(article, classifier.predict(extractor.extract(article)))


@dataclass(frozen=True)
class PredictedFile:
    """What `predict_file` wrote: how many articles and statements, and the results of the first few articles."""

    articles: int
    statements: int
    shown: tuple[ArticleStances, ...]


def predict_file(
    source: str | Path,
    output: str | Path,
    checkpoint: str | Path | None = None,
    batch_size: int = 32,
    abstain: bool = False,
    shown: int = 3,
    tagger: str | Path | None = DEFAULT_TAGGER,
) -> PredictedFile:
    """Label everything in a file or folder and write the predictions as JSONL, whole or not at all.

    Finished articles are kept in `OUTPUT.part` until all are done, so that the same call goes on after an interruption.
    What the predictions came from (checkpoint, versions, revision) is written beside them, as `OUTPUT.run.json`.

    Args:
        source: .txt or .html (one article), a folder of them, or .jsonl, in which a row with `statement` is a statement
            and one with `text` an article.
        output: the JSONL file to write.
        checkpoint: a checkpoint folder; the default otherwise.
        batch_size: statements a batch.
        abstain: whether unsure labels are marked and do not count toward a speaker's stance.
        shown: how many articles' results to return.
        tagger: a tagger's folder, to help find statements in articles; rules alone where there is none.

    Raises:
        InputError: the input or the checkpoint is missing or malformed, or the output cannot be written.
    """
    classifier = StanceClassifier.from_pretrained(checkpoint, abstain)
    model = f"{classifier.card} {checkpoint or DEFAULT_CHECKPOINT} {classifier.threshold} {tagger}"
    part = _Part(Path(f"{output}.part"), model)
    results: list[ArticleStances] = []
    extractor: StatementExtractor | None = None
    bar = tqdm(unit=" articles", disable=None, initial=len(part.done))
    for articles, statements in _chunks(_read_input(Path(source)), part.done):
        if articles:
            extractor = extractor or StatementExtractor(tagger)
            for article, own in zip(articles, extractor.extract_many(articles), strict=True):
                found = summarize(article, classifier.predict(own, batch_size))
                part.add(_key(article), found.statements)
                results += [found] if len(results) < shown else []
                bar.update()
        by_article: dict[str, list[Prediction]] = {}
        for prediction in classifier.predict(statements, batch_size):
            by_article.setdefault(prediction.statement.article_id, []).append(prediction)
            part.add(_key(prediction.statement), [prediction])
        for article_id, predictions in by_article.items():
            results += [summarize(Article(article_id, ""), predictions)] if len(results) < shown else []
    bar.close()
    count = part.finish(output)
    card = classifier.card
    settings = {
        "input": source,
        "output": output,
        "checkpoint": checkpoint or DEFAULT_CHECKPOINT,
        "batch_size": batch_size,
        "abstain": abstain,
        "tagger": tagger or "",
    }
    facts = {"training_data": card.data_hash, "data_version": card.data_version}
    write_json(f"{output}.run.json", record({key: str(value) for key, value in settings.items()}, **facts))
    return PredictedFile(*count, tuple(results))


CHUNK = 64
"""Articles or statements that are read ahead."""


def _key(item: Article | Statement) -> str:
    """What stands for an input row in the part file: its id and its content."""
    text = item.text if isinstance(item, Article) else dump_row(item.to_row())
    kind = "article" if isinstance(item, Article) else "statement"
    return f"{kind} {item.id} {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _chunks(
    rows: Iterable[Article | Statement], done: Collection[str]
) -> Iterator[tuple[list[Article], list[Statement]]]:
    """Rows that are not done yet, a chunk at a time, articles and statements apart."""
    left = (row for row in rows if _key(row) not in done)
    while chunk := list(islice(left, CHUNK)):
        articles = [row for row in chunk if isinstance(row, Article)]
        yield articles, [row for row in chunk if isinstance(row, Statement)]


class _Part:
    """Finished rows on disk: a first line that names the model, then a line for each input row with its predictions."""

    def __init__(self, path: Path, model: str) -> None:
        self.path = path
        self.done: dict[str, int] = {}
        data = path.read_bytes() if path.is_file() else b""
        # what follows the last line's end is empty, or a line that was cut, maybe inside a character
        lines = data[: data.rfind(b"\n") + 1].decode("utf-8", errors="replace").split("\n")
        kept = lines[:-1] if lines[0] == json.dumps({"model": model}) else [json.dumps({"model": model})]
        for line in kept[1:]:
            row = json.loads(line)
            self.done[row["key"]] = len(row["rows"])
        write_text(path, "".join(f"{line}\n" for line in kept))

    def add(self, key: str, predictions: Sequence[Prediction]) -> None:
        """Keep the predictions of one input row."""
        line = dump_row({"key": key, "rows": [prediction.to_row() for prediction in predictions]})
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            what = f"cannot be written: {error.strerror}"
            raise InputError(what, path=self.path, remedy="free some space; the same command then goes on") from error
        self.done[key] = len(predictions)

    def finish(self, output: str | Path) -> tuple[int, int]:
        """Write the output from the kept rows; returns how many articles and statements it holds."""
        articles = set()
        with atomic_path(output) as temporary, temporary.open("w", encoding="utf-8") as out:
            for line in read_text(self.path).split("\n")[1:-1]:
                item = json.loads(line)
                for row in item["rows"]:
                    out.write(dump_row(row) + "\n")
                kind = item["key"].split(" ", 1)[0]
                articles |= {item["key"]} if kind == "article" else {f"of {row['article_id']}" for row in item["rows"]}
        self.path.unlink()
        return len(articles), sum(self.done.values())


def _read_input(source: Path) -> Iterator[Article | Statement]:
    """The rows of an input, one by one; a JSONL file may hold both articles and statements."""
    if source.is_dir() or source.suffix.lower() != ".jsonl":
        yield from read_articles(source)
        return

    def parse(row: dict[str, Any]) -> Article | Statement:
        if "statement" in row:
            return Statement.from_row(row)
        if "text" in row:
            return article_from_row(row)
        raise InputError("neither a statement nor an article", remedy="give `statement` or `text`")

    yield from read_jsonl(source, parse)
