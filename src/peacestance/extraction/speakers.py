"""Naming speakers: one canonical name for every mention of one speaker in an article."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from peacestance.extraction.cast import Cast, Mention, fold, gender_of, is_title, name_words, title_gender
from peacestance.extraction.found import Found, Passage, Token
from peacestance.extraction.grammar import joined, phrase
from peacestance.extraction.lexicon import CLAUSE, DOCUMENT, INSTITUTION, ROLE, word_set
from peacestance.extraction.roles import acronyms, role_fit
from peacestance.schema import Article

_DEFINITE = word_set("the this that his her their its")
_ARTICLE = re.compile(r"^(The|A|An|Some|Many|Several|One|Two|Three|Other|Most|Both|Those|His|Her|Its|Their)\b(?= )")
_BASED = re.compile(r"^(the )?[A-Z]\w+-(?:based|run|backed|led) (?=[A-Z])")


@dataclass
class _State:
    """What has been read so far, in text order."""

    mentions: list[Mention] = field(default_factory=list)
    recent: dict[int, int] = field(default_factory=dict)
    institutions: dict[str, str] = field(default_factory=dict)
    institution: tuple[str, int] = ("", -99)
    plural: str = ""
    described: dict[str, tuple[str, int]] = field(default_factory=dict)
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
        self.acronyms = acronyms(article.text)
        self.spots: dict[int, list[tuple[int, int, tuple[str, ...]]]] = {}
        for number, start, end, key in self.cast.spots:
            self.spots.setdefault(number, []).append((start, end, key))
        self.sentence_of: list[list[int]] = []
        count = 0
        for passage in passages:
            numbers = []
            for token in passage.tokens:
                if token.is_sent_start and token.i:
                    count += 1
                numbers.append(count)
            count += 2
            self.sentence_of.append(numbers)
        self.events = sorted([*self._name_events(), *self._group_events()], key=lambda event: event[:3])

    def _name_events(self) -> list[tuple[int, int, int, int, bool]]:
        """Names: passage, first token, last token, person, whether it is a subject."""
        events = []
        for number, start, last, key in self.cast.spots:
            doc = self.passages[number].doc
            who = self.cast.lookup(key, gender=title_gender(doc, start))
            if who is not None:
                top = doc[last]
                names = ("compound", "flat", "nmod", "appos", "case")
                while top.dep_ in names and top.head.pos_ in ("PROPN", "NOUN"):
                    top = top.head
                events.append((number, start, last, who, top.dep_ in ("nsubj", "nsubjpass")))
        return events

    def _group_events(self) -> list[tuple[int, int, int, int, bool]]:
        """Subjects that are institutions, places or groups of people, for "it" and "they"; the person is -1."""
        events = []
        for number, passage in enumerate(self.passages):
            for token in passage.tokens:
                if (
                    token.dep_ in ("nsubj", "nsubjpass")
                    and token.pos_ in ("NOUN", "PROPN")
                    and passage.quoted[token.i] < 0
                ):
                    group = token.ent_type_ in ("ORG", "GPE", "NORP") or token.lemma_.lower() in INSTITUTION
                    if group or token.tag_ in ("NNS", "NNPS"):
                        events.append((number, token.i, token.i, -1, True))
        return events

    def names(self, found: list[Found]) -> list[str]:
        """The canonical speaker of each attribution, in the order given."""
        names: list[str] = [""] * len(found)
        places = [self._place(item) for item in found]
        order = sorted(range(len(found)), key=lambda i: places[i])
        event = 0
        for index in order:
            item, place = found[index], places[index]
            while event < len(self.events) and self.events[event][:2] < (place[0], place[1] + (item.noun is None)):
                self._see(self.events[event])
                event += 1
            if item.carried or item.noun is None:
                names[index] = self._carried(*place)
            else:
                names[index] = self._name(place[0], item)
        following = ""
        for index in reversed(order):
            if not names[index] and (found[index].carried or found[index].noun is None):
                names[index] = following
            following = names[index]
        return names

    def _place(self, item: Found) -> tuple[int, int]:
        """Passage and token at which an attribution's speaker is looked for."""
        if item.noun is not None:
            return (item.noun_passage if item.noun_passage >= 0 else item.passage), item.noun.i
        passage = self.passages[item.passage]
        start = max(0, item.spans[0][0] - passage.offset)
        span = passage.doc.char_span(start, start + 1, alignment_mode="expand")
        return item.passage, (span.start if span is not None else 0)

    def _see(self, event: tuple[int, int, int, int, bool]) -> None:
        number, start, _, who, subject = event
        passage = self.passages[number]
        place = passage.doc[start].idx + passage.offset
        if who < 0:
            noun = passage.doc[start]
            name = self._words(noun, *phrase(noun))
            if noun.tag_ in ("NNS", "NNPS") or joined(noun):
                self.state.plural = name
            else:
                self.state.institution = (self._known_institution(noun, name), self.sentence_of[number][start])
            return
        quoted = passage.quoted[start] >= 0
        self.state.mentions.append(Mention(place, self.sentence_of[number][start], who, subject, quoted))
        self.state.recent[who] = place

    def _spoke(self, name: str, person: int | None, number: int, token: int) -> str:
        self.state.last, self.state.last_person = name, person
        self.state.last_sentence = self.sentence_of[number][token]
        if person is not None:
            place = self.passages[number].doc[token].idx + self.passages[number].offset
            self.state.recent[person] = place
            self.state.mentions.append(Mention(place, self.state.last_sentence, person, True, False))
        return name

    def _carried(self, number: int, at: int) -> str:
        """The speaker of a quotation that names none: the subject just told of, or else who spoke last."""
        sentence = self.sentence_of[number][at] if at < len(self.sentence_of[number]) else 0
        told = [
            m for m in self.state.mentions[-20:] if m.subject and not m.quoted and sentence - 2 < m.sentence <= sentence
        ]
        if told and self.state.last_sentence < told[-1].sentence:
            who = told[-1].person
            return self._spoke(self.cast.persons[who].full, who, number, at)
        self.state.last_sentence = sentence
        return self.state.last

    def _name(self, number: int, item: Found) -> str:
        noun = item.noun
        beside = self._name_beside(number, item)
        if beside is not None:
            return self._spoke(self.cast.persons[beside].full, beside, number, noun.i)
        last = phrase(noun)[1]
        joint = [token for token in joined(noun) if token.i <= last]
        if not joint:
            appos = next((c for c in noun.children if c.dep_ == "appos" and c.pos_ == "PROPN"), None)
            if appos is not None and noun.pos_ == "NOUN" and noun.tag_ == "NNS":
                joint = [appos, *(t for t in appos.conjuncts if t.i > appos.i)]
                noun, joint = joint[0], joint[1:]
        if joint and noun.pos_ != "PRON":
            parts = [self._single(number, token, alone=False) for token in (noun, *joint)]
            name = ", ".join(parts[:-1]) + " and " + parts[-1]
            self.state.plural = name
            return self._spoke(name, None, number, noun.i)
        return self._single(number, noun, inside=self._named_in(item))

    def _named_in(self, item: Found) -> set[int]:
        """The persons whom a content names: none of them is who "he" says it."""
        passage = self.passages[item.passage]
        found: set[int] = set()
        for start, end, key in self.spots.get(item.passage, ()):
            low, high = passage.span(start, end)
            if any(s <= low and high <= e for s, e in item.spans):
                who = self.cast.lookup(key, self.state.recent, title_gender(passage.doc, start))
                found |= {who} if who is not None else set()
        return found

    def _name_beside(self, number: int, item: Found) -> int | None:
        """A name that stands directly behind a title the parser took for the whole subject; the mention takes it in."""
        doc, noun, passage = item.noun.doc, item.noun, self.passages[number]
        last = phrase(noun)[1]
        if (
            item.mention is None
            or noun.lower_ not in ROLE
            or not is_title(noun.text)
            or last + 1 >= len(doc)
            or doc[last + 1].pos_ != "PROPN"
        ):
            return None
        for start, end, key in self.spots.get(number, ()):
            if last < start <= last + 2 and doc[last + 1].text[:1].isalpha():
                who = self.cast.lookup(key, self.state.recent)
                if who is not None:
                    item.mention = (item.mention[0], passage.span(start, end)[1])
                    return who
        return None

    def _single(self, number: int, noun: Token, alone: bool = True, inside: Collection[int] = ()) -> str:
        low = noun.lower_
        if low in ("he", "she", "him", "her", "his", "himself", "herself"):
            who = self._pronoun(number, noun, gender_of(low), inside)
            return self._spoke(self.cast.persons[who].full, who, number, noun.i) if who is not None else self.state.last
        if low in ("they", "them", "these") and noun.pos_ == "PRON":
            return self._spoke(self.state.plural or self.state.institution[0] or self.state.last, None, number, noun.i)
        if low == "it":
            return self._spoke(self._it(number, noun), None, number, noun.i)
        who = self._named(number, noun)
        if who is not None:
            return self._spoke(self.cast.persons[who].full, who, number, noun.i)
        return self._described(number, noun, alone)

    def _it(self, number: int, noun: Token) -> str:
        """What "it" stands for: its sentence's subject, or an institution that spoke just before, or the last one."""
        sentence = self.sentence_of[number][noun.i]
        name, seen = self.state.institution
        spoke = (
            self.state.last_person is None
            and sentence - self.state.last_sentence <= 2
            and self.state.last != self.state.plural
        )
        if seen != sentence and spoke and self.state.last:
            return self.state.last
        return name or self.state.last

    def _named(self, number: int, noun: Token) -> int | None:
        """The person whose name is in a noun phrase, as its head or as an apposition to it."""
        doc = noun.doc
        heads = [noun.i, *(c.i for c in noun.children if c.dep_ == "appos")]
        for head in heads:
            for start, end, key in self.spots.get(number, ()):
                if start <= head <= end:
                    return self.cast.lookup(key, self.state.recent, title_gender(doc, start))
        for token in (noun, *(c for c in noun.children if c.dep_ == "appos")):
            if token.pos_ != "PROPN" and token.ent_type_ != "PERSON":
                continue
            place = token.ent_type_ in ("GPE", "NORP") and fold(token.text) not in self.cast.by_word
            if is_title(token.text) or token.lower_ in INSTITUTION or place:
                continue
            first = token.i
            while first > noun.left_edge.i and (doc[first - 1].pos_ == "PROPN" or doc[first - 1].text == "-"):
                first -= 1
            words, start = name_words(doc, first, token.i)
            if not words or (token.ent_type_ in ("ORG", "FAC") and len(words) > 1 and self.cast.lookup(words) is None):
                continue
            who = self.cast.lookup(words, self.state.recent, title_gender(doc, start))
            if who is not None:
                return who
        return None

    def _pronoun(self, number: int, noun: Token, gender: str, inside: Collection[int]) -> int | None:
        """The person a pronoun stands for: near, a subject, a speaker before, of its gender, not one of `inside`."""
        told = self._matrix_subject(number, noun)
        if told is not None and self.cast.persons[told].gender in ("", gender):
            return told
        sentence = self.sentence_of[number][noun.i]
        place = noun.idx + self.passages[number].offset
        best, score = None, -1e9
        for mention in reversed(self.state.mentions[-60:]):
            person = self.cast.persons[mention.person]
            other = mention.person in inside or (person.gender and person.gender != gender)
            if mention.place >= place or other:
                continue
            value = (
                1.2 * mention.subject
                - 1.5 * mention.quoted
                + 0.6 * (person.gender == gender)
                - (sentence - mention.sentence)
            )
            value += 0.8 * (mention.person == self.state.last_person) + 0.3 * (person.count > 2)
            if value > score:
                best, score = mention.person, value
        if best is not None and not self.cast.persons[best].gender:
            self.cast.persons[best].gender = gender
        return best

    def _matrix_subject(self, number: int, noun: Token) -> int | None:
        """The speaker in whose reported words a pronoun stands: "Velic said that in May she had warned ..."."""
        token = noun.head
        for _ in range(5):
            token = token.head
            if token.lemma_.lower() in CLAUSE and token.pos_ == "VERB":
                subject = next((c for c in token.lefts if c.dep_ == "nsubj" and c.i != noun.i), None)
                if subject is None or subject.i > noun.i:
                    continue
                who = self._named(number, subject)
                if who is None and subject.pos_ == "NOUN":
                    first, last = phrase(subject)
                    who = self._by_role(subject, [noun.doc[i] for i in range(first, last + 1)])
                return who
        return None

    def _described(self, number: int, noun: Token, alone: bool = True) -> str:
        """An institution, a role that an earlier text gave somebody, or an unnamed source's own words."""
        doc = noun.doc
        first, last = phrase(noun)
        if not alone:
            last = next((t.i - 1 for t in doc[noun.i + 1 : last + 1] if t.dep_ in ("cc", "conj")), last)
        words = [doc[i] for i in range(first, last + 1)]
        low = noun.lemma_.lower()
        name = self._words(noun, first, last)
        definite = words[0].lower_ in _DEFINITE
        plural = noun.tag_ in ("NNS", "NNPS")
        earlier = self.state.described.get(low)
        if (
            definite
            and not plural
            and (
                low in ROLE
                or low.endswith(("man", "woman", "old", "elect"))
                or any("year-old" in w.lower_ or w.lower_ == "old" for w in words)
            )
        ):
            who = self._by_role(noun, words)
            if who is not None and (earlier is None or self.state.recent[who] > earlier[1]):
                return self._spoke(self.cast.persons[who].full, who, number, noun.i)
        if definite and earlier is not None and len(words) <= 3:
            return self._spoke(earlier[0], None, number, noun.i)
        if definite and low in DOCUMENT and noun.pos_ == "NOUN":
            return self._spoke(self.state.institution[0] or name, None, number, noun.i)
        if definite and low in INSTITUTION and noun.pos_ == "NOUN" and len(words) <= 2:
            known = self.state.institutions.get(low) or self.state.institution[0]
            if known:
                return self._spoke(known, None, number, noun.i)
        if plural:
            self.state.plural = name
        elif noun.pos_ == "PROPN" or low in INSTITUTION or noun.ent_type_ in ("ORG", "GPE"):
            name = self._known_institution(noun, name)
            self.state.institution = (name, self.sentence_of[number][noun.i])
        if noun.pos_ == "NOUN":
            self.state.described[low] = (name, noun.idx + self.passages[number].offset)
        return self._spoke(name, None, number, noun.i)

    def _known_institution(self, noun: Token, name: str) -> str:
        """The name under which the article first had an institution, also for its short forms and acronyms."""
        bare = re.sub(r"^the ", "", name)
        if bare in self.acronyms:
            return self.acronyms[bare]
        key = bare.lower()
        known = self.state.institutions.get(key)
        if known is not None:
            return known
        self.state.institutions[key] = name
        words = bare.split()
        if (noun.pos_ == "NOUN" or noun.text.lower() in INSTITUTION) and not joined(noun):
            self.state.institutions[noun.text.lower()] = name
        elif len(words) > 1 and all(word[0].isupper() or len(word) < 4 for word in words):
            # The first or last word of a name may stand for it later.
            self.state.institutions.setdefault(words[0].lower(), name)
            self.state.institutions.setdefault(words[-1].lower(), name)
        return name

    def _words(self, noun: Token, first: int, last: int) -> str:
        """The words of a noun phrase as a description: single spaces, the leading article in lower case."""
        doc = noun.doc
        text = doc[first : last + 1].text
        text = _ARTICLE.sub(lambda m: m.group().lower(), " ".join(text.split()))
        return _BASED.sub(r"\1", text)

    def _by_role(self, noun: Token, words: list[Token]) -> int | None:
        """The person to whom a role fits best; the most recent where several do."""
        head = noun.lemma_.lower()
        others = [w.lower_ for w in words if w.i != noun.i and w.pos_ in ("NOUN", "PROPN", "ADJ") and len(w.text) > 1]
        anybody = any("old" in w.lower_ for w in words) or (not others and head in ("man", "woman"))
        best, score = None, (0.0, -1)
        for who, place in self.state.recent.items():
            fit = role_fit(self.cast.persons[who], head, others)
            if fit is not None and (fit > 0 or anybody):
                value = (max(fit, 0.1), place)
                if value > score:
                    best, score = who, value
        return best
