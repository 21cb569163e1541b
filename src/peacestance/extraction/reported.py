"""Reported speech: what clauses, infinitives and noun phrases say that somebody said."""

from __future__ import annotations

from collections.abc import Iterator

from peacestance.extraction.complements import complement, sentence_start
from peacestance.extraction.found import Found, Passage, Token
from peacestance.extraction.grammar import FIRST_PERSON, phrase, speaks, subject_of, trim
from peacestance.extraction.lexicon import (
    ADDRESS,
    BELIEF,
    CLAUSE,
    DOCUMENT_CLAUSE,
    INFINITIVE,
    LIGHT,
    NOUNS,
    OBJECT,
    PREPOSITIONAL,
    word_set,
)
from peacestance.schema import Span


def find_reported(passage: Passage, number: int) -> Iterator[Found]:
    """Reported statements of one passage; cues inside quotation marks are passed over."""
    for token in passage.tokens:
        if passage.quoted[token.i] >= 0:
            continue
        pos, lemma = token.pos_, token.lemma_.lower()
        found = None
        if lemma == "accord" and token.text.lower() == "according":
            found = _according(passage, number, token)
        elif pos in ("VERB", "AUX"):
            found = _verb(passage, number, token, lemma)
        elif pos == "NOUN" and lemma in NOUNS:
            found = _noun(passage, number, token)
        if found is not None:
            yield found


def _make(
    passage: Passage, number: int, parts: list[tuple[int, int]], cue: tuple[int, int], noun: Token | None
) -> Found | None:
    trimmed = [part for part in (trim(passage.doc, *part) for part in parts) if part]
    if not trimmed:
        return None
    mention = passage.span(*phrase(noun)) if noun is not None else None
    spans = [passage.span(*part) for part in trimmed]
    aside = aside_of(passage, noun) if noun is not None else None
    relays = passage.doc[cue[0]].lemma_ in ("report", "accord", "quote", "cite")
    return Found(
        spans, "indirect", number, passage.span(*cue), noun, mention, cue_token=cue[0], aside=aside, relays=relays
    )


_SETS_OFF = word_set("while though although but and whereas with as even")


def aside_of(passage: Passage, noun: Token) -> int | None:
    """The article offset of the comma before the clause that `noun` is the subject of, if it is set off by one."""
    doc, first = passage.doc, noun.left_edge.i
    for i in range(first - 1, max(0, first - 3), -1):
        if (doc[i].lower_ in _SETS_OFF or doc[i].tag_ in ("WDT", "WP")) and i and doc[i - 1].text in (",", "—", "–"):
            return doc[i - 1].idx + passage.offset
    return None


def _verb(passage: Passage, number: int, verb: Token, lemma: str) -> Found | None:
    known = (
        lemma in CLAUSE
        or lemma in DOCUMENT_CLAUSE
        or lemma in INFINITIVE
        or lemma in ADDRESS
        or lemma in OBJECT
        or lemma in PREPOSITIONAL
    )
    if not known:
        return None
    if not _asserted(verb, lemma):
        return None
    subject = subject_of(verb)
    if subject is not None and (subject.lower_ in FIRST_PERSON or subject.dep_ == "expl" or subject.i == verb.i):
        return None
    weak = lemma in BELIEF or lemma not in CLAUSE
    if subject is None or (weak and not speaks(subject)):
        return None
    content, cue_end = complement(verb, lemma, subject)
    if content is None:
        return None
    return _make(passage, number, content, (verb.i, cue_end), subject)


_HYPOTHETICAL = word_set("may might could should would must can 'd ’d")
_GOES_ON = word_set("go begin continue start proceed appear seem take use rush rise stop appear come step")


def _asserted(verb: Token, lemma: str) -> bool:
    """Whether the article says that the cue's act took place, and that its subject did it.

    Left out are passives, purposes ("met to discuss"), conditions and what somebody might or did not say.
    """
    passive = negated = False
    for child in verb.children:
        dep = child.dep_
        if child.lower_ == "what" and child.i < verb.i and lemma not in ("say", "ask"):
            return False
        if dep in ("nsubjpass", "auxpass"):
            passive = not any(c.dep_ == "agent" for c in verb.children)
        elif dep == "neg":
            negated = True
        elif (dep == "aux" and child.tag_ == "MD" and child.lower_ in _HYPOTHETICAL) or (
            dep == "mark" and child.lower_ in ("if", "whether", "unless")
        ):
            return False
    if negated or passive:
        return False
    if (
        verb.tag_ == "VBN"
        and verb.dep_ in ("advcl", "acl", "ccomp")
        and not any(c.dep_ in ("aux", "agent", "nsubj") for c in verb.children)
    ):
        return False
    if (
        verb.tag_ == "VB"
        and verb.dep_ in ("xcomp", "advcl", "acl", "relcl")
        and any(c.lower_ == "to" for c in verb.lefts)
    ):
        return verb.head.lemma_ in _GOES_ON
    return not (verb.tag_ == "VBG" and verb.dep_ == "xcomp" and verb.head.lemma_ not in _GOES_ON)


def _according(passage: Passage, number: int, token: Token) -> Found | None:
    doc = passage.doc
    to = next((c for c in token.rights if c.lower_ == "to"), None)
    noun = next((c for c in to.rights if c.dep_ == "pobj"), None) if to is not None else None
    if to is None or noun is None:
        return None
    first, last = token.left_edge.i, max(token.right_edge.i, to.right_edge.i)
    head = token.head
    low, high = head.left_edge.i, head.right_edge.i
    sentence = token.sent
    if head.pos_ not in ("VERB", "AUX"):
        low, high = sentence.start, sentence.end - 1
    if head.dep_ == "ROOT":
        low, high = sentence.start, sentence.end - 1
    parts = []
    if trim(doc, low, first - 1):
        parts.append((sentence_start(doc, low), first - 1))
    rest = trim(doc, last + 1, high)
    if rest and (not parts or doc[rest[0]].pos_ not in ("CCONJ", "SCONJ", "PRON")):
        parts.append(rest)
    return _make(passage, number, parts, (token.i, to.i), noun)


def _noun(passage: Passage, number: int, noun: Token) -> Found | None:
    """A noun of saying with its clause, and a possessor or the subject of a light verb as its speaker."""
    clause = next(
        (c for c in noun.rights if c.dep_ in ("acl", "ccomp") and (c.tag_ != "VBG" and c.tag_ != "VBN")), None
    )
    if clause is None:
        clause = next(
            (
                c
                for c in noun.rights
                if c.dep_ == "prep" and c.lower_ == "for" and noun.lemma_ in ("call", "demand", "appeal")
            ),
            None,
        )
        first = clause.i + 1 if clause is not None else 0
    else:
        first = clause.left_edge.i
        if passage.doc[first].lower_ == "that":
            first += 1
    if clause is None:
        return None
    speaker = next((c for c in noun.lefts if c.dep_ == "poss"), None)
    if speaker is None and noun.dep_ == "dobj" and noun.head.lemma_ in LIGHT:
        speaker = subject_of(noun.head)
    if speaker is None or not speaks(speaker) or speaker.lower_ in FIRST_PERSON:
        return None
    return _make(passage, number, [(first, clause.right_edge.i)], (noun.i, noun.i), speaker)


def overlaps(a: list[Span], b: list[Span]) -> bool:
    """Whether two contents share a character."""
    return any(s < f and t > e for s, t in a for e, f in b)
