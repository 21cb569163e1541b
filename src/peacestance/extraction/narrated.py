"""Positions and acts concerning negotiations that an article tells in its own voice."""

from __future__ import annotations

from collections.abc import Iterator

from peacestance.extraction.found import Doc, Found, Passage, Token
from peacestance.extraction.grammar import FIRST_PERSON, phrase, speaks, subject_of, trim
from peacestance.extraction.lexicon import (
    ENDING,
    FIGHTING,
    MEETS,
    POSITION,
    POSITION_PHRASES,
    STAND,
    TALKS,
    TALKS_IN_CONTEXT,
)
from peacestance.extraction.reported import aside_of

_VERB_GROUP = ("aux", "auxpass", "neg", "advmod")


def is_about_talks(passages: list[Passage]) -> bool:
    """Whether an article speaks of negotiations at all, so that its "deal" or "plan" may be one of peace."""
    return sum(token.lemma_.lower() in TALKS for passage in passages for token in passage.tokens) >= 3


def find_narrated(passage: Passage, number: int, about_talks: bool) -> Iterator[Found]:
    """Predicates that state their subject's stand on negotiations; the content is the whole predicate."""
    doc = passage.doc
    for verb in passage.tokens:
        lemma = verb.lemma_.lower()
        if (
            verb.pos_ not in ("VERB", "AUX")
            or passage.quoted[verb.i] >= 0
            or not (lemma in POSITION or lemma in POSITION_PHRASES)
        ):
            continue
        if verb.dep_ in ("aux", "auxpass"):
            continue
        subject = next((c for c in verb.lefts if c.dep_ == "nsubj"), None)
        if subject is None and verb.dep_ == "conj":
            subject = subject_of(verb)
        if subject is None or subject.lower_ in FIRST_PERSON or not speaks(subject):
            continue
        first, last = _predicate(verb)
        stretch = doc[verb.i : last + 1]
        stand = _states_stand(verb)
        meets = (stand or lemma in ("refuse", "decline", "agree", "offer")) and any(t.lemma_ in MEETS for t in stretch)
        if not (meets or _concerns_talks(stretch, about_talks)) or (lemma not in POSITION and not stand):
            continue
        trimmed = trim(doc, first, last)
        if trimmed:
            found = Found([passage.span(*trimmed)], "narrated", number, None, subject, passage.span(*phrase(subject)))
            found.cue_token, found.aside = verb.i, aside_of(passage, subject)
            yield found


def _predicate(verb: Token) -> tuple[int, int]:
    """First and last token of a verb with its auxiliaries and complements, without asides after a comma."""
    first = verb.i
    for child in verb.lefts:
        if (
            child.dep_ in _VERB_GROUP
            and child.i < first
            and all(t.dep_ in _VERB_GROUP for t in verb.doc[child.i : verb.i])
        ):
            first = child.i
            break
    last = verb.i
    for child in verb.rights:
        if child.dep_ in ("punct", "cc", "conj") or verb.doc[child.left_edge.i - 1].text in ",–—-":
            break
        last = child.right_edge.i
    dash = next((i - 1 for i in range(verb.i + 1, last) if verb.doc[i].text in ("–", "—", "--")), last)
    return first, max(min(last, dash), verb.i)


def _concerns_talks(stretch: Doc, about_talks: bool) -> bool:
    lemmas = {token.lemma_.lower() for token in stretch} | {token.lower_ for token in stretch}
    ends_war = bool(lemmas & ENDING) and bool(lemmas & FIGHTING)
    return ends_war or bool(lemmas & TALKS) or (about_talks and bool(lemmas & TALKS_IN_CONTEXT))


def _states_stand(verb: Token) -> bool:
    """Whether a complement of the verb, not far down, is a word of stand."""
    tokens = [verb]
    for _ in range(5):
        tokens = [
            c
            for t in tokens
            for c in t.rights
            if c.dep_ in ("xcomp", "attr", "acomp", "dobj", "prep", "pobj", "oprd", "ccomp", "pcomp")
        ]
        if any(token.lemma_.lower() in STAND for token in tokens):
            return True
    return False
