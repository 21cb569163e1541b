"""What teachers add to a training (Hinton et al., "Distilling the Knowledge in a Neural Network", 2015)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from peacestance.files import read_jsonl
from peacestance.schema import LABELS, Prediction, Statement


def read_soft(paths: Sequence[str | Path]) -> tuple[list[Statement], np.ndarray]:
    """Statements with their teachers' mean probabilities, float32 of shape (statements, labels).

    Raises:
        InputError: a file is missing or malformed.
    """
    statements: dict[tuple[str, str], Statement] = {}
    found: dict[tuple[str, str], list[list[float]]] = {}
    for path in paths:
        for prediction in read_jsonl(path, Prediction.from_row):
            key = prediction.statement.id, prediction.statement.statement
            statements.setdefault(key, prediction.statement)
            found.setdefault(key, []).append([prediction.probabilities[label] for label in LABELS])
    means = [np.mean(own, axis=0) for own in found.values()]
    return [*statements.values()], np.array(means, dtype=np.float32).reshape(-1, len(LABELS))


def teach(
    targets: np.ndarray,
    statements: Sequence[Statement],
    soft: Sequence[str],
    weights: np.ndarray,
    undrawn: Sequence[Statement] = (),
) -> tuple[np.ndarray, list[Statement], np.ndarray]:
    """What teachers add to a training.

    `targets` is float32 of shape (statements, labels) and may be weighted; a statement that teachers label too is
    trained toward both in equal parts. `undrawn` are labelled statements that this training leaves out: what teachers
    say of them is left out too. `weights`, float32 of shape (labels,), weigh what they say of other statements, as the
    labels are weighed. Returns the new targets, and the teachers' other statements with their
    probabilities.

    Raises:
        InputError: a file is missing or malformed.
    """
    taught, probabilities = read_soft(soft)
    place = {(s.id, s.statement): n for n, s in enumerate(statements)}
    out = {(s.id, s.statement) for s in undrawn}
    rows = [place.get((s.id, s.statement)) for s in taught]
    targets = targets.copy()
    for row, own in zip(rows, probabilities, strict=True):
        if row is not None:
            targets[row] = (targets[row] + own * targets[row].sum()) / 2
    new = [n for n, row in enumerate(rows) if row is None and (taught[n].id, taught[n].statement) not in out]
    return targets, [taught[n] for n in new], probabilities[new] * weights
