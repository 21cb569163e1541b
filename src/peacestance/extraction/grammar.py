"""Reading a dependency parse: subjects, noun phrases, the extent of clauses."""

from __future__ import annotations

from peacestance.extraction.found import Doc, Token
from peacestance.extraction.lexicon import CLAUSE, DOCUMENT, INSTITUTION, ROLE, word_set

_PRONOUNS = word_set("he she they it who some many most both those all others one each another")
FIRST_PERSON = word_set("i we you me us")
_SUBJECTS = ("nsubj", "nsubjpass", "expl")
_TRIM = frozenset(",;:.!?-–—―\"“”„‟«»'‘’`()[]…")
_OPENING = frozenset("([\"“‘'«„")
_CLOSING = frozenset(")]\"”’'»")
_PHRASE_STOPS = frozenset({"relcl", "appos", "acl", "advcl", "parataxis"})
_PEOPLE = word_set(
    """
    people resident official critic supporter opponent source leader ally man woman voter american expert survivor
    observer participant organizer organiser parent family community group side other some many most few all both
    those each one republicans democrats somebody someone anyone everybody everyone nobody local rebel militant
    insurgent medic police authorities
    """
)
"""Nouns and pronouns for unnamed people who speak."""


def subject_of(verb: Token) -> Token | None:
    """The token that heads the subject of `verb`, looked for up the tree where the verb shares another's subject.

    For a passive it is the agent; for "quoted her as saying" the person quoted; for a statement or letter that says
    something, whoever issued it where the sentence tells.
    """
    token = verb
    for _ in range(6):
        agent = _agent(token)
        if agent is not None:
            return agent
        own = next((child for child in token.children if child.dep_ in _SUBJECTS), None)
        if own is not None:
            return issuer(_antecedent(own))
        dep, head = token.dep_, token.head
        if dep == "acl":
            return issuer(head) if head.pos_ in ("NOUN", "PROPN", "PRON") else None
        if dep not in _SHARING:
            return None
        if dep == "advcl" and token is verb and verb.tag_ == "VBG" and verb.lemma_.lower() in CLAUSE:
            # "He said it was over, adding that ...": the participle hangs on what was said.
            while head.dep_ in ("ccomp", "conj") and head.i > head.head.i:
                head = head.head
        if dep == "prep" and token.lower_ == "as" and head.lemma_ in ("quote", "cite"):
            quoted = next((child for child in head.children if child.dep_ in ("dobj", "nsubjpass")), None)
            if quoted is not None:
                return quoted
        token = head
    return None


def _agent(verb: Token) -> Token | None:
    """The noun after "by" of a passive verb."""
    if verb.tag_ != "VBN":
        return None
    by = next((child for child in verb.children if child.dep_ == "agent"), None)
    return next((child for child in by.children if child.dep_ == "pobj"), None) if by is not None else None


def issuer(noun: Token) -> Token:
    """For a statement, report or letter, the token of whoever issued it; any other noun itself."""
    if noun.pos_ != "NOUN" or noun.lemma_ not in DOCUMENT:
        return noun
    for child in noun.children:
        if child.dep_ == "poss" and child.lower_ not in ("its", "their", "our", "my"):
            return child
        if child.dep_ == "prep" and child.lower_ in ("by", "from"):
            source = next((c for c in child.children if c.dep_ == "pobj"), None)
            if source is not None:
                return source
    if noun.dep_ in ("dobj", "pobj"):
        head = noun.head
        while head.dep_ in ("prep", "pobj", "dobj") and head.pos_ not in ("VERB", "AUX"):
            head = head.head
        if head.pos_ in ("VERB", "AUX") and head.lemma_ in _ISSUES:
            subject = subject_of(head)
            return subject if subject is not None else noun
    return noun


_NEEDS_CLAUSE = word_set("people person source official diplomat man woman")
_ISSUES = word_set("issue release send publish write make post give sign deliver agree unleash tweet read put submit")
_SHARING = word_set("conj xcomp advcl pcomp prep ccomp dep pobj dobj aux parataxis")


def _antecedent(subject: Token) -> Token:
    """The noun that a relative pronoun stands for; any other subject itself."""
    if subject.tag_ in ("WP", "WDT") and subject.head.dep_ == "relcl":
        return subject.head.head
    return subject


def phrase(noun: Token) -> tuple[int, int]:
    """First and last token of the noun phrase that `noun` heads, without clauses and asides that follow it."""
    first, last = noun.left_edge.i, noun.i
    doc = noun.doc
    for child in noun.rights:
        if child.dep_ in ("acl", "relcl") and noun.pos_ in ("NOUN", "PRON") and _describes(noun, child):
            last = child.right_edge.i
            continue
        if child.dep_ in _PHRASE_STOPS or child.dep_ == "punct" or doc[child.left_edge.i].text in ",(–—-":
            break
        if child.dep_ in ("amod", "prep", "conj", "cc", "nummod", "flat", "compound", "nmod", "case", "npadvmod"):
            stop = next(
                (t.i for t in doc[child.i : child.right_edge.i + 1] if t.text in _TRIM and t.text not in "'’-"), None
            )
            last = child.right_edge.i if stop is None else max(stop - 1, last)
            if stop is not None:
                break
    last = max([last, *(t.i for t in joined(noun))])
    while first < noun.i and (doc[first].text in _TRIM or doc[first].is_space):
        first += 1
    while last > noun.i and (doc[last].text in _TRIM or doc[last].is_space or doc[last].dep_ in ("cc", "case")):
        last -= 1
    return first, last


def joined(noun: Token) -> list[Token]:
    """The nouns that "and" joins to a noun, also over commas: "the army, the police and the guard"."""
    others = [token for token in noun.conjuncts if noun.i < token.i < noun.i + 16]
    if not others or not any(child.dep_ == "cc" for token in (noun, *others) for child in token.children):
        return []
    between = noun.doc[noun.i : others[-1].i]
    return others if all(t.pos_ not in ("VERB", "AUX", "SCONJ") for t in between) else []


def _describes(noun: Token, clause: Token) -> bool:
    """Whether a short clause without a comma tells an unnamed source apart: "those who attended the talks"."""
    doc = noun.doc
    words = doc[clause.left_edge.i : clause.right_edge.i + 1]
    plain = noun.lower_ in ("those", "one") or noun.lemma_ in _NEEDS_CLAUSE
    return plain and len(words) <= 12 and clause.left_edge.i - noun.i <= 8 and not any(t.text in _TRIM for t in words)


def trim(doc: Doc, first: int, last: int) -> tuple[int, int] | None:
    """The stretch of tokens without punctuation and white space at its ends; None where nothing is left.

    A quotation mark or bracket at an end stays where its partner is inside the stretch and more than it is quoted.
    """
    while first <= last and (doc[first].is_space or (doc[first].text in _TRIM and doc[first].text not in _OPENING)):
        first += 1
    while last >= first and (doc[last].is_space or (doc[last].text in _TRIM and doc[last].text not in _CLOSING)):
        last -= 1
    if first > last:
        return None
    opened, closed = doc[first].text in _OPENING, doc[last].text in _CLOSING
    marks = [i for i in range(first, last + 1) if doc[i].text in _OPENING or doc[i].text in _CLOSING]
    if opened and closed and marks == [first, last]:
        return trim(doc, first + 1, last - 1)
    if closed and marks == [last] and doc[last].text not in "'’":
        return trim(doc, first, last - 1)
    if opened and marks == [first] and first < last:
        return trim(doc, first + 1, last)
    return first, last


def speaks(noun: Token) -> bool:
    """Whether a noun can be a speaker: a person, a people, an institution, a document, a pronoun for one of them."""
    if noun.pos_ == "PROPN" or noun.ent_type_ in ("PERSON", "ORG", "GPE", "NORP", "LOC", "FAC"):
        return True
    lemma = noun.lemma_.lower()
    if noun.pos_ == "PRON":
        return lemma in _PRONOUNS
    known = lemma in ROLE or lemma in INSTITUTION or lemma in DOCUMENT or lemma in _PEOPLE
    return known or noun.lower_.endswith(("ists", "ers", "ors", "ians"))
