"""Splitting by every protocol: nothing crosses, and nothing moves without need when articles are added."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peacestance.schema import AnnotatedArticle, Annotation, Article, InputError
from peacestance.splits import Protocol, SplitConfig, check_splits, folds_of, split_articles


def article(
    name: str, text: str, conflict: str = "reed-war", speaker: str = "Ana Duro", outlet: str = "", published: str = ""
) -> AnnotatedArticle:
    """An article whose first forty characters are a statement."""
    annotation = Annotation(((0, 40),), speaker, "direct", "support")
    return AnnotatedArticle(Article(name, text, outlet=outlet, published=published), (annotation,), conflict)


def story(number: int, length: int = 60) -> str:
    return " ".join(f"w{number}x{i}" for i in range(length))


ARTICLES = [article(f"a{i:03d}", story(i)) for i in range(60)]


CONFLICTS = ("reed-war", "dune-war", "none", "")
PROTOCOLS = {
    Protocol.by_article: SplitConfig(unseen_conflicts=["dune-war"]),
    Protocol.by_date: SplitConfig(Protocol.by_date, test=0.3),
    Protocol.by_outlet: SplitConfig(Protocol.by_outlet),
    Protocol.leave_one_conflict_out: SplitConfig(Protocol.leave_one_conflict_out, conflict="dune-war"),
    Protocol.k_fold: SplitConfig(Protocol.k_fold, folds=3, fold=1),
}


@st.composite
def corpora(draw: st.DrawFn) -> list[AnnotatedArticle]:
    """Articles of several conflicts, outlets, dates and layers, some of them near-copies of others."""
    articles = [article("b0", story(0), "dune-war", outlet="Outlet 0"), article("b1", story(1), outlet="Outlet 1")]
    articles += [article(f"b{i}", story(i), outlet=f"Outlet {i}") for i in (2, 3)]
    for i in range(4, draw(st.integers(5, 30))):
        copied = draw(st.none() | st.integers(0, i - 1))
        text = story(i) if copied is None else articles[copied].article.text.rsplit(" ", 3)[0] + " By two"
        day = draw(st.sampled_from(("", "last week", "2014-05-01T08:00", "2014-05-01", "2014-05-02", "2016-01-31")))
        outlet = draw(st.sampled_from(("", "Outlet 1", "Outlet 1 ", "Outlet 5", "Outlet 6")))
        new = article(f"b{i}", text, draw(st.sampled_from(CONFLICTS)), f"Speaker {i}", outlet, day)
        articles.append(replace(new, layer=draw(st.sampled_from(("real", "embedded")))))
    return articles


@pytest.mark.parametrize("protocol", Protocol)
@settings(max_examples=25, deadline=None)
@given(corpora(), st.integers(0, 5), st.randoms())
def test_under_every_protocol_nothing_crosses_and_nothing_is_lost(
    protocol: Protocol, articles: list[AnnotatedArticle], seed: int, random: Random
) -> None:
    config = replace(PROTOCOLS[protocol], seed=seed)
    assigned, left_out = split_articles(articles, config)
    check_splits(articles, assigned, config.near_copy)
    assert sorted([*assigned, *left_out]) == sorted(a.article.id for a in articles)
    assert all(left_out.values())
    shuffled = list(articles)
    random.shuffle(shuffled)
    assert split_articles(shuffled, config) == (assigned, left_out)


@settings(max_examples=40, deadline=None)
@given(corpora())
def test_training_precedes_validation_and_validation_the_test_in_each_layer(articles: list[AnnotatedArticle]) -> None:
    assigned, left_out = split_articles(articles, PROTOCOLS[Protocol.by_date])
    days: dict[tuple[str, str], set[str]] = defaultdict(set)
    for a in articles:
        if a.article.id in assigned:
            days[a.layer, assigned[a.article.id]].add(a.article.published[:10])
        elif not a.article.published.startswith("20"):
            assert left_out[a.article.id] == "no date of publication"
    for layer in ("real", "embedded"):
        ordered = [days[layer, split] for split in ("train", "validation", "test") if days[layer, split]]
        assert all(max(early) < min(late) for early, late in pairwise(ordered))


def test_the_newest_share_is_the_test() -> None:
    dated = [article(f"d{i:02d}", story(i), published=f"2015-01-{i + 1:02d}") for i in range(20)]
    assigned, _ = split_articles(dated, SplitConfig(Protocol.by_date, validation=0.2, test=0.1))
    assert list(assigned.values()) == ["train"] * 14 + ["validation"] * 4 + ["test"] * 2
    # an old near-copy of the newest article is neither trained on nor tested
    copy = article("copy", story(19) + " more", speaker="Bo Lund", published="2014-01-01")
    again, left_out = split_articles([*dated, copy], SplitConfig(Protocol.by_date, validation=0.2, test=0.1))
    assert again["d19"] == "test" and left_out == {"copy": "tied to an article of the test"}


@settings(max_examples=40, deadline=None)
@given(corpora(), st.integers(0, 5), st.sampled_from(([], ["Outlet 1"], ["Outlet 0", "Outlet 2"])))
def test_no_outlet_is_in_two_splits(articles: list[AnnotatedArticle], seed: int, named: list[str]) -> None:
    assigned, left_out = split_articles(articles, SplitConfig(Protocol.by_outlet, seed=seed, outlets=named))
    splits: dict[str, set[str]] = defaultdict(set)
    for a in articles:
        if a.article.id in assigned:
            splits[a.article.outlet.strip()].add(assigned[a.article.id])
        elif not a.article.outlet:
            assert left_out[a.article.id] == "no outlet"
    assert all(len(own) == 1 for own in splits.values())
    if named:
        assert {outlet for outlet, own in splits.items() if own == {"test"}} == set(named)


@pytest.mark.parametrize("sizes", [[40, 30] + [1] * 80, [20] * 10, [3, 1, 1], [50, 50, 50]])
def test_outlets_come_near_to_the_shares(sizes: list[int]) -> None:
    outlets = [f"Outlet {k}" for k, size in enumerate(sizes) for _ in range(size)]
    articles = [article(f"e{i}", f"{i} words", speaker=f"S {i}", outlet=outlet) for i, outlet in enumerate(outlets)]
    drawn = set()
    for seed in range(5):
        assigned, _ = split_articles(articles, SplitConfig(Protocol.by_outlet, seed=seed))
        own = list(assigned.values())
        for split in ("validation", "test"):
            nearest = min(abs(size / len(own) - 0.15) for size in sizes)
            assert abs(own.count(split) / len(own) - 0.15) <= max(nearest, 0.06) + 1e-9
        assert own.count("train") >= max(sizes) or len(sizes) > 3
        drawn.add(frozenset(o for a, o in zip(articles, outlets, strict=True) if assigned[a.article.id] == "test"))
    assert len(drawn) > 1


@settings(max_examples=25, deadline=None)
@given(corpora(), st.integers(0, 5))
def test_the_test_is_the_conflict_that_is_left_out(articles: list[AnnotatedArticle], seed: int) -> None:
    config = SplitConfig(Protocol.leave_one_conflict_out, seed=seed)
    for conflict, own in folds_of(config, articles, least=2):
        assigned, left_out = split_articles(articles, own)
        tested = {key for key, split in assigned.items() if split == "test"}
        assert tested == {a.article.id for a in articles if a.conflict == conflict} and len(tested) >= 2
        assert set(left_out.values()) <= {"tied to an article of the test"}


@settings(max_examples=25, deadline=None)
@given(corpora(), st.integers(0, 5), st.integers(2, 6), st.floats(0, 0.45))
def test_every_article_is_in_the_test_of_one_fold(
    articles: list[AnnotatedArticle], seed: int, folds: int, validation: float
) -> None:
    config = SplitConfig(Protocol.k_fold, seed=seed, folds=folds, validation=validation)
    tested: list[str] = []
    for _, own in folds_of(config, articles, least=1):
        assigned, _ = split_articles(articles, own)
        tested += (key for key, split in assigned.items() if split == "test")
    assert sorted(tested) == sorted(a.article.id for a in articles)


def test_a_conflict_has_its_turn_if_it_has_enough_statements() -> None:
    articles = [article(f"f{i}", story(i), conflict) for i, conflict in enumerate("aaabbc")] + [article("g", "x", "")]
    config = SplitConfig(Protocol.leave_one_conflict_out, unseen_conflicts=["b"])
    assert [(name, own.conflict) for name, own in folds_of(config, articles, 1)] == [("a", "a"), ("c", "c")]
    assert [name for name, _ in folds_of(config, articles, 2)] == ["a"]
    with pytest.raises(InputError, match=r"no conflict has 4 statements or more \(the largest has 3\)"):
        folds_of(config, articles, 4)
    assert folds_of(SplitConfig(), articles, 1) == [("", SplitConfig())]


DRAWN = (Protocol.by_article, Protocol.leave_one_conflict_out, Protocol.k_fold)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(DRAWN),
    st.sets(st.integers(0, 59), min_size=2),
    st.integers(0, 5),
    st.floats(0, 0.45),
    st.floats(0, 0.45),
)
def test_every_article_has_one_split_that_stays_when_others_are_added(
    protocol: Protocol, chosen: set[int], seed: int, validation: float, test: float
) -> None:
    config = SplitConfig(protocol, validation, test, seed, conflict="reed-war")
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
    [
        ({"validation": 0.6, "test": 0.4}, r"splits\.test=0\.4 leave nothing to train on"),
        ({"near_copy": 0.0}, "no similarity"),
        ({"protocol": Protocol.k_fold, "folds": 2, "validation": 0.5}, r"splits\.folds=2 leave nothing to train on"),
        ({"fold": 5}, "splits.fold=5 of splits.folds=5 is no fold"),
        ({"folds": 1}, "two folds or more"),
        ({"conflict": "mali", "unseen_conflicts": ["mali"]}, "'mali' is in splits.unseen_conflicts too"),
    ],
)
def test_impossible_values_are_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SplitConfig(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            SplitConfig(Protocol.leave_one_conflict_out, conflict="dune-wra"),
            r"'dune-wra' is no conflict of these articles \(one of dune-war, reed-war\)",
        ),
        (SplitConfig(Protocol.leave_one_conflict_out, conflict="none"), "'none' is no conflict"),
        (
            SplitConfig(Protocol.by_outlet, outlets=["Rooters", "Star"]),
            r"no article is from Rooters \(for example Herald, Star\)",
        ),
        (SplitConfig(Protocol.by_outlet), "2 outlets leave none to train on"),
    ],
)
def test_what_does_not_fit_the_articles_is_refused(config: SplitConfig, message: str) -> None:
    articles = [
        article("h1", story(1), "reed-war", outlet="Star"),
        article("h2", story(2), "dune-war", outlet="Herald"),
        article("h3", story(3), "none", outlet="Herald"),
    ]
    with pytest.raises(InputError, match=message):
        split_articles(articles, config)
