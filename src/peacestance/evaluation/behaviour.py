"""Behaviour tests in the manner of CheckList (Ribeiro et al., ACL 2020), on the invented statements of data/behaviour.

A case has one statement (`minimum`: its label must be found), several that differ in what must not matter
(`invariance`: they must get one label), or two, before and after a small edit (`direction`: the label that the edit
takes away must lose probability, and the one that it gives must gain).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peacestance.files import read_jsonl
from peacestance.schema import LABELS, InputError, Prediction, Statement

FEWEST = {"minimum": 1, "invariance": 2, "direction": 2}
"""The kinds of test, and the statements that a case of each has at least."""


@dataclass(frozen=True)
class Case:
    """A test case; `stance` of its statements is the label that a careful reader gives."""

    id: str
    test: str
    capability: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Outcome:
    """A case, the model's predictions for its statements, and whether it failed."""

    case: Case
    predictions: tuple[Prediction, ...]
    failed: bool


@dataclass(frozen=True)
class Capability:
    """What a model fails at: cases and failures of one capability, and the failed cases it was surest of."""

    test: str
    capability: str
    cases: int
    failed: int
    worst: tuple[Outcome, ...]

    @property
    def rate(self) -> float:
        """Share of the cases that failed."""
        return self.failed / self.cases


def _case_from_row(row: dict[str, Any]) -> Case:
    try:
        statements = tuple(
            Statement(f"{row['id']}-{n}", item["speaker"], item["statement"], cue=item["cue"], stance=item["expected"])
            for n, item in enumerate(row["statements"])
        )
        case = Case(row["id"], row["test"], row["capability"], statements)
    except (KeyError, TypeError) as error:
        raise InputError(f"malformed: {error!r}", remedy="id, test, capability, statements") from None
    if case.test not in FEWEST:
        raise InputError(f"{case.id}: unknown test {case.test!r}", remedy=f"one of {', '.join(FEWEST)}")
    wrong = next((s.stance for s in statements if s.stance not in LABELS), None)
    if wrong is not None:
        raise InputError(f"{case.id}: unknown label {wrong!r}", remedy=f"one of {', '.join(LABELS)}")
    if len(statements) < FEWEST[case.test] or (case.test == "direction" and len(statements) != 2):
        raise InputError(f"{case.id}: {len(statements)} statements are no case of {case.test}")
    same = len({s.stance for s in statements}) == 1
    if same != (case.test != "direction"):
        raise InputError(f"{case.id}: the expected labels do not fit a case of {case.test}")
    return case


def read_cases(folder: str | Path) -> list[Case]:
    """Read the test cases of every `*.jsonl` in a folder.

    Raises:
        InputError: a case is malformed, or there is none; names file and line.
    """
    cases = [case for path in sorted(Path(folder).glob("*.jsonl")) for case in read_jsonl(path, _case_from_row)]
    if not cases:
        raise InputError("no behaviour tests here", path=folder)
    return cases


def statements_of(cases: Iterable[Case]) -> list[Statement]:
    """The statements of all cases, in order, to be labelled."""
    return [statement for case in cases for statement in case.statements]


def judge_behaviour(cases: Sequence[Case], predictions: Sequence[Prediction]) -> list[Outcome]:
    """Judge every case by the predictions for `statements_of(cases)`."""
    found = iter(predictions)
    outcomes = []
    for case in cases:
        own = tuple(next(found) for _ in case.statements)
        outcomes.append(Outcome(case, own, _failed(case, own)))
    return outcomes


def _failed(case: Case, predictions: Sequence[Prediction]) -> bool:
    if case.test == "minimum":
        return predictions[0].stance != case.statements[0].stance
    if case.test == "invariance":
        return len({p.stance for p in predictions}) > 1
    lost, gained = (s.stance or "" for s in case.statements)
    before, after = (p.probabilities for p in predictions)
    return not (after[gained] > before[gained] and after[lost] < before[lost])


def summarize_behaviour(outcomes: Iterable[Outcome], shown: int = 3) -> list[Capability]:
    """Failures by capability, the worst first; `shown` failed cases of each are kept, those it was surest of."""
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault((outcome.case.test, outcome.case.capability), []).append(outcome)
    found = []
    for (test, capability), own in groups.items():
        failed = sorted((o for o in own if o.failed), key=lambda o: -max(map(_confidence, o.predictions)))
        found.append(Capability(test, capability, len(own), len(failed), tuple(failed[:shown])))
    return sorted(found, key=lambda c: -c.rate)


def _confidence(prediction: Prediction) -> float:
    return prediction.probabilities[prediction.stance]


def capability_to_row(capability: Capability) -> dict[str, Any]:
    """A capability as `metrics.json` holds it."""
    facts = {"test": capability.test, "capability": capability.capability, "cases": capability.cases}
    worst = [
        {
            "id": o.case.id,
            "predicted": [p.stance for p in o.predictions],
            "expected": [s.stance for s in o.case.statements],
        }
        for o in capability.worst
    ]
    return facts | {"failed": capability.failed, "rate": capability.rate, "worst": worst}
