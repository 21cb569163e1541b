"""Naming speakers: one canonical name for every mention of one speaker in an article."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from peacestance.extraction.cast import Cast, Mention, fold, gender_of, is_title, name_words
from peacestance.extraction.found import Found, Passage, Token
from peacestance.extraction.grammar import phrase
from peacestance.extraction.lexicon import DOCUMENT, FEMALE_ROLE, INSTITUTION, MALE_ROLE, ROLE
from peacestance.schema import Article

_LEADERS = frozenset("leader president premier minister chancellor king queen head emir sultan".split())
_HEADS = frozenset("chief boss head director leader secretary general chairman chairwoman chair ceo executive commander secretary-general".split())
_LAWMAKERS = frozenset("senator lawmaker congressman congresswoman representative politician candidate nominee republican democrat mp governor".split())
_CLASSES = (_LEADERS, _HEADS, _LAWMAKERS, frozenset("spokesman spokeswoman spokesperson official aide".split()), frozenset("envoy diplomat ambassador mediator negotiator official".split()))
_DEFINITE = frozenset("the this that his her their its our".split())
_PLURAL = frozenset("they them their some many most others both all those several these".split())


@dataclass
class _State:
    """What has been read so far, in text order."""

    mentions: list[Mention] = field(default_factory=list)
    recent: dict[int, int] = field(default_factory=dict)
    institution: str = ""
    institutions: dict[str, str] = field(default_factory=dict)
    plural: str = ""
    described: dict[str, str] = field(default_factory=dict)
    last: str = ""
    last_person: int | None = None
    last_sentence: int = -99


def resolve(article: Article, passages: list[Passage], found: list[Found]) -> list[str]:
    """The speaker of each attribution; carried quotations take the speaker before them, or else the one after."""
    return Resolver(article, passages).names(found)


class Resolver:
    """Goes through an article in reading order and keeps account of who was mentioned."""

    def __init__(self, article: Article, passages: list[Passage]) -> None:
        self.article, self.passages = article, passages
        self.cast = Cast(passages)
        self.state = _State()
        self.sentence_of: list[list[int]] = []
        count = 0
        for passage in passages:
            numbers = []
            for token in passage.doc:
                if token.is_sent_start and token.i:
                    count += 1
                numbers.append(count)
            count += 2
            self.sentence_of.append(numbers)
        self.events = self._events()

    def _events(self) -> list[tuple[int, int, int, int, bool]]:
        """Names in text order: passage, first token, last token, person, subject."""
        events = []
        for number, start, last, key in self.cast.spots:
            who = self.cast.lookup(key)
            if who is not None:
                doc = self.passages[number].doc
                head = doc[last] if doc[last].text not in ("'s", "’s") else doc[last - 1]
                top = head
                while top.dep_ in ("compound", "flat", "nmod", "appos") and top.head is not top and top.head.pos_ in ("PROPN", "NOUN"):
                    top = top.head
                events.append((number, start, last, who, top.dep_ in ("nsubj", "nsubjpass")))
        return sorted(events)

    def names(self, found: list[Found]) -> list[str]:
        """The canonical speaker of each attribution, in the order given."""
        names: list[str] = [""] * len(found)
        order = sorted(range(len(found)), key=lambda i: (found[i].passage, found[i].noun.i if found[i].noun is not None else self._token_at(found[i])))
        event = 0
        for index in order:
            item = found[index]
            at = item.noun.i if item.noun is not None else self._token_at(item)
            while event < len(self.events) and self.events[event][:2] < (item.passage, at + 1):
                self._see(self.events[event])
                event += 1
            if item.carried or item.noun is None:
                names[index] = self._carried(item, at)
            else:
                names[index] = self._name(item.passage, item.noun)
        following = ""
        for index in reversed(order):
            if not names[index] and (found[index].carried or found[index].noun is None):
                names[index] = following
            following = names[index]
        return names

    def _token_at(self, item: Found) -> int:
        passage = self.passages[item.passage]
        start = item.spans[0][0] - passage.offset
        span = passage.doc.char_span(start, start + 1, alignment_mode="expand")
        return span.start if span is not None else 0

    def _see(self, event: tuple[int, int, int, int, bool]) -> None:
        number, start, last, who, subject = event
        passage = self.passages[number]
        place = passage.doc[start].idx + passage.offset
        quoted = passage.quoted[start] >= 0
        self.state.mentions.append(Mention(place, self.sentence_of[number][start], who, subject, quoted, last))
        self.state.recent[who] = place

    def _spoke(self, name: str, person: int | None, number: int, token: int) -> str:
        self.state.last, self.state.last_person = name, person
        self.state.last_sentence = self.sentence_of[number][token]
        if person is not None:
            place = self.passages[number].doc[token].idx + self.passages[number].offset
            self.state.recent[person] = place
            self.state.mentions.append(Mention(place, self.state.last_sentence, person, True, False))
        return name

    def _carried(self, item: Found, at: int) -> str:
        """The speaker of a quotation that names none: the subject just told of, or else who spoke last."""
        sentence = self.sentence_of[item.passage][at]
        told = [m for m in self.state.mentions if m.subject and not m.quoted and sentence - 2 < m.sentence <= sentence]
        if told and self.state.last_sentence < told[-1].sentence:
            who = told[-1].person
            return self._spoke(self.cast.persons[who].full, who, item.passage, at)
        self.state.last_sentence = sentence
        return self.state.last

    def _name(self, number: int, noun: Token) -> str:
        doc = noun.doc
        first, last = phrase(noun)
        joint = [t for t in noun.conjuncts if t.i > noun.i and t.i <= last]
        if joint and noun.pos_ in ("PROPN", "NOUN"):
            parts = [self._single(number, token) for token in (noun, *joint)]
            name = ", ".join(parts[:-1]) + " and " + parts[-1]
            self.state.plural = name
            return self._spoke(name, None, number, noun.i)
        del doc
        return self._single(number, noun)

    def _single(self, number: int, noun: Token) -> str:
        low = noun.lower_
        if low in ("he", "she", "him", "her", "himself", "herself"):
            who = self._pronoun(number, noun, gender_of(low))
            return self._spoke(self.cast.persons[who].full, who, number, noun.i) if who is not None else self.state.last
        if low in ("they", "them", "these") and noun.pos_ == "PRON":
            return self._spoke(self.state.plural or self.state.institution or self.state.last, None, number, noun.i)
        if low == "it":
            return self._spoke(self.state.institution or self.state.last, None, number, noun.i)
        who = self._named(noun)
        if who is not None:
            person = self.cast.persons[who]
            return self._spoke(person.full, who, number, noun.i)
        return self._described(number, noun)

    def _named(self, noun: Token) -> int | None:
        """The person whose name is in a noun phrase, as its head or as an apposition to it."""
        doc = noun.doc
        for token in (noun, *(c for c in noun.children if c.dep_ == "appos")):
            if token.pos_ != "PROPN" and not token.ent_type_ == "PERSON":
                continue
            if is_title(token.text) or token.lower_ in INSTITUTION or (token.ent_type_ in ("GPE", "NORP") and fold(token.text) not in self.cast.by_word):
                continue
            first = token.i
            while first > 0 and doc[first - 1].pos_ == "PROPN" and doc[first - 1].i >= noun.left_edge.i or (first > 0 and doc[first - 1].text == "-" and doc[first-2].pos_ == "PROPN"):
                first -= 1
            end = token.i
            words, _ = name_words(doc, first, end)
            if not words:
                continue
            if token.ent_type_ in ("ORG", "FAC") and len(words) > 1 and self.cast.lookup(words) is None:
                continue
            who = self.cast.lookup(words, self.state.recent)
            if who is not None:
                return who
        return None

    def _pronoun(self, number: int, noun: Token, gender: str) -> int | None:
        """The person a pronoun stands for: near, a subject, a speaker before, of its gender."""
        sentence = self.sentence_of[number][noun.i]
        place = noun.idx + self.passages[number].offset
        best, score = None, -1e9
        for mention in reversed(self.state.mentions[-60:]):
            if mention.place >= place:
                continue
            person = self.cast.persons[mention.person]
            if person.gender and person.gender != gender:
                continue
            distance = sentence - mention.sentence
            value = -1.0 * distance + 1.2 * mention.subject - 1.5 * mention.quoted + 0.6 * (person.gender == gender)
            value += 0.8 * (mention.person == self.state.last_person) + 0.3 * (person.count > 2)
            if value > score:
                best, score = mention.person, value
        if best is not None and not self.cast.persons[best].gender:
            self.cast.persons[best].gender = gender
        return best

    def _described(self, number: int, noun: Token) -> str:
        """An institution, a role that an earlier text gave somebody, or an unnamed source's own words."""
        doc = noun.doc
        first, last = phrase(noun)
        words = [doc[i] for i in range(first, last + 1)]
        low = noun.lemma_.lower()
        text = " ".join(doc.text[words[0].idx : words[-1].idx + len(words[-1])].split())
        definite = words[0].lower_ in _DEFINITE
        plural = noun.tag_ in ("NNS", "NNPS") or noun.lower_ in _PLURAL
        if definite and not plural and (low in ROLE or low.endswith(("man", "woman", "-old", "elect"))):
            who = self._by_role(number, noun, words)
            if who is not None:
                return self._spoke(self.cast.persons[who].full, who, number, noun.i)
        key = fold(noun.text)
        if definite and low in self.state.described and len(words) <= 3:
            return self._spoke(self.state.described[low], None, number, noun.i)
        if definite and low in DOCUMENT:
            return self._spoke(self.state.institution or text, None, number, noun.i)
        if definite and low in INSTITUTION and len(words) <= 2:
            known = self.state.institutions.get(low) or self.state.institution
            if known:
                return self._spoke(known, None, number, noun.i)
        name = self._canonical(text)
        if plural:
            self.state.plural = name
        elif noun.pos_ == "PROPN" or low in INSTITUTION or noun.ent_type_ in ("ORG", "GPE"):
            known = self.state.institutions.get(key)
            if known and len(words) <= 2 and known.lower() != name.lower():
                name = known
            for word in words:
                self.state.institutions.setdefault(fold(word.text), name)
            acronym = "".join(w.text[0] for w in words if w.text[0].isupper())
            if len(acronym) > 1:
                self.state.institutions.setdefault(acronym.lower(), name)
            self.state.institution = name
        if low in ROLE or plural or noun.pos_ == "NOUN":
            self.state.described[low] = name
        return self._spoke(name, None, number, noun.i)

    def _canonical(self, text: str) -> str:
        """A description in running-text form: the leading article in lower case."""
        return re.sub(r"^(The|A|An|Some|Many|Several|One|Two|Three|Other|Most|Both)\b(?= )", lambda m: m.group().lower(), text)

    def _by_role(self, number: int, noun: Token, words: list[Token]) -> int | None:
        """The person to whom a role fits best; the most recent where several do."""
        head = noun.lemma_.lower()
        others = [w.lower_ for w in words if w.i != noun.i and w.pos_ in ("NOUN", "PROPN", "ADJ") and len(w.text) > 1]
        gender = "f" if head in FEMALE_ROLE else "m" if head in MALE_ROLE else ""
        best, score = None, 0.0
        for who, place in self.state.recent.items():
            person = self.cast.persons[who]
            if gender and person.gender and person.gender != gender:
                continue
            value = 2.0 * (head in person.roles)
            if not value and any(head in group and any(r in group for r in person.roles) for group in _CLASSES):
                value = 1.0
            hits = sum(word in person.roles for word in others)
            value += 1.5 * hits - 0.5 * (len(others) - hits)
            if value <= 0 and not others and head in ("man", "woman", "-year-old"):
                value = 0.1
            value += place * 1e-7 if value > 0 else 0
            if value > score:
                best, score = who, value
        return best
