"""A learned second opinion on statements: a token classifier that marks contents, cues and speakers' mentions.

Rules find most statements. Where they are silent the tagger proposes what it is sure of, what it holds for
improbable it refuses, and where a reported content ends it weighs anew. Its folder holds `tagger.json` and four-bit
differences from the encoder (`peacestance.compact`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from peacestance.compact import encoder_weights, load_packed
from peacestance.encoders import resolve_encoder
from peacestance.extraction.found import Found, Passage, Token
from peacestance.extraction.grammar import speaks, trim
from peacestance.extraction.lexicon import word_set
from peacestance.extraction.reported import overlaps
from peacestance.files import read_text
from peacestance.modeling import DIFFERENCES, load_pretrained
from peacestance.schema import InputError, Span

CARD = "tagger.json"
TASK = "TokenClassification"
BATCH = 16
LEAST_WORDS = 2
"""A content of fewer words is not proposed."""
_SUREST = 3.0
"""Log odds of one token count no more than this."""
_TO_CUT, _TO_GROW = 16.0, 4.0
"""Log odds by which a shorter or longer content must be the likelier one (docs/LOG.md tells how they were chosen)."""
_PAUSES = frozenset(",;:—–-().!?") | {"--"}
_JOINERS = word_set("and but while although though as")
_CLAUSES = word_set("while which who when as after with but although though")


class Tag(IntEnum):
    """What a token is: outside, the first or a later one of a content, of a cue, of a speaker's mention."""

    outside = 0
    begin = 1
    inside = 2
    cue = 3
    source = 4


HEAD: dict[str, Any] = {"num_labels": len(Tag), "id2label": {int(tag): tag.name for tag in Tag}}


@dataclass(frozen=True)
class TaggerCard:
    """What `tagger.json` says.

    Attributes:
        encoder: a row of `peacestance.encoders.ENCODERS`.
        max_length: tokens of a window.
        propose_above: mean probability of content above which a stretch becomes a statement.
        refuse_below: mean probability of content below which a statement of the rules is left out.
        data_version: version of the dataset that it was trained on.
    """

    encoder: str
    max_length: int
    propose_above: float
    refuse_below: float
    data_version: str = ""


@dataclass(frozen=True)
class TaggedToken:
    """A token's article offsets, its most probable tag, and the probability that it is part of a content."""

    start: int
    end: int
    tag: Tag
    content: float


class Tagger:
    """Marks the tokens of articles."""

    def __init__(self, model: Any, tokenizer: Any, card: TaggerCard) -> None:
        self.model, self.tokenizer, self.card = model.eval(), tokenizer, card

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> Tagger:
        """Load a tagger's folder.

        Raises:
            InputError: it is missing or damaged, or its encoder is not to be had.
        """
        folder = Path(folder)
        if not (folder / CARD).is_file():
            raise InputError("no tagger here", path=folder, remedy="tagger= (nothing) extracts by rules alone")
        try:
            card = TaggerCard(**json.loads(read_text(folder / CARD)))
            encoder = resolve_encoder(card.encoder)
            model, tokenizer = load_pretrained(TASK, encoder, encoder, HEAD)
            load_packed(model, load_file(folder / DIFFERENCES), encoder_weights(model))
        except (OSError, ValueError, TypeError, KeyError, RuntimeError, SafetensorError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(
                f"the tagger is damaged: {error}", path=folder, remedy="fetch or train it again"
            ) from error
        return cls(model, tokenizer, card)

    def tag(self, texts: Sequence[tuple[str, Sequence[Span]]]) -> Iterator[list[TaggedToken]]:
        """The tokens of each text in order, over the given pieces of it."""
        import torch

        windows = [
            (place, *window)
            for place, (text, pieces) in enumerate(texts)
            for piece in pieces
            for window in windows_of(self.tokenizer, text, piece, self.card.max_length)
        ]
        tags: list[np.ndarray] = [np.empty(0)] * len(windows)
        order = sorted(range(len(windows)), key=lambda i: len(windows[i][1]))
        with torch.inference_mode():
            for start in range(0, len(order), BATCH):
                batch = order[start : start + BATCH]
                inputs = self.tokenizer.pad({"input_ids": [windows[i][1] for i in batch]}, return_tensors="pt")
                found = self.model(**inputs.to(self.model.device)).logits.float().softmax(-1).cpu().numpy()
                for i, own in zip(batch, found, strict=True):
                    tags[i] = own
        found_tokens: list[list[TaggedToken]] = [[] for _ in texts]
        for (place, _, offsets), own in zip(windows, tags, strict=True):
            for (first, last), row in zip(offsets, own, strict=False):
                if first < last:
                    content = float(row[Tag.begin] + row[Tag.inside])
                    found_tokens[place].append(TaggedToken(first, last, Tag(int(row.argmax())), content))
        yield from found_tokens


def windows_of(tokenizer: Any, text: str, piece: Span, max_length: int) -> Iterator[tuple[list[int], list[Span]]]:
    """Token ids of a piece of a text, in windows of at most `max_length`, with article offsets (empty for marks)."""
    start, end = piece
    encoded = tokenizer(
        text[start:end], truncation=True, max_length=max_length, return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )  # fmt: skip
    for ids, offsets in zip(encoded["input_ids"], encoded["offset_mapping"], strict=True):
        yield ids, [(start + a, start + b) for a, b in offsets]


@dataclass(frozen=True)
class _Evidence:
    """What the tagger makes of an article: where its tokens start, and running sums over them."""

    starts: np.ndarray
    probability: np.ndarray
    odds: np.ndarray

    @classmethod
    def of(cls, tokens: Sequence[TaggedToken]) -> _Evidence:
        content = np.array([token.content for token in tokens])
        odds = np.clip(np.log(np.maximum(content, 1e-9)) - np.log(np.maximum(1 - content, 1e-9)), -_SUREST, _SUREST)
        sums = [np.concatenate([[0.0], np.cumsum(values)]) for values in (content, odds)]
        return cls(np.array([token.start for token in tokens]), *sums)

    def _within(self, span: Span) -> tuple[int, int]:
        first, last = np.searchsorted(self.starts, span)
        return int(first), int(last)

    def mean(self, spans: Iterable[Span]) -> float:
        """The mean probability of content over stretches; 1 where they hold no token."""
        places = [self._within(span) for span in spans]
        count = sum(last - first for first, last in places)
        return float(sum(self.probability[b] - self.probability[a] for a, b in places)) / count if count else 1.0

    def gain(self, end: int, other: int) -> float:
        """By how much the log odds of all tokens rise where a content ends at `other` and not at `end`."""
        first, last = self._within((min(end, other), max(end, other)))
        return float(self.odds[last] - self.odds[first]) * (1 if other > end else -1)


def refine(found: list[Found], passages: Sequence[Passage], tokens: Sequence[TaggedToken], card: TaggerCard) -> None:
    """Correct the rules' statements by a tagger, in place.

    Improbable ones go, the ends of others move to a more probable pause, and sure ones that the rules have missed come.
    """
    evidence = _Evidence.of(tokens)
    kept: list[list[Found]] = [[] for _ in passages]
    for item in found:
        if evidence.mean(item.spans) >= card.refuse_below:
            kept[item.passage].append(item)
    for number, (passage, own) in enumerate(zip(passages, kept, strict=True)):
        for item in own:
            if item.kind in ("indirect", "mixed"):
                _move_end(item, passage, evidence, [span for other in own if other is not item for span in other.spans])
        for item in _proposals(passage, number, tokens, evidence.starts):
            sure = evidence.mean(item.spans) >= card.propose_above
            if sure and not any(overlaps(item.spans, other.spans) for other in own):
                own.append(item)
    found[:] = sorted((item for own in kept for item in own), key=lambda item: item.spans[0])


def _move_end(item: Found, passage: Passage, evidence: _Evidence, taken: list[Span]) -> None:
    """End a content at the pause of its sentence that is most probable, if that is much more so than its own end."""
    start, end = item.spans[-1]
    inner = passage.between(start, end)
    if not inner:
        return
    taken = [*taken, *(span for span in (item.cue, item.mention) if span is not None)]
    best, most = end, 0.0
    for i in range(inner[0].i + 1, inner[-1].sent.end):
        if i > inner[-1].i and _opens_clause(passage.tokens[i]):
            break
        after = passage.tokens[i + 1] if i + 1 < inner[-1].sent.end else None
        stretch = trim(passage.doc, inner[0].i, i) if after is None or _pauses(after) else None
        if stretch is None or stretch[0] != inner[0].i or stretch[1] == stretch[0]:
            continue
        other = passage.span(*stretch)[1]
        if other > end and any(s < other and e > end for s, e in taken):
            break
        gain = evidence.gain(end, other) - (_TO_CUT if other < end else _TO_GROW)
        if gain > most:
            best, most = other, gain
    item.spans[-1] = (start, best)
    if any(passage.quoted[token.i] >= 0 for token in passage.between(end, best)):
        item.kind = "mixed"


def _opens_clause(token: Token) -> bool:
    """Whether a token is the subject, after "and" or "while", of a clause that somebody else may speak in."""
    if token.dep_ not in ("nsubj", "nsubjpass") or token.pos_ not in ("NOUN", "PROPN") or not speaks(token):
        return False
    first = token.left_edge.i
    return first > 0 and token.doc[first - 1].lower_ in _JOINERS


def _pauses(token: Token) -> bool:
    """Whether a content may end before a token; not inside a word with a hyphen."""
    if token.text == "-" and token.i and not token.doc[token.i - 1].whitespace_:
        return False
    return token.text in _PAUSES or token.dep_ == "cc" or token.lower_ in _CLAUSES


def _proposals(passage: Passage, number: int, tokens: Sequence[TaggedToken], starts: np.ndarray) -> Iterator[Found]:
    """The contents that the tags mark in a passage, each with the nearest cue and mention of its sentence."""
    if not passage.tokens:
        return
    low, high = passage.span(0, len(passage.tokens) - 1)
    own = tokens[int(np.searchsorted(starts, low)) : int(np.searchsorted(starts, high))]
    contents = _runs(own, (Tag.begin, Tag.inside))
    cues, sources = _runs(own, (Tag.cue,)), _runs(own, (Tag.source,))
    sentences = [(s.start_char + passage.offset, s.end_char + passage.offset) for s in passage.doc.sents]
    for content in contents:
        inner = passage.between(*content)
        stretch = trim(passage.doc, inner[0].i, inner[-1].i) if inner else None
        if stretch is None or stretch[1] - stretch[0] + 1 < LEAST_WORDS:
            continue
        within = next(((s, max(e, content[1])) for s, e in sentences if s <= content[0] < e), (low, high))
        cue = _nearest(cues, content, within)
        source = _nearest(sources, cue or content, within)
        quoted = [passage.quoted[i] >= 0 for i in range(stretch[0], stretch[1] + 1)]
        if source is None and not all(quoted):
            continue
        noun = _head(passage.between(*source)) if source else None
        verb = passage.between(*cue) if cue else []
        yield Found(
            [passage.span(*stretch)],
            "direct" if all(quoted) else "mixed" if any(quoted) else "indirect",
            number,
            cue=cue,
            noun=noun,
            mention=source,
            carried=noun is None,
            cue_token=verb[0].i if verb else -1,
        )


def _runs(tokens: Sequence[TaggedToken], tags: tuple[Tag, ...]) -> list[Span]:
    """The stretches of consecutive tokens with one of the tags; `begin` starts a new one."""
    runs: list[Span] = []
    goes_on = False
    for token in tokens:
        if token.tag not in tags:
            goes_on = False
            continue
        if goes_on and token.tag is not Tag.begin:
            runs[-1] = (runs[-1][0], token.end)
        else:
            runs.append((token.start, token.end))
        goes_on = True
    return runs


def _nearest(spans: Sequence[Span], to: Span, within: Span) -> Span | None:
    near = [span for span in spans if span[1] > within[0] and span[0] < within[1]]
    return min(near, key=lambda span: max(to[0] - span[1], span[0] - to[1]), default=None)


def _head(tokens: Sequence[Token]) -> Token | None:
    """The noun of a mention on which its other words depend."""
    inside = {token.i for token in tokens}
    for token in tokens:
        if (token.head.i == token.i or token.head.i not in inside) and token.pos_ in (
            "NOUN",
            "PROPN",
            "PRON",
            "ADJ",
            "NUM",
        ):
            return token
    return tokens[-1] if tokens else None
