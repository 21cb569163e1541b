"""Splitting by article: nothing crosses, and nothing moves when articles are added."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peacestance.schema import AnnotatedArticle, Annotation, Article, InputError
from peacestance.splits import SplitConfig, check_splits, split_articles


def article(name: str, text: str, conflict: str = "reed-war", speaker: str = "Ana Duro") -> AnnotatedArticle:
    """An article whose first forty characters are a statement."""
    return AnnotatedArticle(Article(name, text), (Annotation(((0, 40),), speaker, "direct", "support"),), conflict)


def story(number: int, length: int = 60) -> str:
    return " ".join(f"w{number}x{i}" for i in range(length))


ARTICLES = [article(f"a{i:03d}", story(i)) for i in range(60)]


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(0, 59), min_size=2), st.integers(0, 5), st.floats(0, 0.45), st.floats(0, 0.45))
def test_every_article_has_one_split_that_stays_when_others_are_added(
    chosen: set[int], seed: int, validation: float, test: float
) -> None:
    config = SplitConfig(validation=validation, test=test, seed=seed)
    some = [ARTICLES[i] for i in sorted(chosen)]
    few, left_out = split_articles(some, config)
    many, _ = split_articles(ARTICLES, config)
    assert not left_out and set(few) == {a.article.id for a in some}
    assert all(many[key] == split for key, split in few.items())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 29), st.integers(30, 59)), min_size=1, max_size=10), st.integers(0, 5))
def test_near_copies_stay_together(pairs: list[tuple[int, int]], seed: int) -> None:
    """The second article of each pair becomes the first with its end cut and a line added."""
    texts = {i: story(i) for i in range(60)}
    for first, second in pairs:
        texts[second] = texts[first].rsplit(" ", 8)[0] + " Reporting by two"
    articles = [article(f"a{i:03d}", text, speaker=f"Speaker {i}") for i, text in texts.items()]
    assigned, _ = split_articles(articles, SplitConfig(seed=seed))
    check_splits(articles, assigned, SplitConfig().near_copy)
    copied = {second: first for first, second in pairs}
    assert all(assigned[f"a{second:03d}"] == assigned[f"a{first:03d}"] for second, first in copied.items())


def test_the_same_statement_of_the_same_speaker_ties_articles_together() -> None:
    quoted = "We shall be at the table on Monday morning "
    articles = [article(f"b{i}", quoted + story(i)) for i in range(12)]
    assigned, _ = split_articles(articles, SplitConfig())
    assert len(set(assigned.values())) == 1
    others = [article(f"b{i}", quoted + story(i), speaker=f"Speaker {i}") for i in range(12)]
    assert len(set(split_articles(others, SplitConfig())[0].values())) > 1


def test_what_crosses_a_split_is_named() -> None:
    pair = [article("one", story(1)), article("two", story(1) + " more")]
    with pytest.raises(InputError, match=r"'one' .*'two'.* near-copies"):
        check_splits(pair, {"one": "train", "two": "test"}, 0.4)
    quoted = "We shall be at the table on Monday morning "
    pair = [article("one", quoted + story(1)), article("two", quoted + story(2))]
    with pytest.raises(InputError, match="same statement of the same speaker"):
        check_splits(pair, {"one": "train", "two": "test"}, 0.4)


def test_unseen_conflicts_are_in_no_other_split() -> None:
    articles = [article(f"c{i:02d}", story(i), "dune-war" if i % 3 == 0 else "reed-war") for i in range(30)]
    # a near-copy of an unseen conflict's article under another conflict's name fits no split
    articles.append(article("c99", story(0), "reed-war"))
    assigned, left_out = split_articles(articles, SplitConfig(unseen_conflicts=["dune-war"]))
    assert {assigned[f"c{i:02d}"] == "test_unseen_conflict" for i in range(0, 30, 3)} == {True}
    assert "test_unseen_conflict" not in {assigned[f"c{i:02d}"] for i in range(30) if i % 3}
    assert set(left_out) == {"c99"}


@pytest.mark.parametrize(
    ("values", "message"),
    [({"validation": 0.6, "test": 0.4}, "nothing to train on"), ({"near_copy": 0.0}, "no similarity")],
)
def test_impossible_values_are_refused(values: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SplitConfig(**values)  # type: ignore[arg-type]
