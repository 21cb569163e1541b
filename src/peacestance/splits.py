"""Splitting by article, so that no article, near-copy or repeated quotation is on two sides.

Articles are first put into groups: near-copies by MinHash over word shingles (Broder, 1997; `datasketch`), and
articles that hold the same statement of the same speaker. A protocol then gives each article a split. Where it draws
groups by hash, the hash is of the first article's id, so that a group does not move when other articles are added.
Where it goes by date, outlet or conflict, a group's articles may be given different splits: those of the split that is
most held out keep it, and the others are left out, so that neither a copy of a test article is trained on nor the
test holds what the protocol keeps out of it.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from functools import lru_cache

from datasketch import MinHash, MinHashLSH

from peacestance.schema import AnnotatedArticle, InputError, span_text

SPLITS = ("train", "validation", "test", "test_unseen_conflict")
"""From what is trained on to what is most held out."""
SHINGLE = 5
"""Words in a shingle."""
PERMUTATIONS = 128
REPEATED = 5
"""A statement of fewer words than this may recur by chance and does not tie articles together."""


_NO_CONFLICT = ("", "none")


class Protocol(Enum):
    """What the test is: see `SplitConfig`."""

    by_article = "by_article"
    by_date = "by_date"
    by_outlet = "by_outlet"
    leave_one_conflict_out = "leave_one_conflict_out"
    k_fold = "k_fold"


@dataclass
class SplitConfig:
    """How articles are divided.

    Attributes:
        protocol: the test is drawn by hash (`by_article`), is the newest articles of each layer, with validation
            before it and training before both (`by_date`), whole outlets (`by_outlet`), all of one conflict
            (`leave_one_conflict_out`), or one of several parts drawn by hash (`k_fold`). What remains is divided by
            hash where nothing else is said.
        validation: share of the articles for validation.
        test: share of the articles for the test; a conflict or a fold has the size that it has.
        seed: changes the hash that draws (nothing is drawn `by_date`).
        near_copy: estimated Jaccard similarity of shingles from which two articles are near-copies.
        unseen_conflicts: conflicts whose articles all go to `test_unseen_conflict`.
        outlets: the outlets that are the test (`by_outlet`); drawn where empty.
        conflict: the conflict that is the test (`leave_one_conflict_out`).
        folds: how many parts there are (`k_fold`).
        fold: which of them is the test, counted from 0 (`k_fold`).
    """

    protocol: Protocol = Protocol.by_article
    validation: float = 0.15
    test: float = 0.15
    seed: int = 13
    near_copy: float = 0.4
    unseen_conflicts: list[str] = field(default_factory=list)
    outlets: list[str] = field(default_factory=list)
    conflict: str = ""
    folds: int = 5
    fold: int = 0

    def __post_init__(self) -> None:
        if self.folds < 2 or not 0 <= self.fold < self.folds:
            raise InputError(
                f"splits.fold={self.fold} of splits.folds={self.folds} is no fold",
                remedy="two folds or more, counted from 0",
            )
        k_fold = self.protocol is Protocol.k_fold
        test = 1 / self.folds if k_fold else self.test
        if min(self.validation, test) < 0 or self.validation + test >= 1:
            other = f"splits.folds={self.folds}" if k_fold else f"splits.test={self.test}"
            raise InputError(
                f"splits.validation={self.validation} and {other} leave nothing to train on",
                remedy="shares of 0 or more that sum to less than 1",
            )
        if not 0 < self.near_copy <= 1:
            raise InputError(f"splits.near_copy={self.near_copy} is no similarity", remedy="above 0, up to 1")
        if self.conflict in self.unseen_conflicts:
            raise InputError(
                f"splits.conflict={self.conflict!r} is in splits.unseen_conflicts too", remedy="name it in one of them"
            )


def _normal(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


# a build asks for each text twice, and every fold of a protocol asks again
@lru_cache(maxsize=10_000)
def _sketch(text: str) -> MinHash:
    words = _normal(text)
    shingles = {" ".join(words[k : k + SHINGLE]) for k in range(max(1, len(words) - SHINGLE + 1))}
    sketch = MinHash(num_perm=PERMUTATIONS, seed=1)
    sketch.update_batch([shingle.encode() for shingle in sorted(shingles)])
    return sketch


def near_copies(texts: Sequence[str], threshold: float) -> list[tuple[int, int]]:
    """Pairs of texts whose estimated Jaccard similarity of five-word shingles is at least `threshold`."""
    index = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
    hashes: list[MinHash] = []
    pairs: list[tuple[int, int]] = []
    for i, text in enumerate(texts):
        sketch = _sketch(text)
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


def _place(key: str, seed: int) -> float:
    """Where a hash puts a key, from 0 to 1."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{key}".encode()).digest()[:8], "big") / 2**64


def _side(place: float, test: float, validation: float) -> str:
    return "test" if place < test else "validation" if place < test + validation else "train"


def _drawn(articles: Sequence[AnnotatedArticle], together: Sequence[list[int]], config: SplitConfig) -> list[str]:
    """Splits by a hash of each group, for all but the conflict that is left out."""
    sides = ["train"] * len(articles)
    for group in together:
        place = _place(articles[group[0]].article.id, config.seed)
        if config.protocol is Protocol.k_fold:
            # each fold turns the ring of hashes so that its own part comes first, and counts in parts
            side = _side((place * config.folds - config.fold) % config.folds, 1, config.validation * config.folds)
        elif config.protocol is Protocol.leave_one_conflict_out:
            side = _side(place, 0, config.validation)
        else:
            side = _side(place, config.test, config.validation)
        for i in group:
            sides[i] = side
    return sides


def conflicts(articles: Iterable[AnnotatedArticle]) -> dict[str, int]:
    """Statements of each conflict, most first; articles about none are passed over."""
    counts: Counter[str] = Counter()
    for a in articles:
        counts[a.conflict] += len(a.annotations)
    return {name: n for name, n in counts.most_common() if name not in _NO_CONFLICT}


def _without_one_conflict(
    articles: Sequence[AnnotatedArticle], together: Sequence[list[int]], config: SplitConfig
) -> list[str]:
    known = conflicts(articles)
    if config.conflict not in known:
        raise InputError(
            f"splits.conflict={config.conflict!r} is no conflict of these articles",
            remedy=f"one of {', '.join(sorted(known))}",
        )
    drawn = _drawn(articles, together, config)
    return ["test" if a.conflict == config.conflict else side for a, side in zip(articles, drawn, strict=True)]


def _published(annotated: AnnotatedArticle) -> date | None:
    try:
        return date.fromisoformat(annotated.article.published[:10])
    except ValueError:
        return None


def _by_date(articles: Sequence[AnnotatedArticle], config: SplitConfig) -> list[str | None]:
    """Splits by how many articles are newer; each layer by itself, since invented articles have a time of their own."""
    dates = [_published(a) for a in articles]
    layers: dict[str, list[date]] = defaultdict(list)
    for a, day in zip(articles, dates, strict=True):
        if day is not None:
            layers[a.layer].append(day)
    for days in layers.values():
        days.sort()
    sides: list[str | None] = []
    for a, day in zip(articles, dates, strict=True):
        if day is None:
            sides.append(None)
            continue
        days = layers[a.layer]
        newer = len(days) - bisect_right(days, day)
        sides.append(_side(newer, config.test * len(days), config.validation * len(days)))
    return sides


def _by_outlet(articles: Sequence[AnnotatedArticle], config: SplitConfig) -> list[str | None]:
    outlets = [a.article.outlet.strip() for a in articles]
    sides = _outlet_sides(Counter(filter(None, outlets)), config)
    return [sides.get(outlet) for outlet in outlets]


def _outlet_sides(sizes: Counter[str], config: SplitConfig) -> dict[str, str]:
    """The split of each outlet, given its number of articles.

    In the order of their hashes, outlets go where most articles are missing, test or validation, if it is then nearer
    to its share than before, and to training otherwise. Where none was small enough, the smallest one goes.
    """
    unknown = sorted(set(config.outlets) - set(sizes))
    if unknown:
        known = [name for name, _ in sizes.most_common(10)]
        raise InputError(
            f"splits.outlets: no article is from {', '.join(unknown)}",
            remedy=f"for example {', '.join(known)}",
        )
    sides = dict.fromkeys(config.outlets, "test")
    missing = {"test": 0 if sides else config.test * sizes.total(), "validation": config.validation * sizes.total()}
    wanted = [side for side, n in missing.items() if n > 0]
    for outlet in sorted(set(sizes) - set(sides), key=lambda outlet: _place(outlet, config.seed)):
        side = max(missing, key=lambda side: missing[side])
        if sizes[outlet] < 2 * missing[side]:
            sides[outlet] = side
            missing[side] -= sizes[outlet]
        else:
            sides[outlet] = "train"
    for side in wanted:
        train = [outlet for outlet in sides if sides[outlet] == "train"]
        if side not in sides.values() and train:
            sides[min(train, key=lambda outlet: sizes[outlet])] = side
    if "train" not in sides.values():
        raise InputError(f"{len(sizes)} outlets leave none to train on", remedy="more outlets, or splits=by_article")
    return sides


_LACKING = {Protocol.by_date: "no date of publication", Protocol.by_outlet: "no outlet"}
_TIED = {
    "validation": "tied to an article of validation",
    "test": "tied to an article of the test",
    "test_unseen_conflict": "tied to an article of an unseen conflict",
}


def split_articles(articles: Sequence[AnnotatedArticle], config: SplitConfig) -> tuple[dict[str, str], dict[str, str]]:
    """Assign every article to a split.

    Returns:
        `{article id: split}`, and `{article id: reason}` for articles that fit no split: those without a date or an
        outlet where the protocol needs one, and those tied to an article of a split that is more held out.

    Raises:
        InputError: a conflict or outlet that is named does not occur, or the outlets cannot be divided.
    """
    together = groups(articles, config.near_copy)
    sides: Sequence[str | None]
    if config.protocol is Protocol.by_date:
        sides = _by_date(articles, config)
    elif config.protocol is Protocol.by_outlet:
        sides = _by_outlet(articles, config)
    elif config.protocol is Protocol.leave_one_conflict_out:
        sides = _without_one_conflict(articles, together, config)
    else:
        sides = _drawn(articles, together, config)
    unseen = set(config.unseen_conflicts)
    sides = ["test_unseen_conflict" if a.conflict in unseen else s for a, s in zip(articles, sides, strict=True)]
    assigned: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for group in together:
        given = {i: side for i in group if (side := sides[i]) is not None}
        kept = max(given.values(), key=SPLITS.index, default="")
        for i in group:
            article_id = articles[i].article.id
            if i not in given:
                left_out[article_id] = _LACKING[config.protocol]
            elif given[i] == kept:
                assigned[article_id] = kept
            else:
                left_out[article_id] = _TIED[kept]
    return assigned, left_out


def folds_of(config: SplitConfig, articles: Iterable[AnnotatedArticle], least: int) -> list[tuple[str, SplitConfig]]:
    """The divisions that a protocol consists of, with their names: all folds, or every conflict in its turn.

    Conflicts of fewer than `least` statements are not left out. The other protocols have one division, without a name.

    Raises:
        InputError: no conflict has so many statements.
    """
    if config.protocol is Protocol.k_fold:
        return [(str(fold), replace(config, fold=fold)) for fold in range(config.folds)]
    if config.protocol is not Protocol.leave_one_conflict_out:
        return [("", config)]
    counts = {name: n for name, n in conflicts(articles).items() if name not in config.unseen_conflicts}
    if not any(n >= least for n in counts.values()):
        raise InputError(
            f"no conflict has {least} statements or more", remedy=f"the largest has {max(counts.values(), default=0)}"
        )
    return [(name, replace(config, conflict=name)) for name, n in counts.items() if n >= least]


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
