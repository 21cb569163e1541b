"""Beside a quotation: the verb that introduces or follows it, its speaker, and whether it is speech at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from peacestance.extraction.found import Doc, Passage, Token
from peacestance.extraction.grammar import FIRST_PERSON, phrase, subject_of
from peacestance.extraction.lexicon import SAY
from peacestance.extraction.quotes import Quote
from peacestance.schema import Span

_REACH = 30
"""Tokens to look at on each side of a quotation."""
ENDS = frozenset((".", "!", "?", ";", "…", "..."))
_PAUSES = frozenset((",", ";", ":", "–", "—", "("))
_DASHES = frozenset(("—", "–", "-", "―"))
_NO_RUN_ON = frozenset(("and", "but", "while", "as", "in", "on", "at", "after", "before", "during"))
_OPEN_ENDS = frozenset(("?", "!", "…", "..."))


@dataclass
class Place:
    """A quotation among its passage's tokens, with the tokens of its sentence that stand before and after it."""

    quote: Quote
    first: int
    last: int
    before: list[Token]
    after: list[Token]


def places_of(passage: Passage) -> list[Place]:
    """The quotations of a passage in order; the surroundings of each end at the next quotation."""
    bounds: dict[int, tuple[int, int]] = {}
    for i, quote in enumerate(passage.quoted):
        if quote >= 0:
            bounds[quote] = (bounds.get(quote, (i, i))[0], i)
    found = []
    for quote, (first, last) in sorted(bounds.items()):
        before: list[Token] = []
        for i in range(first - 1, max(-1, first - _REACH), -1):
            if passage.quoted[i] >= 0 or _ends_sentence(passage.doc, i, i == first - 1):
                break
            before.insert(0, passage.tokens[i])
        after: list[Token] = []
        for token in passage.tokens[last + 1 : last + _REACH]:
            if passage.quoted[token.i] >= 0 or token.text in ENDS:
                break
            after.append(token)
        before, after = ([t for t in side if not t.is_space] for side in (before, after))
        found.append(Place(passage.quotes[quote], first, last, before, after))
    return found


def _ends_sentence(doc: Doc, i: int, adjoins: bool) -> bool:
    """Whether a token before a quotation ends the sentence before it; "U.S." does where the quotation adjoins."""
    text = doc[i].text
    if text in ENDS or (text in ")]" and i and doc[i - 1].text in ENDS):
        return True
    return adjoins and len(text) > 2 and text[-1] == "." and text[-2].isupper()


def says(token: Token) -> bool:
    """Whether a token is a verb that can introduce a quotation."""
    return token.lemma_.lower() in SAY and (token.pos_ == "VERB" or token.lower_ in ("said", "says"))


def _last_verb(tokens: Sequence[Token]) -> Token | None:
    return next((t for t in reversed(tokens) if t.pos_ in ("VERB", "AUX")), None)


def is_embedded(place: Place) -> bool:
    """Whether the quotation continues a clause that began outside it: words "so quoted"."""
    if not place.before:
        return False
    last = place.before[-1]
    if last.text == ":" or says(last):
        return False
    if last.text == "," or last.text in _DASHES:
        return not any(says(t) for t in place.before)
    verb = _last_verb(place.before)
    if verb is None or not says(verb):
        return True
    between = place.before[place.before.index(verb) + 1 :]
    if last.lower_ == "that":
        return False
    return not all(
        t.ent_type_ in ("DATE", "TIME") or t.pos_ == "ADV" or t.lower_ in ("on", "in", "at") for t in between
    )


def cue_of(passage: Passage, place: Place) -> Token | None:
    """The verb that introduces or follows a quotation, or None."""
    before, after = place.before, place.after
    if before:
        if before[-1].text in (",", ":") or before[-1].lower_ == "that" or says(before[-1]):
            verb = next((t for t in reversed(before) if says(t)), None)
            if verb is not None:
                return verb
        verb = _last_verb(before)
        if verb is not None and says(verb) and not is_embedded(place):
            return verb
    ended = passage.doc[place.last - 1].text if place.last > place.first else ""
    if after and (after[0].text == "," or ended not in ENDS or ended in _OPEN_ENDS):
        for position, token in enumerate(after):
            if says(token) and token.tag_ != "VBG":
                named = any(t.pos_ in ("PRON", "PROPN", "NOUN") for t in after[:position])
                return token if position <= 1 or named else None
            if token.lower_ in ("and", "but", "which", "because", "that"):
                break
    return None


def speaker_of(passage: Passage, verb: Token, place: Place) -> Token | None:
    """The head of the words for the speaker: the subject by the parse, or else the noun beside the cue."""
    subject = subject_of(verb)
    if subject is not None and subject.lower_ not in FIRST_PERSON and passage.quoted[subject.i] < 0:
        return subject
    follows = verb.i > place.last
    region = place.after if follows else place.before
    after = [t for t in region if t.i > verb.i]
    before = [t for t in reversed(region) if t.i < verb.i]
    for side in (after, before) if follows and len(before) <= 1 else (before, after):
        noun = next((t for t in side if t.pos_ in ("NOUN", "PROPN", "PRON")), None)
        if noun is not None:
            while noun.dep_ in ("compound", "nmod", "poss", "amod", "flat") and noun.head.pos_ in ("NOUN", "PROPN"):
                noun = noun.head
            return noun
    return None


def run_on(passage: Passage, verb: Token, place: Place) -> int | None:
    """Where a sentence ends that begins with quoted words and goes on without marks: said "it must end" by spring."""
    if verb.i > place.first or not place.after or passage.doc[place.last - 1].text in ENDS | {","}:
        return None
    first = place.after[0]
    if not (first.is_alpha and first.is_lower) or says(first) or first.lower_ in _NO_RUN_ON:
        return None
    stop = next((t.i - 1 for t in place.after if t.text in _PAUSES or says(t)), place.after[-1].i)
    return passage.span(stop, stop)[1]


def introduction_of(passage: Passage) -> tuple[Token, Token, Span] | None:
    """Cue, speaker and mention with which a passage ends, if it ends in a colon and so introduces the next one."""
    tail = len(passage.tokens) - 1
    while tail >= 0 and passage.tokens[tail].is_space:
        tail -= 1
    if tail < 1 or passage.tokens[tail].text != ":":
        return None
    for token in reversed(passage.tokens[max(0, tail - 12) : tail]):
        if token.text in ENDS:
            return None
        if says(token):
            noun = subject_of(token)
            if noun is None or noun.lower_ in FIRST_PERSON:
                return None
            return token, noun, passage.span(*phrase(noun))
    return None
