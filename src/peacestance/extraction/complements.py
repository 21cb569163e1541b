"""What a cue verb's subject says: the stretch of tokens that is the content, read from the parse."""

from __future__ import annotations

from peacestance.extraction.found import Doc, Token
from peacestance.extraction.grammar import phrase, speaks, trim
from peacestance.extraction.lexicon import (
    ADDRESS,
    ASIDE_NOUNS,
    BELIEF,
    CLAUSE,
    DOCUMENT_CLAUSE,
    GERUND,
    INFINITIVE,
    NEEDS_TAIL,
    NOUNS,
    OBJECT,
    OBJECT_TAIL,
    PREPOSITIONAL,
)

Parts = list[tuple[int, int]]
"""First and last tokens of the stretches of a content."""


def complement(verb: Token, lemma: str, subject: Token) -> tuple[Parts | None, int]:
    """Token stretches of what a cue verb's subject says, and the cue's last token."""
    children: dict[str, Token] = {}
    for child in (*verb.rights, *verb.lefts):
        children.setdefault(child.dep_, child)
    parts = _clausal(verb, lemma, subject, children)
    if parts is not None:
        return parts, verb.i
    parts, cue_end = _nominal(verb, lemma, children)
    if parts is None and lemma in CLAUSE and lemma not in BELIEF and "ccomp" not in children:
        parts = _set_off(verb, subject)
    return parts, cue_end


def _clausal(verb: Token, lemma: str, subject: Token, children: dict[str, Token]) -> Parts | None:
    """A finite clause, an infinitive or a participle as the content."""
    clause = children.get("ccomp")
    if clause is not None and (lemma in CLAUSE or lemma in DOCUMENT_CLAUSE or lemma in ADDRESS):
        has_subject = any(c.dep_ in ("nsubj", "nsubjpass", "csubj", "expl", "attr") for c in clause.children)
        if has_subject or clause.i > verb.i:
            return _clause(verb, clause)
    if clause is None and lemma in CLAUSE:
        head = verb.head
        if verb.dep_ == "advcl" and any(c.lower_ == "as" for c in verb.lefts):
            around = [(head.left_edge.i, verb.left_edge.i - 1), (verb.right_edge.i + 1, head.right_edge.i)]
            around = [part for part in around if trim(verb.doc, *part)]
            if len(around) == 1:
                return around
        if verb.dep_ in ("parataxis", "ccomp"):
            inside = _interpolated(verb, subject)
            if inside and len(inside) == 1 and lemma not in BELIEF:
                inside = _set_off(verb, subject) or inside
            if inside:
                return inside
    infinitive = children.get("xcomp")
    target = children.get("dobj") or children.get("dative")
    if infinitive is None or infinitive.i < verb.i:
        return None
    if infinitive.tag_ == "VBG" and lemma in GERUND:
        return [(infinitive.left_edge.i, infinitive.right_edge.i)]
    if infinitive.tag_ == "VB":
        last = _to_pause(verb, infinitive.right_edge.i)
        if lemma in ADDRESS and target is not None and target.i > verb.i:
            return [(target.left_edge.i, _before_next_cue(verb, target.i, last))]
        if lemma in INFINITIVE:
            return [(infinitive.left_edge.i, last)]
    return None


def _nominal(verb: Token, lemma: str, children: dict[str, Token]) -> tuple[Parts | None, int]:
    """A noun phrase as the content, after a preposition or as the object, and the cue's last token."""
    target = children.get("dobj") or children.get("dative")
    follows = target is not None and target.i > verb.i
    if lemma in PREPOSITIONAL and not follows:
        for child in verb.rights:
            if child.dep_ not in ("prep", "prt") or child.lower_ not in PREPOSITIONAL[lemma]:
                continue
            if not any(c.ent_type_ in ("DATE", "TIME") for c in child.rights):
                last = _tail(verb, child.i, frozenset(("to", "for")) if lemma in ("call", "appeal") else frozenset())
                if last > child.i:
                    return [(child.i + 1, last)], child.i
    if lemma not in OBJECT:
        return None, verb.i
    if target is not None and follows and target.dep_ == "dobj":
        hope = next((c for c in target.rights if c.dep_ in ("acl", "ccomp") and c.tag_ not in ("VBG", "VBN")), None)
        if target.lemma_ in NOUNS and hope is not None:
            first = hope.left_edge.i + (hope.left_edge.lower_ == "that")
            return [(first, _to_pause(verb, hope.right_edge.i))], target.i
        last = _tail(verb, target.right_edge.i, OBJECT_TAIL.get(lemma, frozenset()))
        if (lemma in NEEDS_TAIL and last == target.right_edge.i) or (lemma == "cite" and speaks(target)):
            return None, verb.i
        return [(target.left_edge.i, last)], verb.i
    if "agent" in children:
        return _passive(verb, lemma), verb.i
    if "oprd" in children:
        return [(verb.i + 1, children["oprd"].right_edge.i)], verb.i
    return None, verb.i


def _passive(verb: Token, lemma: str) -> Parts | None:
    """The content of a passive: "was blamed by her for the delay", or what is its subject."""
    tail = next((c for c in verb.rights if c.dep_ == "prep" and c.lower_ in OBJECT_TAIL.get(lemma, frozenset())), None)
    if tail is not None:
        return [(tail.i + (tail.lower_ != "as"), tail.right_edge.i)]
    subject = next((c for c in verb.lefts if c.dep_ == "nsubjpass" and c.pos_ in ("NOUN", "PROPN")), None)
    return [phrase(subject)] if subject is not None and lemma not in NEEDS_TAIL else None


def _tail(verb: Token, last: int, prepositions: frozenset[str]) -> int:
    """The last token of a complement that begins before `last`: what hangs on the verb and carries the content on."""
    for child in verb.rights:
        if (
            child.dep_ == "advcl"
            and "to" in prepositions
            and any(c.lower_ == "to" for c in child.lefts)
            and child.left_edge.i - last < 6
        ):
            last = max(last, child.right_edge.i)
        if child.dep_ in ("dobj", "oprd", "xcomp", "ccomp", "acomp") or (
            child.dep_ == "prep" and (child.lower_ in prepositions or child.i == last)
        ):
            last = max(last, child.right_edge.i)
    return last


def _clause(verb: Token, clause: Token) -> Parts | None:
    doc = verb.doc
    first, last = clause.left_edge.i, clause.right_edge.i
    if clause.i > verb.i:
        first = max(first, verb.i + 1)
        object_ = next((c for c in verb.rights if c.dep_ == "dobj" and c.i < clause.i), None)
        if (
            object_ is not None
            and verb.lemma_ not in ADDRESS
            and not any(c.dep_ in ("nsubj", "nsubjpass") for c in clause.children)
        ):
            # "insisted their plan would fail": the parser took the clause's subject for the cue's object.
            first = object_.left_edge.i
        while first < last and (doc[first].text in ",:" or doc[first].is_space):
            first += 1
        first = _after_date(clause, first)
        if doc[first].lower_ == "that" and first < last:
            first += 1
        return [(first, _before_next_cue(verb, first, _to_pause(verb, last)))]
    first = min(first, verb.left_edge.i)
    last = min(last, verb.i - 1)
    if any(doc[i].text == ";" for i in range(clause.i, last)):
        return None
    first = max([first, *(i + 1 for i in range(first, clause.i) if doc[i].text == ";")])
    subject = next((c for c in verb.lefts if c.dep_ in ("nsubj", "nsubjpass")), None)
    if subject is not None:
        if subject.i < clause.i:
            return [(clause.left_edge.i, last)]
        last = min(last, subject.left_edge.i - 1)
    return [(first, last)]


def sentence_start(doc: Doc, first: int) -> int:
    """The start of the sentence around a token, unless a cue of its own stands between."""
    start = first
    while start > 0 and doc[start - 1].text not in _ENDS and not doc[start - 1].is_space and first - start < 60:
        start -= 1
    for token in doc[start:first]:
        cue = token.pos_ == "VERB" and token.lemma_.lower() in CLAUSE and token.lemma_ not in BELIEF
        if cue or token.text in '"“”':
            return first
    return start


def _after_date(clause: Token, first: int) -> int:
    """The start of a clause without a date that the parser took into it: "said on Monday she would go"."""
    doc = clause.doc
    dated = first + (doc[first].lower_ in ("on", "in", "at", "late", "early"))
    if doc[dated].ent_type_ not in ("DATE", "TIME"):
        return first
    while dated < clause.i and doc[dated].ent_type_ in ("DATE", "TIME"):
        dated += 1
    return dated if doc[dated].text != "," and dated < clause.i else first


def _before_next_cue(verb: Token, first: int, last: int) -> int:
    """Where a clause ends that runs on into a participle or a remark of the article: "..., adding", "..., a sign"."""
    doc = verb.doc
    for i in range(first + 2, last):
        token = doc[i]
        comma = i - 1 - (doc[i - 1].text in _CLOSERS)
        if doc[comma].text != "," or comma <= first:
            continue
        if token.tag_ == "VBG" and token.dep_ in ("advcl", "acl") and token.lemma_ not in ("include", "follow"):
            return i - 2
        if token.lower_ in ("a", "an") and token.head.lemma_ in ASIDE_NOUNS and token.head.i - i < 3:
            return i - 2
    return last


def _to_pause(verb: Token, last: int) -> int:
    """Where a clause that the parser has cut off really ends: at the next pause, or at the cue's own next verb.

    A comma inside a closing quotation mark is no pause where the sentence runs on in lower case.
    """
    doc, size = verb.doc, len(verb.doc)
    own = {child.i for child in verb.rights if child.i > last and _is_own(verb, child)}
    while last + 1 < size:
        token = doc[last + 1]
        after = doc[last + 3] if last + 3 < size and doc[last + 2].text in _CLOSERS else None
        runs_on = (
            token.text == ","
            and after is not None
            and after.is_lower
            and after.i not in own
            and after.pos_ not in ("CCONJ", "SCONJ", "PRON")
        )
        if token.text == "," and last + 2 < size and doc[last + 2].dep_ == "cc" and doc[last + 2].head.i == verb.i:
            following = next((child for child in verb.rights if child.dep_ == "conj" and child.i > last), None)
            runs_on = following is not None and following.i not in own
        runs_on = runs_on or (token.text == "-" and not doc[last].whitespace_)
        if (token.text in _PAUSES and not runs_on) or token.i in own or token.is_space:
            break
        if token.dep_ in ("cc", "mark", "aux", "nsubj") and token.head.i in own:
            break
        last += 1
    return last


def _is_own(verb: Token, child: Token) -> bool:
    """Whether a child after the clause belongs to the cue, as its next verb or an adverbial, and not to the clause."""
    if child.dep_ == "conj":
        told = any(c.dep_ == "nsubj" and c.pos_ == "PRON" for c in child.lefts)
        return child.lemma_.lower() in CLAUSE or (child.tag_ == verb.tag_ and not told)
    if child.dep_ == "cc":
        following = next((c for c in verb.rights if c.dep_ == "conj" and c.i > child.i), None)
        return following is None or _is_own(verb, following)
    return child.dep_ in ("advcl", "prep", "npadvmod", "dative", "advmod")


_CLOSERS = frozenset(("”", '"', "’", "'", "''", "»"))
_PAUSES = frozenset(",.;:!?—–―…()[]") | {"--", "...", "-"}


def _set_off(verb: Token, subject: Token) -> Parts | None:
    """The sentence around a cue between commas or at its end, by position alone, where the parse shows no clause."""
    doc = verb.doc
    if subject.head.i != verb.i or abs(subject.i - verb.i) > 12:
        return None
    low, high = min(subject.left_edge.i, verb.i), max(phrase(subject)[1], verb.i)
    for child in verb.rights:
        if child.i > high and (child.ent_type_ in ("DATE", "TIME") or child.dep_ in ("npadvmod", "advmod", "dative")):
            high = max(high, child.right_edge.i)
        elif child.dep_ == "prep" and child.left_edge.i == high + 1 and child.right_edge.i - child.i < 6:
            high = child.right_edge.i
    if low == 0 or doc[low - 1].text != ",":
        return None
    first = low - 1
    while first > 0 and doc[first - 1].text not in _ENDS and not doc[first - 1].is_space:
        first -= 1
    parts = [(first, low - 1)] if low - 1 - first >= 2 else []
    if parts and high + 1 < len(doc) and doc[high + 1].text == ",":
        last = high + 1
        while last + 1 < len(doc) and doc[last + 1].text not in _ENDS:
            last += 1
        rest = doc[high + 2 : last + 1]
        if (
            len(rest) > 2
            and rest[0].pos_ not in ("CCONJ", "SCONJ", "PRON", "PUNCT")
            and (rest[0].tag_ not in ("VBG", "WP", "WDT") or rest[0].dep_ == "csubj")
        ):
            parts.append((high + 2, last))
    elif parts and high + 1 < len(doc) and doc[high + 1].text not in _ENDS | {",", "—", "–"}:
        return None
    return parts or None


_ENDS = frozenset((".", "!", "?", ";", ":", "…", "..."))


def _interpolated(verb: Token, subject: Token) -> Parts | None:
    """The clause around a cue set into it: "The plan, she said, will fail"."""
    head = verb.head
    low, high = head.left_edge.i, head.right_edge.i
    first, last = min(verb.left_edge.i, verb.i), max(verb.right_edge.i, verb.i)
    if not low <= first <= last <= high or subject.head.i != verb.i:
        return None
    doc = verb.doc
    before = (first > low and doc[first].text in ",–—-") or (first > 0 and doc[first - 1].text in ",–—-")
    if not before:
        return None
    parts = [(low, first - 1)]
    if last < high and trim(doc, last + 1, high):
        parts.append((last + 1, high))
    return parts
