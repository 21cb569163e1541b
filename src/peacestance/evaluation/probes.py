"""Shortcut probes: what a model makes of a part of its input, and how far its labels hang on the speaker's name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from peacestance.evaluation.metrics import stance_scores
from peacestance.inference import StanceClassifier
from peacestance.schema import LABEL2ID, Prediction, Statement

_NOTHING = "…"
"""In place of a statement that is taken away, since a statement cannot be empty."""


def _only(statement: Statement, words: str) -> Statement:
    return replace(statement, speaker="", cue="", statement=words.strip() or _NOTHING)


PARTS: dict[str, Callable[[Statement], Statement]] = {
    "statement alone": lambda s: replace(s, speaker="", cue=""),
    "speaker and cue alone": lambda s: replace(s, statement=_NOTHING),
    "title alone": lambda s: _only(s, s.title),
    "context alone": lambda s: _only(s, s.context.replace(s.statement, " ")),
}
"""What is left of the input in each probe."""


@dataclass(frozen=True)
class Probes:
    """Macro-F1 of the same model on each part of the input.

    `name_swing` is the share of the labels that change when "the speaker" stands in place of the speaker's name.
    """

    macro_f1: dict[str, float]
    name_swing: float


def probe(predictions: Sequence[Prediction], classifier: StanceClassifier, batch_size: int = 64) -> Probes:
    """Label parts of labelled statements, and the statements with their speakers masked, beside their `predictions`."""
    statements = [p.statement for p in predictions]

    def labels(inputs: Sequence[Statement]) -> np.ndarray:
        return np.array([LABEL2ID[p.stance] for p in classifier.predict(inputs, batch_size)])

    gold = np.array([LABEL2ID[s.stance or ""] for s in statements])
    scores = {name: stance_scores(labels(list(map(part, statements))), gold) for name, part in PARTS.items()}
    masked = labels([replace(s, speaker="the speaker") for s in statements])
    return Probes({name: own["macro_f1"] for name, own in scores.items()}, float((masked != labels(statements)).mean()))
