"""Other words for a speaker: roles that fit a person, and acronyms that an article explains."""

from __future__ import annotations

import re

from peacestance.extraction.cast import Person
from peacestance.extraction.lexicon import FEMALE_ROLE, MALE_ROLE, word_set

_CLASSES = (
    word_set("leader president premier minister chancellor king queen head emir sultan"),
    word_set(
        "chief boss head director leader secretary general chairman chairwoman chair ceo executive commander "
        "secretary-general"
    ),
    word_set(
        "senator lawmaker congressman congresswoman representative politician candidate nominee republican democrat "
        "mp governor"
    ),
    word_set("envoy diplomat ambassador mediator negotiator"),
    word_set("spokesman spokeswoman spokesperson"),
)
"""Role nouns that often stand for one another."""
_WORD = r"[A-Z][\w'’.&-]{1,30}"
_EXPLAINED = re.compile(rf"((?:{_WORD} (?:(?:of|for|and|the|on|to|in|de) ){{0,2}}){{1,7}}{_WORD}),? \(([A-Z]{{2,8}})\)")


def role_fit(person: Person, head: str, others: list[str]) -> float | None:
    """How well a role ("the foreign minister": head and other words) fits what the article tells of a person.

    Above 0 it fits; None where the role is of the other gender.
    """
    gender = "f" if head in FEMALE_ROLE else "m" if head in MALE_ROLE else ""
    if gender and person.gender and person.gender != gender:
        return None
    value = 2.0 * (head in person.roles)
    if not value and any(head in group and any(role in group for role in person.roles) for group in _CLASSES):
        value = 1.0
    hits = sum(word in person.roles for word in others)
    return value + 1.5 * hits - 0.5 * (len(others) - hits)


def acronyms(text: str) -> dict[str, str]:
    """Acronyms that the article explains: "Free Harbour Council (FHC)"."""
    found: dict[str, str] = {}
    for match in _EXPLAINED.finditer(text):
        words, acronym = match.group(1).split(), match.group(2)
        capitals = [place for place, word in enumerate(words) if word[0].isupper()]
        exact = [p for p in capitals if "".join(words[q][0] for q in capitals if q >= p) == acronym]
        if exact or (words[0][0] == acronym[0] and len(capitals) >= len(acronym) - 1):
            found.setdefault(acronym, " ".join(words[exact[0] if exact else 0 :]))
    return found
