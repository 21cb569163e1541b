"""Measuring extraction beside rivals in the same run: quality by set, articles a second, the parser's share."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from peacestance.corpus import CorpusConfig, read_corpus
from peacestance.corpus.annotated import annotated_from_row
from peacestance.evaluation.attribution import (
    AttributedArticle,
    AttributionScores,
    attributed,
    read_attributions,
    score_attributions,
)
from peacestance.extraction import StatementExtractor
from peacestance.extraction.extractor import load_pipeline, statements_of
from peacestance.extraction.found import Passage
from peacestance.extraction.passages import pieces
from peacestance.extraction.tagger import Tagger
from peacestance.files import read_jsonl
from peacestance.inference import StanceClassifier
from peacestance.matching import match_contents
from peacestance.schema import AnnotatedArticle, Article, InputError, Statement
from peacestance.splits import SplitConfig, split_articles

_MARKED = re.compile(r"“([^“”]+)”|\"([^\"\n]+)\"")
_LEAST = 3
"""Words that a quotation must have for the rivals, which otherwise take every title and scare quote."""


@dataclass
class ExtractionConfig:
    """What is measured.

    Attributes:
        corpus: the dataset whose test splits are measured on.
        splits: how its articles are divided.
        files: files of articles with gold attributions.
        tagger: the tagger's folder; without it rules alone are measured.
        checkpoint: a stance model, to measure what it loses on extracted spans; none where empty.
        output: folder of the run.
    """

    corpus: CorpusConfig = field(default_factory=CorpusConfig)
    splits: SplitConfig = field(default_factory=SplitConfig)
    files: list[str] = field(default_factory=list)
    tagger: str = "models/tagger"
    checkpoint: str = ""
    output: str = "outputs/extraction"


@dataclass(frozen=True)
class Measured:
    """One tool on one set; seconds are of the whole set, model loading left out."""

    set: str
    tool: str
    scores: AttributionScores
    seconds: float


@dataclass(frozen=True)
class GoldSet:
    """Articles with gold attributions; with stances as well where `annotated` is not empty."""

    articles: list[AttributedArticle]
    annotated: list[AnnotatedArticle]


def gold_sets(config: ExtractionConfig) -> dict[str, GoldSet]:
    """The test articles of each layer, and the articles of each file.

    Raises:
        InputError: the corpus or a file is missing or malformed.
    """
    labelled = [a for a in read_corpus(config.corpus).articles if a.annotations]
    assigned, _ = split_articles(labelled, config.splits)
    sets = {}
    for layer in dict.fromkeys(a.layer for a in labelled):
        test = [a for a in labelled if a.layer == layer and assigned.get(a.article.id) == "test"]
        sets[f"{layer} test"] = GoldSet([attributed(a) for a in test], test)
    for file in config.files:
        with_stances = all("stance" in item for row in read_jsonl(file, dict) for item in row.get("attributions", ()))
        annotated = list(read_jsonl(file, annotated_from_row)) if with_stances else []
        sets[Path(file).stem] = GoldSet(read_attributions(file), annotated)
    return sets


def quotation_marks(article: Article) -> list[Statement]:
    """A rival: every stretch between double quotation marks, without a speaker."""
    found: list[Statement] = []
    for match in _MARKED.finditer(article.text):
        span = match.span(1) if match.group(1) else match.span(2)
        if len(article.text[slice(*span)].split()) >= _LEAST:
            found.append(_statement(article, len(found), [span], None))
    return found


def textacy_quotations(article: Article) -> list[Statement]:
    """A rival: textacy's direct quotations, paragraph by paragraph, named as its speaker words stand.

    Raises:
        InputError: the package textacy is not installed.
    """
    try:
        from textacy.extract.triples import direct_quotations
    except ImportError:
        raise InputError("the package textacy is missing", remedy="pip install 'peacestance[bench]'") from None
    found: list[Statement] = []
    nlp = load_pipeline()
    paragraphs = [match.span() for match in re.finditer(r"[^\n]*\S[^\n]*", article.text)]
    for (start, _), doc in zip(paragraphs, nlp.pipe(article.text[s:e] for s, e in paragraphs), strict=True):
        try:
            quotations = list(direct_quotations(doc))
        except ValueError:  # it refuses a paragraph whose quotation marks do not pair
            continue
        for quotation in quotations:
            content = quotation.content
            span = (start + content.start_char, start + content.end_char)
            speaker = (start + quotation.speaker[0].idx, start + quotation.speaker[-1].idx + len(quotation.speaker[-1]))
            found.append(_statement(article, len(found), [span], speaker))
    return found


def _statement(article: Article, n: int, spans: list[tuple[int, int]], speaker: tuple[int, int] | None) -> Statement:
    name = article.text[slice(*speaker)] if speaker else ""
    words = " ".join(article.text[slice(*span)] for span in spans)
    return Statement(f"{article.id}-{n}", name, words, article.id, spans=tuple(spans), speaker_span=speaker)


def measure_extraction(
    sets: dict[str, GoldSet], tagger: str
) -> tuple[list[Measured], dict[str, list[list[Statement]]]]:
    """Score the extractor and its rivals on every set; also returns what the extractor found in each."""
    rules, learned = StatementExtractor(), StatementExtractor(tagger)
    tools: dict[str, Callable[[list[Article]], list[list[Statement]]]] = {
        "peacestance": lambda articles: list(learned.extract_many(articles)),
        "peacestance, rules alone": lambda articles: list(rules.extract_many(articles)),
        "textacy": lambda articles: [textacy_quotations(article) for article in articles],
        "quotation marks": lambda articles: [quotation_marks(article) for article in articles],
    }
    measured: list[Measured] = []
    kept: dict[str, list[list[Statement]]] = {}
    for name, gold in sets.items():
        for tool, extract in tools.items():
            started = time.perf_counter()
            found = extract([a.article for a in gold.articles])
            seconds = time.perf_counter() - started
            measured.append(Measured(name, tool, score_attributions(gold.articles, found), seconds))
            kept[name] = kept.get(name, found)
    return measured, kept


def shares_of_time(articles: Sequence[Article], tagger: str) -> dict[str, float]:
    """Shares of an extraction's time that spaCy, the tagger and the rules take."""
    nlp, learned = load_pipeline(), Tagger.from_pretrained(tagger) if tagger else None
    seconds = {"spaCy": 0.0, "tagger": 0.0, "rules": 0.0}
    for article in articles:
        spans = pieces(article.text)
        times = [time.perf_counter()]
        docs = list(nlp.pipe(article.text[start:end] for start, end in spans))
        times.append(time.perf_counter())
        tokens = next(learned.tag([(article.text, spans)])) if learned else None
        times.append(time.perf_counter())
        passages = [Passage(doc, start) for doc, (start, _) in zip(docs, spans, strict=True)]
        statements_of(article, passages, tokens, learned.card if learned else None)
        times.append(time.perf_counter())
        for name, (before, after) in zip(seconds, pairwise(times), strict=True):
            seconds[name] += after - before
    return {name: own / sum(seconds.values()) for name, own in seconds.items() if own > 0}


def stance_on_extracted(
    articles: Sequence[AnnotatedArticle], found: Sequence[Sequence[Statement]], classifier: StanceClassifier
) -> dict[str, Any] | None:
    """A stance model on the same statements with gold and with extracted spans: macro-F1 over the matched pairs.

    None where no pair matches.
    """
    import numpy as np

    from peacestance.dataset import gold_statements
    from peacestance.evaluation.metrics import stance_scores
    from peacestance.schema import LABEL2ID

    gold, ours = [], []
    for annotated, statements in zip(articles, found, strict=True):
        rows = [Statement.from_row(row) for row in gold_statements(annotated)]
        for i, j, _ in match_contents(annotated.article.text, [r.spans for r in rows], [s.spans for s in statements]):
            gold.append(rows[i])
            ours.append(statements[j])
    if not gold:
        return None
    labels = np.array([LABEL2ID[s.stance or ""] for s in gold])
    scores = {}
    for name, statements in (("gold", gold), ("extracted", ours)):
        guesses = np.array([LABEL2ID[p.stance] for p in classifier.predict(statements)])
        scores[name] = stance_scores(guesses, labels)["macro_f1"]
    return {"pairs": len(gold), **scores}
