"""Direct quotations: which stretches in quotation marks are speech, and how they and reported speech go together."""

from __future__ import annotations

from dataclasses import replace

from peacestance.extraction.cues import (
    ENDS,
    Place,
    cue_of,
    introduction_of,
    is_embedded,
    places_of,
    run_on,
    says,
    speaker_of,
)
from peacestance.extraction.found import Found, Passage, Token
from peacestance.extraction.grammar import phrase
from peacestance.extraction.passages import sentences
from peacestance.extraction.quotes import Quote
from peacestance.extraction.reported import overlaps
from peacestance.schema import Span

_STRETCH = 100
"""Words of one quotation that make one statement; of a longer one, each sentence makes its own."""
_LEAST_CLAUSE = 15
"""Characters that must be left of a reported clause when the quotation after it is cut off."""


def attach_quotes(passages: list[Passage], number: int, text: str, reported: list[Found]) -> list[Found]:
    """The statements of passage `number` in reading order: its direct quotations and its reported speech.

    `reported` statements that contain quoted words become mixed; those that are really the tag of a direct quotation
    are left out.
    """
    return _Attachment(passages, number, text, reported).run()


class _Attachment:
    """The work on one passage: `direct` grows, `reported` shrinks."""

    def __init__(self, passages: list[Passage], number: int, text: str, reported: list[Found]) -> None:
        self.passage, self.number, self.text = passages[number], number, text
        self.before = passages[number - 1] if number else None
        self.reported = list(reported)
        self.direct: list[Found] = []
        self.previous: tuple[Found, Place] | None = None

    def run(self) -> list[Found]:
        """Go through the quotations in order."""
        for place in places_of(self.passage):
            inner = _content(self.text, place.quote)
            if inner is not None:
                self._quotation(place, inner)
        found = [piece for item in self.direct for piece in _stretches(self.text, item)]
        return sorted([*found, *self.reported], key=lambda item: item.spans[0])

    def _quotation(self, place: Place, inner: Span) -> None:
        covering = [item for item in self.reported if overlaps(item.spans, [inner])]
        if is_embedded(place) or self._part_of_clause(place, inner, covering):
            if covering:
                self._mix(max(covering, key=lambda item: item.spans[0][0]), place.quote)
            return
        if self.previous is not None and self._joins(place):
            found = self.previous[0]
            found.spans.append(inner)
        else:
            verb = cue_of(self.passage, place)
            if verb is not None:
                found = self._attributed(verb, place, inner)
            elif any(self._has_outside_words(item) for item in covering):
                for item in covering:
                    self._mix(item, place.quote)
                return
            elif self._is_floating(place):
                found = self._floating(place, inner)
            else:
                return
            self.direct.append(found)
        self._drop(found, covering)
        self.previous = (found, place)

    def _part_of_clause(self, place: Place, inner: Span, covering: list[Found]) -> bool:
        """Whether the clause around a cue is the content, and the quotation its end: The plan, she said, "is dead"."""
        if not self.text[inner[0]].islower():
            return False
        return any(item.cue_token < place.first and item.spans[0][1] < inner[0] for item in covering)

    def _attributed(self, verb: Token, place: Place, inner: Span) -> Found:
        noun = speaker_of(self.passage, verb, place)
        mention = self.passage.span(*phrase(noun)) if noun is not None else None
        cue, end = self.passage.span(verb.i, verb.i), run_on(self.passage, verb, place)
        if end is not None:
            return Found([(place.quote.outer[0], end)], "mixed", self.number, cue, noun, mention, cue_token=verb.i)
        return Found([inner], "direct", self.number, cue, noun, mention, cue_token=verb.i)

    def _joins(self, place: Place) -> bool:
        """Whether only a cue stands between two quotations of one statement: "We will go," she said, "and talk".

        After a cue that ends its sentence, the rest joins where it is no longer than what came before and the whole
        stays a short stretch.
        """
        assert self.previous is not None
        found, before = self.previous
        words = [t for t in self.passage.tokens[before.last + 1 : place.first] if not t.is_space]
        ended = self.text[before.quote.inner[1] - 1] == "."
        if not 1 < len(words) < 30 or sum(map(says, words)) != 1 or ended:
            return False
        ends = [position for position, token in enumerate(words) if token.text in ENDS]
        if not ends:
            return words[-1].text == ","
        rest = place.quote.inner
        longer = rest[1] - rest[0] > sum(end - start for start, end in found.spans)
        if ends != [len(words) - 1] or longer:
            return False
        return _words(self.text, [*found.spans, rest]) <= _STRETCH

    def _is_floating(self, place: Place) -> bool:
        """Whether the quotation is whole sentences of its own, with no cue beside it; headings in marks are not."""
        inner = self.text[slice(*place.quote.inner)]
        length = len(inner.split())
        if place.before or place.after or length < 3:
            return False
        alone = place.first == 0 and place.last >= len(self.passage.tokens) - 2
        return not inner.isupper() and not (alone and length < 10 and inner[-1].isalnum())

    def _floating(self, place: Place, inner: Span) -> Found:
        """A quotation without a cue: it goes on from the one before, or the passage before introduces it."""
        if self.previous is not None:
            found, before = self.previous
            gap = place.first - before.last - 1
            told = found.cue is not None and found.noun is not None
            if told and gap <= 40 and (found.cue_token > before.last or gap <= 2):
                return replace(found, spans=[inner], kind="direct", cue_token=-1)
        elif place.first == 0 and self.before is not None:
            introduced = introduction_of(self.before)
            if introduced is not None:
                cue, noun, mention = introduced
                span = self.before.span(cue.i, cue.i)
                return Found([inner], "direct", self.number, span, noun, mention, self.number - 1)
        return Found([inner], "direct", self.number, carried=True)

    def _has_outside_words(self, found: Found) -> bool:
        """Whether some words of a content stand outside quotation marks."""
        return any(
            token.is_alpha and self.passage.quoted[token.i] < 0
            for span in found.spans
            for token in self.passage.between(*span)
        )

    def _mix(self, found: Found, quote: Quote) -> None:
        """Let a content take in a quotation that it begins or ends inside of."""
        low, high = quote.outer
        for position, (start, end) in enumerate(found.spans):
            if start < high and end > low:
                if start >= low and end <= high:
                    found.spans[position] = quote.inner
                else:
                    found.spans[position] = (min(start, low), max(end, high))
        if found.kind != "narrated":
            found.kind = "mixed" if self._has_outside_words(found) else "direct"

    def _drop(self, found: Found, covering: list[Found]) -> None:
        """Take out reported statements that a quotation replaces; one that only runs on into it is cut before it."""
        for other in covering:
            start = other.spans[-1][0]
            low = min(found.spans[0][0], found.cue[0] if found.cue else found.spans[0][0])
            cut = self.text.rfind(",", start, low)
            finite = any(t.tag_ in ("VBD", "VBZ", "VBP", "MD") for t in self.passage.between(start, cut))
            if found.cue_token != other.cue_token and cut - start > _LEAST_CLAUSE and finite:
                other.spans[-1] = (start, cut)
            elif other in self.reported:
                self.reported.remove(other)
        if found.cue_token >= 0:
            self.reported = [item for item in self.reported if item.cue_token != found.cue_token]


def _content(text: str, quote: Quote) -> Span | None:
    """What a quotation says, without its marks and a comma at its end."""
    low, high = quote.inner
    while high > low and (text[high - 1].isspace() or text[high - 1] == ","):
        high -= 1
    return (low, high) if high > low else None


def _stretches(text: str, found: Found) -> list[Found]:
    """One statement for a quotation of ordinary length, one per sentence for a very long one."""
    if _words(text, found.spans) <= _STRETCH:
        return [found]
    return [replace(found, spans=[piece]) for span in found.spans for piece in sentences(text, *span)]


def _words(text: str, spans: list[Span]) -> int:
    return sum(len(text[start:end].split()) for start, end in spans)
