"""Stances from raw text, scored by hand."""

from __future__ import annotations

import pytest

from peacestance import Article, Prediction, Statement
from peacestance.evaluation.end_to_end import score_end_to_end
from peacestance.schema import AnnotatedArticle, Annotation

TEXT = (
    "Ana Duro said the talks must go on at once. Duro said it rained. Bo Lund said there was nothing to discuss. "
    "The mayor said the venue was booked. Lund said he would stay away."
)
GOLD = {
    "the talks must go on at once": ("Ana Duro", "support"),
    "it rained": ("Ana Duro", "unrelated"),
    "there was nothing to discuss": ("Bo Lund", "oppose"),
    "the venue was booked": ("the mayor", "neutral"),
    "he would stay away": ("Bo Lund", "oppose"),
}


def span(words: str) -> tuple[int, int]:
    return TEXT.index(words), TEXT.index(words) + len(words)


def prediction(words: str, speaker: str, stance: str) -> Prediction:
    return Prediction(Statement(words, speaker, words, "a", spans=(span(words),)), stance, {})


def test_losses_are_told_apart() -> None:
    annotations = tuple(Annotation((span(w),), speaker, "indirect", stance) for w, (speaker, stance) in GOLD.items())
    article = AnnotatedArticle(Article("a", TEXT), annotations)
    found = [
        prediction("talks must go on at once", "Duro", "support"),  # right, though not to the word
        prediction("it rained", "Ana Duro", "neutral"),
        prediction("there was nothing to discuss", "Ana Duro", "oppose"),  # another speaker
        prediction("the venue was booked", "the mayor", "support"),  # another label
    ]
    own = score_end_to_end([article], [found])
    assert own.lost == {"extraction": 0.25, "speaker": 0.25, "classification": 0.25, "right": 0.25}
    assert (own.statement.precision, own.statement.recall) == (0.25, 0.25) and own.exact.f1 == 0
    # gold: Duro support, Lund oppose, the mayor neutral; found: Duro conditional by a tie, the mayor support
    assert own.speaker.f1 == 0
    whole = [prediction(w, speaker, stance) for w, (speaker, stance) in GOLD.items()]
    perfect = score_end_to_end([article], [whole])
    assert perfect.statement.f1 == perfect.exact.f1 == perfect.speaker.f1 == perfect.lost["right"] == 1
    assert score_end_to_end([article], [[]]).lost["extraction"] == pytest.approx(1)
