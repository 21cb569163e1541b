"""The people of an article: their full names, what they are called otherwise, and where each is mentioned."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from peacestance.extraction.found import Doc, Passage, Token
from peacestance.extraction.given_names import FEMALE_NAMES, MALE_NAMES
from peacestance.extraction.lexicon import FEMALE_ROLE, INSTITUTION, MALE_ROLE, ROLE, TITLES, word_set

_PARTICLES = word_set("al el bin ibn ben van von der den de del della di da la le dos du abu st")
_NAME_WORD = re.compile(r"[^\W\d_]['’\w.-]*")
_NOT_NAMES = word_set("the a an of in on at and but or former ex new old president's")
_PRONOUN_GENDER = {
    "he": "m",
    "him": "m",
    "his": "m",
    "himself": "m",
    "she": "f",
    "her": "f",
    "hers": "f",
    "herself": "f",
}


@dataclass
class Person:
    """Somebody with a name in the article."""

    name: tuple[str, ...]
    gender: str = ""
    roles: Counter[str] = field(default_factory=Counter)
    count: int = 0

    @property
    def full(self) -> str:
        """The name as one string."""
        return " ".join(self.name)


@dataclass(frozen=True)
class Mention:
    """A person's name, or a pronoun that has been resolved, at a place in the article."""

    place: int
    sentence: int
    person: int
    subject: bool
    quoted: bool


def fold(word: str) -> str:
    """A name's word for comparison: lower case, without possessive and article prefix."""
    word = re.sub(r"['’]s?$", "", word.lower().replace("’", "'"))
    return re.sub(r"^(al|el|as|ar|ad|an)-", "", word)


def is_title(word: str) -> bool:
    """Whether a word before a name is a title or a role and no part of the name."""
    low = word.lower().rstrip(".")
    return low in TITLES or low in ROLE or low.startswith("ex-") or low.startswith("vice-")


def title_gender(doc: Doc, start: int) -> str:
    """The gender that the word before a name tells: "Mr", "Mrs", "Sir"."""
    title = doc[start - 1].lower_.rstrip(".") if start else ""
    return "f" if title in FEMALE_ROLE else "m" if title in MALE_ROLE else ""


def name_words(doc: Doc, first: int, last: int) -> tuple[list[str], int]:
    """The words of the personal name in tokens `first` to `last`, titles left out, and the token where it starts."""
    tokens = [doc[i] for i in range(first, last + 1)]
    while tokens and (tokens[-1].text in ("'s", "’s", "'", "’") or not tokens[-1].text[0].isalpha()):
        tokens.pop()
    start = 0
    for place, token in enumerate(tokens):
        capital = token.text[:1].isupper() or token.lower_ in _PARTICLES or token.text in "-–."
        if not capital or is_title(token.text) or token.lower_ in _NOT_NAMES:
            start = place + 1
    tokens = tokens[start:]
    stop = next(
        (
            place
            for place, t in enumerate(tokens)
            if place and t.pos_ in ("VERB", "AUX", "ADP", "CCONJ") and t.lower_ not in _PARTICLES
        ),
        None,
    )
    tokens = tokens[:stop]
    while tokens and (tokens[0].text in "-–." or (tokens[0].lower_ in _PARTICLES and len(tokens) == 1)):
        tokens = tokens[1:]
    if not tokens:
        return [], last + 1
    text = doc[tokens[0].i : tokens[-1].i + 1].text
    words = [re.sub(r"['’]s$", "", word) for word in text.split()]
    return [word for word in words if _NAME_WORD.match(word)], tokens[0].i


class Cast:
    """The persons of one article, found once; `lookup` takes a name to a person."""

    def __init__(self, passages: list[Passage]) -> None:
        self.persons: list[Person] = []
        self.by_word: dict[str, list[int]] = {}
        self.spots: list[tuple[int, int, int, tuple[str, ...]]] = []
        self._collect(passages)

    def _collect(self, passages: list[Passage]) -> None:
        names: Counter[tuple[str, ...]] = Counter()
        for number, passage in enumerate(passages):
            doc = passage.doc
            taken = -1
            for first, last in _candidates(passage):
                if first <= taken:
                    continue
                name, start = name_words(doc, first, last)
                if not name or len(name) > 5 or not _plausible(name):
                    continue
                taken = last
                key = tuple(name)
                names[key] += 1
                self.spots.append((number, start, last, key))
        for key in sorted(names, key=lambda k: (-len(k), -names[k])):
            if len(key) > 1 and self._same(key) is None:
                self._add(key)
        for key in sorted(names, key=lambda k: -names[k]):
            if len(key) == 1 and self.lookup(key) is None:
                self._add(key)
        self._find_surnames(passages)
        self._learn(passages)

    def _find_surnames(self, passages: list[Passage]) -> None:
        """Add the places where a surname stands alone and the entity recogniser took it for something else."""
        surnames = {person.name[-1] for person in self.persons if len(person.name) > 1}
        covered = {(number, i) for number, first, last, _ in self.spots for i in range(first, last + 1)}
        for number, passage in enumerate(passages):
            for token in passage.tokens:
                if token.text not in surnames or token.ent_type_ in ("GPE", "LOC") or (number, token.i) in covered:
                    continue
                after = token.doc[token.i + 1] if token.i + 1 < len(token.doc) else None
                before = token.doc[token.i - 1] if token.i else None
                alone = before is None or before.pos_ != "PROPN" or is_title(before.text)
                if alone and (after is None or after.pos_ != "PROPN"):
                    self.spots.append((number, token.i, token.i, (token.text,)))
        self.spots.sort()

    def _add(self, key: tuple[str, ...]) -> None:
        number = len(self.persons)
        self.persons.append(Person(key))
        for word in key:
            if len(fold(word)) > 1 and word.lower() not in _PARTICLES:
                self.by_word.setdefault(fold(word), []).append(number)

    def _same(self, key: tuple[str, ...]) -> int | None:
        """A person already known by a longer form of the same name."""
        for number in self.by_word.get(fold(key[-1]), []):
            other = self.persons[number].name
            folded = {fold(word) for word in other}
            if all(fold(word) in folded for word in key) and fold(other[-1]) == fold(key[-1]):
                return number
        return None

    def lookup(
        self, key: tuple[str, ...] | list[str], recent: dict[int, int] | None = None, gender: str = ""
    ) -> int | None:
        """The person that a name stands for, by surname, first word, then any; the most recent where several fit.

        `gender` is that of a title before the name.
        """
        if not key:
            return None
        folded = [fold(word) for word in key]
        found = self.by_word.get(folded[-1], [])
        if gender:
            found = [n for n in found if self.persons[n].gender in ("", gender)] or found
        if len(key) > 1:
            fitting = [
                n
                for n in found
                if fold(self.persons[n].name[-1]) == folded[-1] and _agree(folded, self.persons[n].name)
            ]
            return self._best(fitting, recent)
        last = [n for n in found if fold(self.persons[n].name[-1]) == folded[-1]]
        first = [n for n in found if fold(self.persons[n].name[0]) == folded[-1]]
        return self._best(last or first or found, recent)

    def _best(self, numbers: list[int], recent: dict[int, int] | None) -> int | None:
        if not numbers:
            return None
        return max(numbers, key=lambda n: (recent or {}).get(n, -1))

    def _learn(self, passages: list[Passage]) -> None:
        """Genders from given names and titles, roles from titles, appositions and relative clauses."""
        for person in self.persons:
            given = person.name[0].lower().rstrip(".") if len(person.name) > 1 else ""
            person.gender = "f" if given in FEMALE_NAMES else "m" if given in MALE_NAMES else ""
        for number, start, last, key in self.spots:
            doc = passages[number].doc
            who = self.lookup(key, gender=title_gender(doc, start))
            if who is None:
                continue
            person = self.persons[who]
            person.count += 1
            head = doc[last]
            while head.i >= start and head.text in ("'s", "’s"):
                head = doc[head.i - 1]
            words = [doc[i] for i in range(max(head.left_edge.i, start - 8), start)]
            words = _before_name(words)
            for token in head.children:
                if token.dep_ in ("appos", "relcl", "acl") and token.i > head.i:
                    words += [
                        t for t in doc[token.left_edge.i : token.right_edge.i + 1] if t.i - token.left_edge.i < 14
                    ]
            if head.dep_ == "appos" and head.head.pos_ in ("NOUN", "PROPN") and head.head.i < start:
                top = head.head
                words += [doc[i] for i in range(top.left_edge.i, min(start, top.i + 8))]
            if head.dep_ == "nsubj" and head.head.lemma_ == "be":
                attr = next((c for c in head.head.rights if c.dep_ == "attr"), None)
                if attr is not None:
                    words += list(doc[attr.left_edge.i : attr.right_edge.i + 1])
            for token in words:
                if token.pos_ in ("NOUN", "PROPN", "ADJ") and len(token.text) > 1:
                    low = token.lemma_.lower() if token.pos_ == "NOUN" else token.lower_
                    person.roles[low] += 1
                    if low.rstrip(".") in FEMALE_ROLE and token.head.i in (head.i, token.i):
                        person.gender = "f"
            titles = {t.lower_.rstrip(".") for t in words if t.i < start and t.i >= start - 3}
            if titles & FEMALE_ROLE:
                person.gender = "f"
            elif titles & MALE_ROLE:
                person.gender = person.gender or "m"


def _plausible(words: list[str]) -> bool:
    """Whether words tagged as a person can be a name: no acronym or abbreviated place alone, no institution's noun."""
    if len(words) == 1 and (words[0].isupper() or words[0].endswith(".")):
        return False
    return not any(word.lower() in INSTITUTION for word in words)


def _before_name(words: list[Token]) -> list[Token]:
    """The words that stand directly before a name as titles and roles, from the last comma or verb on."""
    kept: list[Token] = []
    for token in reversed(words):
        if token.pos_ in ("VERB", "AUX", "PUNCT", "CCONJ", "SCONJ", "PRON") and token.text not in ("-", "."):
            break
        kept.append(token)
    return kept[::-1]


def _agree(folded: list[str], name: tuple[str, ...]) -> bool:
    """Whether two names with one surname may be one person's: equal first names, initials, one a part of the other."""
    other = [fold(word) for word in name]
    if set(folded) <= set(other) or set(other) <= set(folded):
        return True
    a, b = folded[0].rstrip("."), other[0].rstrip(".")
    return a[:3] == b[:3] or ((len(a) == 1 or len(b) == 1) and a[:1] == b[:1])


def _candidates(passage: Passage) -> list[tuple[int, int]]:
    """Token stretches that may be personal names: PERSON entities, and capitalised words after a title or role."""
    doc, tokens = passage.doc, passage.tokens
    found = [(e.start, _with_particle(doc, e.end - 1)) for e in doc.ents if e.label_ == "PERSON"]
    covered = {i for first, last in found for i in range(first, last + 1)}
    for token in tokens:
        if token.i in covered or token.pos_ != "PROPN" or not token.text[0].isupper():
            continue
        before = doc[token.i - 1] if token.i else None
        if before is None or before.i in covered or not is_title(before.text):
            continue
        if (
            is_title(token.text)
            or token.lower_ in INSTITUTION
            or token.ent_type_ in ("GPE", "NORP", "DATE")
            or before.lower_ == "house"
        ):
            continue
        last = token.i
        while (
            last + 1 < len(doc)
            and doc[last + 1].pos_ == "PROPN"
            and last + 1 not in covered
            and doc[last + 1].text[0].isupper()
        ):
            last += 1
        last = _with_particle(doc, last)
        if any(doc[i].lower_ in INSTITUTION for i in range(token.i, last + 1)):
            continue
        found.append((token.i, last))
        covered.update(range(token.i, last + 1))
    return sorted(found)


def _with_particle(doc: Doc, last: int) -> int:
    """The last token of a name that the entity recogniser cut off before "de", "von" or a hyphen."""
    while last + 2 < len(doc):
        hyphen = doc[last + 1].text == "-" and not doc[last].whitespace_ and doc[last + 2].is_alpha
        if not hyphen and not (doc[last + 1].lower_ in _PARTICLES and doc[last + 2].pos_ == "PROPN"):
            break
        last += 2
    return last


def gender_of(word: str) -> str:
    """The gender of a third-person pronoun, or nothing."""
    return _PRONOUN_GENDER.get(word.lower(), "")
