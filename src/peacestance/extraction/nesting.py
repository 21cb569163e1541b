"""Choosing among statements of one passage that lie inside one another."""

from __future__ import annotations

from peacestance.extraction.found import Found
from peacestance.schema import Span


def without_doubles(found: list[Found]) -> list[Found]:
    """The statements to keep where contents nest, in reading order."""
    reported = {item.cue_token for item in found if item.kind != "narrated"}
    kept: list[Found] = []
    for item in sorted(found, key=lambda f: (f.spans[0][0], -f.spans[-1][1])):
        if item.kind == "narrated" and item.cue_token in reported:
            continue
        outer = next((o for o in reversed(kept) if _inside(item, o)), None)
        if outer is None:
            kept.append(item)
            continue
        share = _length(item.spans) / max(1, _length(outer.spans))
        if (
            outer.cue is not None
            and item.kind != "narrated"
            and share >= (0.35 if outer.relays else 0.5)
            and (outer.relays or outer.cue[0] > item.spans[0][0])
        ):
            # "He told them so, a spokesman said": the one who passes it on is not the speaker.
            kept.remove(outer)
            _cut(item, outer)
            kept.append(item)
        elif item.noun is None or item.noun.pos_ == "PRON":
            continue
        elif item.kind != "narrated" and share >= 0.6 and item.noun.pos_ == "PROPN":
            _cut(item, outer)
            kept.append(item)
        elif item.aside is not None and outer.spans[-1][0] < item.aside:
            # "said the port was shut, though villagers deny it": the second clause has a speaker of its own.
            outer.spans[-1] = (outer.spans[-1][0], item.aside)
            kept.append(item)
    return sorted(kept, key=lambda f: f.spans[0])


def _cut(inner: Found, outer: Found) -> None:
    """End a content before the cue of the statement around it, if the parser let it run into that."""
    marks = [span[0] for span in (outer.cue, outer.mention) if span is not None]
    start, end = inner.spans[-1]
    if marks and start < min(marks) < end:
        limit = max((e for s, e in outer.spans if e <= min(marks)), default=None)
        if limit is not None and limit > start:
            inner.spans[-1] = (start, limit)


def _length(spans: list[Span]) -> int:
    return sum(end - start for start, end in spans)


def _inside(inner: Found, outer: Found) -> bool:
    """Whether a statement's content lies in another's."""
    start, end = inner.spans[0][0], inner.spans[-1][1]
    return any(s <= start < e for s, e in outer.spans) and start < end
