"""Splitting by article, so that no article, near-copy or repeated quotation is on two sides.

Articles are first put into groups: near-copies by MinHash over word shingles (Broder, 1997; `datasketch`), and
articles that hold the same statement of the same speaker. A group's split then follows from a hash of its first
article's id, so that it does not move when other articles are added.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from datasketch import MinHash, MinHashLSH

from peacestance.schema import AnnotatedArticle, InputError, span_text

SPLITS = ("train", "validation", "test", "test_unseen_conflict")
SHINGLE = 5
"""Words in a shingle."""
PERMUTATIONS = 128
REPEATED = 5
"""A statement of fewer words than this may recur by chance and does not tie articles together."""


@dataclass
class SplitConfig:
    """How articles are divided.

    Attributes:
        validation: share of the articles for validation.
        test: share of the articles for the test.
        seed: changes the hash that assigns groups.
        near_copy: estimated Jaccard similarity of shingles from which two articles are near-copies.
        unseen_conflicts: conflicts whose articles all go to `test_unseen_conflict`.
    """

    validation: float = 0.15
    test: float = 0.15
    seed: int = 13
    near_copy: float = 0.4
    unseen_conflicts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if min(self.validation, self.test) < 0 or self.validation + self.test >= 1:
            raise InputError(
                f"splits.validation={self.validation} and splits.test={self.test} leave nothing to train on",
                remedy="shares of 0 or more that sum to less than 1",
            )
        if not 0 < self.near_copy <= 1:
            raise InputError(f"splits.near_copy={self.near_copy} is no similarity", remedy="above 0, up to 1")


def _normal(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def near_copies(texts: Sequence[str], threshold: float) -> list[tuple[int, int]]:
    """Pairs of texts whose estimated Jaccard similarity of five-word shingles is at least `threshold`."""
    index = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
    hashes: list[MinHash] = []
    pairs: list[tuple[int, int]] = []
    for i, text in enumerate(texts):
        words = _normal(text)
        shingles = {" ".join(words[k : k + SHINGLE]) for k in range(max(1, len(words) - SHINGLE + 1))}
        sketch = MinHash(num_perm=PERMUTATIONS, seed=1)
        sketch.update_batch([shingle.encode() for shingle in sorted(shingles)])
        pairs += [(int(j), i) for j in index.query(sketch) if hashes[int(j)].jaccard(sketch) >= threshold]
        index.insert(str(i), sketch)
        hashes.append(sketch)
    return pairs


def repeated_statements(articles: Sequence[AnnotatedArticle]) -> list[tuple[int, int]]:
    """Pairs of articles that hold the same statement of the same speaker."""
    seen: dict[tuple[str, ...], int] = {}
    pairs = []
    for i, annotated in enumerate(articles):
        for a in annotated.annotations:
            words = _normal(span_text(annotated.article.text, a.content))
            if len(words) < REPEATED:
                continue
            first = seen.setdefault((*_normal(a.speaker), "|", *words), i)
            if first != i:
                pairs.append((first, i))
    return pairs


def groups(articles: Sequence[AnnotatedArticle], threshold: float) -> list[list[int]]:
    """Indices of articles that must stay together, each group sorted by article id."""
    parent = list(range(len(articles)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, j in near_copies([a.article.text for a in articles], threshold) + repeated_statements(articles):
        parent[root(i)] = root(j)
    members: dict[int, list[int]] = defaultdict(list)
    for i in range(len(articles)):
        members[root(i)].append(i)
    return [sorted(group, key=lambda i: articles[i].article.id) for group in members.values()]


def split_articles(articles: Sequence[AnnotatedArticle], config: SplitConfig) -> tuple[dict[str, str], dict[str, str]]:
    """Assign every article to a split.

    Returns:
        `{article id: split}`, and `{article id: reason}` for articles that fit no split: those tied to an article of
        an unseen conflict without being of one.
    """
    unseen = set(config.unseen_conflicts)
    assigned: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for group in groups(articles, config.near_copy):
        first = articles[group[0]].article.id
        digest = hashlib.sha256(f"{config.seed}:{first}".encode()).digest()
        place = int.from_bytes(digest[:8], "big") / 2**64
        split = "test" if place < config.test else "validation" if place < config.test + config.validation else "train"
        tied = any(articles[i].conflict in unseen for i in group)
        for i in group:
            article_id = articles[i].article.id
            if not tied:
                assigned[article_id] = split
            elif articles[i].conflict in unseen:
                assigned[article_id] = "test_unseen_conflict"
            else:
                left_out[article_id] = "tied to an article of an unseen conflict"
    return assigned, left_out


def check_splits(articles: Sequence[AnnotatedArticle], assigned: dict[str, str], threshold: float) -> None:
    """Check that nothing crosses a split.

    Raises:
        InputError: names two articles that are near-copies or share a statement and lie in two splits.
    """
    kept = [a for a in articles if a.article.id in assigned]
    pairs = [(p, "are near-copies") for p in near_copies([a.article.text for a in kept], threshold)]
    pairs += [(p, "hold the same statement of the same speaker") for p in repeated_statements(kept)]
    for (i, j), what in pairs:
        a, b = kept[i].article.id, kept[j].article.id
        if assigned[a] != assigned[b]:
            raise InputError(
                f"articles {a!r} ({assigned[a]}) and {b!r} ({assigned[b]}) {what}", remedy="keep them together"
            )
