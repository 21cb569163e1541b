"""Direct quotations: which stretches in quotation marks are speech, and the cue and speaker beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from peacestance.extraction.found import Doc, Found, Passage, Token
from peacestance.extraction.grammar import phrase, subject_of
from peacestance.extraction.lexicon import SAY
from peacestance.extraction.passages import sentences
from peacestance.extraction.quotes import Quote
from peacestance.extraction.reported import overlaps
from peacestance.schema import Span

_REACH = 30
"""Tokens to look at on each side of a quotation."""
_STRETCH = 3
"""Sentences of one quotation that make one statement; of a longer one, each makes its own."""
_ENDS = frozenset((".", "!", "?", ";", "…", "..."))
_PAUSES = frozenset((",", ";", ":", "–", "—", "("))
_FIRST_PERSON = frozenset(("i", "we", "you"))


@dataclass
class _Place:
    """Where a quotation stands among its passage's tokens."""

    quote: Quote
    first: int
    last: int
    before: list[int]
    after: list[int]


def attach_quotes(
    passage: Passage, number: int, text: str, reported: list[Found], introduction: Found | None = None
) -> list[Found]:
    """The passage's statements in reading order: its direct quotations, and `reported` with what they quote marked.

    `reported` statements that are really the tag of a direct quotation are taken out of it. `introduction` is the cue
    with which the passage before ends, where it ends in a colon.
    """
    places = _places(passage)
    direct: list[Found] = []
    previous: tuple[Found, _Place] | None = None
    for index, place in enumerate(places):
        inner = _content(text, place.quote)
        if inner is None:
            continue
        embedded = _embedded(passage, place)
        covering = [f for f in reported if overlaps(f.spans, [inner])]
        if not embedded and text[inner[0]].islower():
            # "The plan, she said, "is a farce"": the clause around the cue is the content, and part of it is quoted.
            embedded = any(f.cue_token < place.first and f.spans[0][1] < inner[0] for f in covering)
        if embedded:
            host = min(covering, key=lambda f: -f.spans[0][0], default=None)
            if host is not None:
                _extend(host, place.quote, text)
                host.kind = "mixed"
            continue
        verb = _cue(passage, place)
        if previous is not None and _joined(passage, text, previous[0].spans, previous[1], place):
            previous[0].spans.append(inner)
            _drop(passage, reported, previous[0], covering, text)
            previous = (previous[0], place)
            continue
        found = None
        if verb is not None:
            found = _attributed(passage, number, verb, place, inner)
        elif any(_outside_words(passage, f) for f in covering):
            for f in covering:
                f.kind = "mixed"
                _extend(f, place.quote, text)
            continue
        elif _floating(passage, place, text):
            found = _continued(previous, place, passage) or Found([inner], "direct", number, carried=True)
            if not found.spans:
                found.spans = [inner]
            if not place.before and place.first == 0 and introduction is not None and previous is None:
                found = Found([inner], "direct", number, introduction.cue, introduction.noun, introduction.mention, introduction.passage)
        if found is None:
            continue
        _drop(passage, reported, found, covering, text)
        direct.append(found)
        previous = (found, place)
    out = [piece for found in direct for piece in _stretches(text, found)]
    return sorted([*out, *reported], key=lambda f: f.spans[0])


def _continued(previous: tuple[Found, _Place] | None, place: _Place, passage: Passage) -> Found | None:
    """A quotation right after the sentence that holds the cue of the one before: "So," she said. "That is that"."""
    if previous is None or previous[0].cue is None or previous[0].noun is None:
        return None
    found, before = previous
    gap = passage.doc[before.last + 1 : place.first]
    if len(gap) > 40 or (found.cue_token < before.last and len(gap) > 2):
        return None
    return Found([], "direct", found.passage, found.cue, found.noun, found.mention)


def introduction_of(passage: Passage, number: int) -> Found | None:
    """The cue of a passage that ends in a colon and so introduces the quotation in the next one."""
    doc = passage.doc
    tail = len(doc) - 1
    while tail >= 0 and doc[tail].is_space:
        tail -= 1
    if tail < 1 or doc[tail].text != ":":
        return None
    for i in range(tail - 1, max(-1, tail - 12), -1):
        if doc[i].text in _ENDS:
            return None
        if _says(doc[i]):
            noun = subject_of(doc[i])
            if noun is None or noun.lower_ in _FIRST_PERSON:
                return None
            return Found([], "direct", number, passage.span(i, i), noun, passage.span(*phrase(noun)), cue_token=i)
    return None


def _places(passage: Passage) -> list[_Place]:
    doc = passage.doc
    bounds: list[tuple[int, int]] = []
    marks = passage.quoted
    ranges: dict[int, tuple[int, int]] = {}
    for i, q in enumerate(marks):
        if q >= 0:
            ranges[q] = (ranges.get(q, (i, i))[0], i)
    for q in sorted(ranges):
        bounds.append((q, *ranges[q]))  # type: ignore[arg-type]
    places = []
    for q, first, last in bounds:  # type: ignore[misc]
        before: list[int] = []
        for i in range(first - 1, max(-1, first - _REACH), -1):
            if marks[i] >= 0 or _ends_sentence(doc, i, i == first - 1):
                break
            before.append(i)
        after: list[int] = []
        for i in range(last + 1, min(len(doc), last + _REACH)):
            if marks[i] >= 0 or doc[i].text in _ENDS:
                break
            after.append(i)
        places.append(_Place(passage.quotes[q], first, last, before[::-1], after))
    return places


def _ends_sentence(doc: Doc, i: int, adjoins: bool) -> bool:
    """Whether a token before a quotation ends the sentence before it; "U.S." does where the quotation adjoins."""
    text = doc[i].text
    if text in _ENDS or (text in ")]" and i and doc[i - 1].text in _ENDS):
        return True
    return adjoins and len(text) > 2 and text[-1] == "." and text[-2].isupper()


def _content(text: str, quote: Quote) -> Span | None:
    low, high = quote.inner
    while high > low and (text[high - 1].isspace() or text[high - 1] == ","):
        high -= 1
    return (low, high) if high > low else None


def _words(passage: Passage, tokens: Sequence[int]) -> list[Token]:
    return [passage.doc[i] for i in tokens if not passage.doc[i].is_space]


def _embedded(passage: Passage, place: _Place) -> bool:
    """Whether the quotation continues a clause that began outside it: words "so quoted"."""
    before = _words(passage, place.before)
    if not before:
        return False
    last = before[-1]
    if last.text in (",", ":", "—", "–", "-", "―"):
        return last.text != ":" and not any(_says(t) for t in before)
    if last.lower_ == "that":
        verb = next((t for t in reversed(before) if t.pos_ in ("VERB", "AUX")), None)
        return verb is None or not _says(verb)
    if _says(last):
        return False
    verb = next((t for t in reversed(before) if t.pos_ in ("VERB", "AUX")), None)
    if verb is None or not _says(verb):
        return True
    between = [t for t in before if t.i > verb.i]
    return not all(t.ent_type_ in ("DATE", "TIME") or t.pos_ == "ADV" or t.lower_ in ("on", "in", "at") for t in between)


def _says(token: Token) -> bool:
    return token.lemma_.lower() in SAY and (token.pos_ == "VERB" or token.lower_ in ("said", "says"))


def _cue(passage: Passage, place: _Place) -> Token | None:
    """The verb that introduces or follows the quotation, or None."""
    before, after = _words(passage, place.before), _words(passage, place.after)
    ended = passage.doc[place.last - 1].text if place.last > place.first else ""
    if (before and before[-1].text in (",", ":")) or (before and (_says(before[-1]) or before[-1].lower_ == "that")):
        verbs = [t for t in before if _says(t)]
        if verbs:
            return verbs[-1]
    if before and _says(next((t for t in reversed(before) if t.pos_ in ("VERB", "AUX")), before[-1])) and not _embedded(passage, place):
        return next(t for t in reversed(before) if _says(t))
    if (after and ended not in _ENDS - {"?", "!", "…", "..."}) or (after and after[0].text == ","):
        for position, token in enumerate(after):
            if _says(token) and token.tag_ != "VBG":
                if position <= 1 or _subject_between(token, after[:position]):
                    return token
                break
            if token.lower_ in ("and", "but", "which", "because", "that"):
                break
    return None


def _subject_between(verb: Token, between: Sequence[Token]) -> bool:
    return any(t.dep_ in ("nsubj", "nsubjpass") and t.head.i == verb.i for t in between) or any(
        t.pos_ in ("PRON", "PROPN", "NOUN") for t in between
    )


def _attributed(passage: Passage, number: int, verb: Token, place: _Place, inner: Span) -> Found:
    noun = _speaker_of(passage, verb, place)
    mention = passage.span(*phrase(noun)) if noun is not None else None
    kind = "direct"
    end = _run_on(passage, verb, place)
    if end is not None:
        inner, kind = (place.quote.outer[0], end), "mixed"
    return Found([inner], kind, number, passage.span(verb.i, verb.i), noun, mention, cue_token=verb.i)


def _run_on(passage: Passage, verb: Token, place: _Place) -> int | None:
    """Where a sentence ends that begins with quoted words and goes on without marks: said "it must end" by spring."""
    doc, last = passage.doc, place.last
    after = _words(passage, place.after)
    if verb.i > place.first or not after or doc[last - 1].text in _ENDS | {","}:
        return None
    first = after[0]
    if not first.is_alpha or not first.is_lower or _says(first) or first.lower_ in ("and", "but", "while", "as", "in", "on", "at", "after", "before", "during"):
        return None
    stop = next((t for t in after if t.text in _PAUSES or _says(t)), None)
    end = stop.i - 1 if stop is not None else after[-1].i
    return passage.span(end, end)[1]


def _speaker_of(passage: Passage, verb: Token, place: _Place) -> Token | None:
    subject = subject_of(verb)
    near = min(place.first, verb.i) - 40 <= (subject.i if subject is not None else -99)
    if subject is not None and near and passage.quoted[subject.i] < 0 and subject.lower_ not in _FIRST_PERSON:
        return subject
    region = place.after if verb.i > place.last else place.before
    after = [passage.doc[i] for i in region if i > verb.i]
    before = [passage.doc[i] for i in region if i < verb.i][::-1]
    for side in (after, before) if verb.i > place.last and len(before) <= 1 else (before, after):
        noun = next((t for t in side if t.pos_ in ("NOUN", "PROPN", "PRON")), None)
        if noun is not None:
            while (
                noun.head.pos_ in ("NOUN", "PROPN")
                and noun.dep_ in ("compound", "nmod", "poss", "amod", "flat")
                and noun.head is not noun
            ):
                noun = noun.head
            return noun
    return None


def _joined(passage: Passage, text: str, parts: list[Span], before: _Place, place: _Place) -> bool:
    """Whether only a cue stands between two quotations of one statement: "We will go," she said, "and talk".

    After a cue that ends its sentence, the rest joins where it is no longer than what came before and the whole stays
    a short stretch.
    """
    gap = [passage.doc[i] for i in range(before.last + 1, place.first)]
    words = [t for t in gap if not t.is_space]
    if not 1 < len(words) < 30 or sum(_says(t) for t in words) != 1 or text[before.quote.inner[1] - 1] == ".":
        return False
    ends = [place for place, t in enumerate(words) if t.text in _ENDS]
    if not ends:
        return words[-1].text == ","
    if ends != [len(words) - 1]:
        return False
    rest = place.quote.inner
    longer = rest[1] - rest[0] > sum(end - start for start, end in parts)
    return not longer and sum(len(sentences(text, *span)) for span in [*parts, rest]) <= _STRETCH


def _floating(passage: Passage, place: _Place, text: str) -> bool:
    """Whether the quotation is whole sentences of its own, with no cue beside it; headings in marks are not."""
    low, high = place.quote.inner
    inner = text[low:high]
    if _words(passage, place.before) or _words(passage, place.after) or len(inner.split()) < 3:
        return False
    heading = inner.isupper() or (len(inner.split()) < 10 and inner[-1].isalnum() and place.first == 0 and place.last >= len(passage.doc) - 2)
    return not heading


def _outside_words(passage: Passage, found: Found) -> bool:
    covered = [q.outer for q in passage.quotes]
    return any(
        t.is_alpha and not any(a <= t.idx + passage.offset < b for a, b in covered)
        for s, e in found.spans
        for t in passage.doc
        if s <= t.idx + passage.offset < e
    )


def _extend(found: Found, quote: Quote, text: str) -> None:
    """Let the content take in a quotation that it begins or ends inside of."""
    low, high = quote.outer
    for place, (start, end) in enumerate(found.spans):
        if start < high and end > low:
            start, end = min(start, low), max(end, high)
            if start == low:
                start = quote.inner[0] if end <= high else start
            if end == high and start == quote.inner[0]:
                end = quote.inner[1]
            found.spans[place] = (start, end)


def _drop(passage: Passage, reported: list[Found], found: Found, covering: list[Found], text: str) -> None:
    """Take out reported statements that a direct quotation replaces; one that only runs on into it is cut before it."""
    for other in covering:
        if other not in reported:
            continue
        start, end = other.spans[-1]
        low = min(found.spans[0][0], found.cue[0] if found.cue else found.spans[0][0])
        cut = text.rfind(",", start, low)
        if found.cue_token != other.cue_token and cut - start > 15 and _has_verb(passage, start, cut):
            other.spans[-1] = (start, cut)
        else:
            reported.remove(other)
    for other in [f for f in reported if f.cue_token == found.cue_token and f.cue_token >= 0]:
        reported.remove(other)


def _has_verb(passage: Passage, start: int, end: int) -> bool:
    """Whether a finite verb stands between two article offsets."""
    span = passage.doc.char_span(start - passage.offset, end - passage.offset, alignment_mode="expand")
    return span is not None and any(t.tag_ in ("VBD", "VBZ", "VBP", "MD") for t in span)


def _stretches(text: str, found: Found) -> list[Found]:
    """One statement for a short quotation, one per sentence for a long one."""
    pieces = [sentences(text, *span) for span in found.spans]
    if sum(map(len, pieces)) <= _STRETCH:
        return [found]
    return [
        Found([piece], found.kind, found.passage, found.cue, found.noun, found.mention, found.noun_passage, found.carried, found.cue_token)
        for part in pieces
        for piece in part
    ]
