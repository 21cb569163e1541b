"""Reading a dependency parse: subjects, noun phrases, the extent of clauses."""

from __future__ import annotations

from peacestance.extraction.found import Doc, Token
from peacestance.extraction.lexicon import DOCUMENT, INSTITUTION, ROLE

_SUBJECTS = ("nsubj", "nsubjpass", "expl")
_TRIM = frozenset(",;:.!?-–—―\"“”„‟«»'‘’`()[]…")
_PHRASE_STOPS = frozenset({"relcl", "appos", "acl", "advcl", "parataxis"})
_PEOPLE = frozenset(
    [
        "people",
        "resident",
        "official",
        "critic",
        "supporter",
        "opponent",
        "source",
        "leader",
        "ally",
        "man",
        "woman",
        "voter",
        "american",
        "expert",
        "survivor",
        "observer",
        "participant",
        "organizer",
        "organiser",
        "parent",
        "family",
        "community",
        "group",
        "side",
        "other",
        "some",
        "many",
        "most",
        "few",
        "all",
        "both",
        "those",
        "each",
        "one",
        "republicans",
        "democrats",
        "somebody",
        "someone",
        "anyone",
        "everybody",
        "everyone",
        "nobody",
        "local",
        "rebel",
        "militant",
        "insurgent",
        "medic",
        "police",
        "authorities",
    ]
)


def subject_of(verb: Token) -> Token | None:
    """The token that heads the subject of `verb`, looked for up the tree where the verb shares another's subject."""
    token, passed = verb, 0
    while passed < 6:
        passed += 1
        agent = None
        for child in token.children:
            if child.dep_ in _SUBJECTS:
                return _antecedent(child)
            if child.dep_ == "agent":
                agent = next((c for c in child.children if c.dep_ == "pobj"), None)
        if agent is not None:
            return agent
        dep, head = token.dep_, token.head
        if dep == "acl":
            return head if head.pos_ in ("NOUN", "PROPN", "PRON") else None
        if (
            dep in ("conj", "xcomp", "advcl", "pcomp", "prep", "ccomp", "dep", "pobj", "dobj", "aux", "parataxis")
            and head is not token
        ):
            token = head
            if token.pos_ in ("NOUN", "PROPN") and dep == "prep":
                continue
            continue
        return None
    return None


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
        if child.dep_ in _PHRASE_STOPS or child.dep_ == "punct" or doc[child.left_edge.i].text in ",(–—-":
            break
        if child.dep_ in ("prep", "conj", "cc", "nummod", "flat", "compound", "nmod", "case", "npadvmod"):
            stop = next(
                (t.i for t in doc[child.i : child.right_edge.i + 1] if t.text in _TRIM and t.text not in "'’-"), None
            )
            last = child.right_edge.i if stop is None else max(stop - 1, last)
            if stop is not None:
                break
    while first < noun.i and (doc[first].text in _TRIM or doc[first].is_space):
        first += 1
    while last > noun.i and (doc[last].text in _TRIM or doc[last].is_space or doc[last].dep_ in ("cc", "case")):
        last -= 1
    return first, last


def trim(doc: Doc, first: int, last: int) -> tuple[int, int] | None:
    """The stretch of tokens without punctuation and white space at its ends; None where nothing is left.

    A closing mark at the end stays where its opening mark is inside the stretch.
    """
    while first <= last and (doc[first].is_space or (doc[first].text in _TRIM and doc[first].text not in "([\"“‘'«„")):
        first += 1
    while last >= first and (doc[last].is_space or (doc[last].text in _TRIM and doc[last].text not in ")]\"”’'»")):
        last -= 1
    return (first, last) if first <= last else None


def speaks(noun: Token) -> bool:
    """Whether a noun can be a speaker: a person, a people, an institution, a document, a pronoun for one of them."""
    if noun.pos_ == "PROPN" or noun.ent_type_ in ("PERSON", "ORG", "GPE", "NORP", "LOC", "FAC"):
        return True
    lemma = noun.lemma_.lower()
    if noun.pos_ == "PRON":
        return lemma in (
            "he",
            "she",
            "they",
            "it",
            "who",
            "some",
            "many",
            "most",
            "both",
            "those",
            "all",
            "others",
            "one",
            "each",
            "another",
        )
    return (
        lemma in ROLE
        or lemma in INSTITUTION
        or lemma in DOCUMENT
        or lemma in _PEOPLE
        or noun.text.lower().endswith(("ists", "ers", "ors", "ians"))
    )
