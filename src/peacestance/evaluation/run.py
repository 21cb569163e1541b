"""Evaluating checkpoints: `evaluate_checkpoints` is the one entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from peacestance.checkpoints import read_card
from peacestance.config import EvaluateConfig
from peacestance.corpus.annotated import annotated_from_row
from peacestance.dataset import gold_statements, held_out_articles, labelled, load_split, read_manifest
from peacestance.evaluation.behaviour import (
    Capability,
    Case,
    capability_to_row,
    judge_behaviour,
    read_cases,
    statements_of,
    summarize_behaviour,
)
from peacestance.evaluation.calibration import Calibration, calibration
from peacestance.evaluation.end_to_end import EndToEnd, score_end_to_end
from peacestance.evaluation.intervals import Comparison, compare, intervals
from peacestance.evaluation.metrics import confusions, stance_scores
from peacestance.evaluation.probes import Probes, probe
from peacestance.evaluation.slices import Slice, facts_of, slices
from peacestance.extraction import StatementExtractor
from peacestance.files import read_jsonl, write_json, write_jsonl, write_text
from peacestance.inference import StanceClassifier
from peacestance.modeling import ModelConfig, ModelKind, TfidfModel
from peacestance.provenance import record
from peacestance.schema import LABEL2ID, RULES, AnnotatedArticle, InputError, Prediction, Statement

__all__ = ["Evaluation", "EvaluationSet", "compare_predictions", "evaluate_checkpoints", "read_labelled"]

BASELINE_SEED = 1


@dataclass(frozen=True)
class EvaluationSet:
    """Scores on one split or file, as in `metrics.json`; `confusion` has gold labels as rows.

    All but `end_to_end` are on gold statements; that is None where the articles' texts are not at hand. `probes` is
    None where it was not asked for.

    `f_avg` is the mean F1 of support and oppose, `mcc` the Matthews correlation, and `interval` holds 95 % intervals
    over draws of articles: see `peacestance.evaluation.intervals`.
    """

    n: int
    articles: int
    macro_f1: float
    accuracy: float
    f_avg: float
    mcc: float
    interval: dict[str, list[float]]
    calibration: Calibration
    slices: list[Slice]
    end_to_end: EndToEnd | None
    probes: Probes | None
    per_label: dict[str, dict[str, float]]
    confusion: list[list[int]]
    baselines: dict[str, dict[str, float]]


@dataclass(frozen=True)
class Evaluation:
    """A checkpoint's scores on every set, and its failures in the behaviour tests by capability, worst first."""

    checkpoint: str
    data_version: str
    sets: dict[str, EvaluationSet]
    behaviour: tuple[Capability, ...] = ()

    def to_row(self) -> dict[str, Any]:
        """The evaluation as `metrics.json` holds it."""
        row = asdict(replace(self, behaviour=()))
        return row | {"behaviour": [capability_to_row(own) for own in self.behaviour]}


@dataclass(frozen=True)
class Labelled:
    """A statement with its gold label, and the values by which it is sliced."""

    statement: Statement
    facts: dict[str, str]


def _labelled(row: dict[str, Any]) -> Labelled:
    statement = Statement.from_row(row)
    if statement.stance is None:
        raise InputError(f"statement {statement.id!r} has no stance", remedy="evaluation needs gold labels")
    return Labelled(statement, facts_of(statement, row))


@dataclass
class HeldOut:
    """A set to score on: labelled statements, and their annotated articles where the texts are at hand.

    `tagger` is the folder of the one that helps to find statements in these texts.
    """

    items: list[Labelled]
    articles: list[AnnotatedArticle]
    tagger: str = ""

    @property
    def statements(self) -> list[Statement]:
        """The labelled statements."""
        return [item.statement for item in self.items]

    @property
    def reasons(self) -> dict[str, str]:
        """What decided the gold label of each statement: the codebook's rule, and a third reader's reason if any."""
        rules = {str(number): f"rule {number}, {words}" for number, words in RULES.items()}
        found = {i.statement.id: rules[i.facts["rule"]] for i in self.items if i.facts.get("rule") in rules}
        spans = {i.statement.id: i.statement.spans for i in self.items}
        for annotated in self.articles:
            for row, annotation in zip(gold_statements(annotated), annotated.annotations, strict=True):
                if annotation.reason and row["id"] in found and spans[row["id"]] == annotation.content:
                    found[row["id"]] += f"; {annotation.reason}"
        return found

    @cached_property
    def extracted(self) -> list[list[Statement]]:
        """What is found in each article's text, the same for every checkpoint."""
        found = StatementExtractor(self.tagger).extract_many(annotated.article for annotated in self.articles)
        return list(tqdm(found, "extracting", len(self.articles), unit=" articles", disable=None))


def _read_file(path: str | Path, tagger: str = "") -> HeldOut:
    articles: list[AnnotatedArticle] = []

    def parse(row: dict[str, Any]) -> list[Labelled]:
        if "statement" in row:
            return [_labelled(row)]
        articles.append(annotated_from_row(row))
        return list(map(_labelled, gold_statements(articles[-1])))

    items = [item for own in read_jsonl(path, parse) for item in own]
    if not items:
        raise InputError("no labelled statement", path=path)
    return HeldOut(items, articles, tagger)


def read_labelled(path: str | Path) -> list[Statement]:
    """Labelled statements of a JSONL file of statements or of annotated articles.

    Raises:
        InputError: a row is malformed or has no label; names file and line.
    """
    return _read_file(path).statements


def evaluate_checkpoints(config: EvaluateConfig, output: str | Path) -> tuple[list[Evaluation], list[Comparison]]:
    """Score checkpoints and write metrics, predictions, `report.html`, and `report.md` with its pictures into `output`.

    With several checkpoints each has a folder of its own, named like its checkpoint, and `comparison.json` compares
    them pair by pair.

    Raises:
        InputError: a checkpoint, dataset, split or file is missing or malformed.
    """
    from peacestance.report import comparison_table, write_report
    from peacestance.report_page import write_report_page

    output = Path(output)
    for given in (config.checkpoint, config.statements):
        names = [Path(path).name for path in given]
        double = next((name for name in names if names.count(name) > 1), None)
        if double:
            raise InputError(f"two are named {double!r}, and one would replace the other", remedy="rename one")
    cases = read_cases(config.behaviour) if config.behaviour else []
    files = {f"statements:{Path(path).name}": _read_file(path, config.tagger) for path in config.statements}
    if not files and not config.split:
        raise InputError("nothing to evaluate on", remedy="split=test or statements=FILE")
    splits: dict[str, dict[str, HeldOut]] = {}
    evaluations = []
    labels: dict[str, dict[str, list[Prediction]]] = {}
    for checkpoint in config.checkpoint:
        data = config.dataset or read_card(checkpoint).data_path
        if data not in splits:
            splits[data] = {
                split: HeldOut(
                    [_labelled(row) for row in load_split(data, split)], held_out_articles(data, split), config.tagger
                )
                for split in config.split
            }
        folder = output if len(config.checkpoint) == 1 else output / Path(checkpoint).name
        evaluation, found = _evaluate(checkpoint, data, splits[data] | files, cases, config, folder)
        write_report(evaluation, folder)
        reasons = {name: held_out.reasons for name, held_out in (splits[data] | files).items()}
        write_report_page(evaluation, found, reasons, folder / "report.html")
        evaluations.append(evaluation)
        for name, predictions in found.items():
            labels.setdefault(name, {})[checkpoint] = predictions
    comparisons = compare_predictions(labels)
    if comparisons:
        write_json(output / "comparison.json", [asdict(c) | {"verdict": c.verdict} for c in comparisons])
        write_text(output / "comparison.md", comparison_table(comparisons) + "\n")
    return evaluations, comparisons


def _evaluate(
    checkpoint: str, data: str, sets: Mapping[str, HeldOut], cases: list[Case], config: EvaluateConfig, folder: Path
) -> tuple[Evaluation, dict[str, list[Prediction]]]:
    """One checkpoint's scores, written into a folder, and its predictions for each set."""
    training = labelled(data, "train") if config.baselines else []
    baseline = TfidfModel.fit(training, ModelConfig(kind=ModelKind.tfidf), BASELINE_SEED) if training else None
    classifier = StanceClassifier.from_pretrained(checkpoint)
    scored: dict[str, EvaluationSet] = {}
    predictions: dict[str, list[Prediction]] = {}
    for name, own in sets.items():
        predictions[name] = classifier.predict(own.statements, config.batch_size)
        scored[name] = replace(
            _score(own.items, predictions[name], training, baseline, classifier.card.abstain_below),
            end_to_end=_from_text(own, classifier) if config.end_to_end and own.articles else None,
            probes=probe(predictions[name], classifier, config.batch_size) if config.probes else None,
        )
    behaviour = judge_behaviour(cases, classifier.predict(statements_of(cases), config.batch_size))
    evaluation = Evaluation(checkpoint, classifier.card.data_version, scored, tuple(summarize_behaviour(behaviour)))
    rows = (p.to_row() | {"set": name, "gold": p.statement.stance} for name, own in predictions.items() for p in own)
    write_jsonl(folder / "predictions.jsonl", rows)
    fingerprint = read_manifest(data).content_hash if config.split or config.baselines else ""
    write_json(folder / "run.json", record(config, data=fingerprint, training_data=classifier.card.data_hash))
    write_json(folder / "metrics.json", evaluation.to_row())
    return evaluation, predictions


def compare_predictions(labels: Mapping[str, Mapping[str, Sequence[Prediction]]]) -> list[Comparison]:
    """Compare the models of each set that have labelled the same statements: set name to model to predictions.

    Raises:
        InputError: two models have not labelled the same statements.
    """
    found = []
    for name, models in labels.items():
        statements = [[p.statement for p in own] for own in models.values()]
        if any(own != statements[0] for own in statements):
            raise InputError(f"{name}: the models have not labelled the same statements", remedy="give dataset=DIR")
        gold = _ids([s.stance for s in statements[0]])
        guesses = [_ids([p.stance for p in own]) for own in models.values()]
        found += compare(name, list(models), guesses, gold, [s.article_id or s.id for s in statements[0]])
    return found


def _from_text(held_out: HeldOut, classifier: StanceClassifier) -> EndToEnd:
    predictions = iter(classifier.predict([s for own in held_out.extracted for s in own]))
    return score_end_to_end(held_out.articles, [[next(predictions) for _ in own] for own in held_out.extracted])


def _ids(stances: Sequence[str | None]) -> np.ndarray:
    return np.array([LABEL2ID[stance or ""] for stance in stances])


def _score(
    items: list[Labelled],
    found: list[Prediction],
    training: list[Statement],
    baseline: TfidfModel | None,
    abstain_below: float,
) -> EvaluationSet:
    statements = [item.statement for item in items]
    gold = _ids([s.stance for s in statements])
    scores = stance_scores(_ids([p.stance for p in found]), gold)
    counts = confusions(_ids([p.stance for p in found]), gold, [s.article_id or s.id for s in statements])
    baselines = {}
    if baseline is not None:
        commonest = Counter(s.stance for s in training).most_common(1)[0][0]
        guesses = {
            "majority": np.full(len(gold), LABEL2ID[commonest or ""]),
            "tfidf": baseline.logits(statements, len(statements)).argmax(axis=1),
        }
        baselines = {
            name: {key: own[key] for key in ("macro_f1", "f_avg", "accuracy")}
            for name, guess in guesses.items()
            for own in [stance_scores(guess, gold)]
        }
    return EvaluationSet(
        n=len(statements),
        articles=len({s.article_id for s in statements}),
        macro_f1=scores["macro_f1"],
        accuracy=scores["accuracy"],
        f_avg=scores["f_avg"],
        mcc=scores["mcc"],
        interval=intervals(counts),
        calibration=calibration(np.array([[*p.probabilities.values()] for p in found]), gold, abstain_below),
        end_to_end=None,
        probes=None,
        slices=slices(statements, [item.facts for item in items], _ids([p.stance for p in found]), gold),
        per_label=scores["per_label"],
        confusion=scores["confusion"],
        baselines=baselines,
    )
