"""What the dataset holds: balance, lengths, what a shortcut could learn; figures and pictures for its card."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from peacestance.corpus.transfer import transfer_from_row
from peacestance.dataset import gold_statements
from peacestance.files import atomic_path, read_jsonl
from peacestance.labelling.agreement import StanceAgreement
from peacestance.schema import LABELS, AnnotatedArticle

if TYPE_CHECKING:
    from peacestance.measured import Summary

FACETS = ("kind", "conflict", "outlet", "genre")
PROBED = ("speaker", "title", "cue")
FOLDS = 5
COLOURS = dict(zip(LABELS, ("#2a9d5c", "#e9a13b", "#c8443c", "#7d8ca3", "#d9dde3"), strict=True))
"""One colour a label in every picture."""


@dataclass(frozen=True)
class LayerFacts:
    """Counts of one layer.

    Attributes:
        labels: statements of each label.
        balance: for kind, conflict, outlet and genre: statements of each label by value.
        words: 5, 25, 50, 75 and 95 % quantiles of words a statement.
        shortcuts: macro-F1 of guessing the stance from one field alone (see `shortcuts`).
    """

    layer: str
    articles: int
    statements: int
    labels: dict[str, int]
    balance: dict[str, dict[str, dict[str, int]]]
    words: list[float]
    shortcuts: dict[str, float]


def describe_layer(name: str, articles: Sequence[AnnotatedArticle]) -> LayerFacts:
    """Count a layer's annotated statements and measure what shortcuts would learn from them."""
    rows = [row for article in articles for row in gold_statements(article)]
    return LayerFacts(
        layer=name,
        articles=len(articles),
        statements=len(rows),
        labels=_labels(rows),
        balance={
            facet: {
                value: _labels([row for row in rows if row[facet] == value])
                for value, _ in Counter(row[facet] for row in rows).most_common()
            }
            for facet in FACETS
        },
        words=[float(q) for q in np.quantile([_words(row) for row in rows], (0.05, 0.25, 0.5, 0.75, 0.95))],
        shortcuts=shortcuts(rows),
    )


@dataclass(frozen=True)
class TransferFacts:
    """Counts of a transfer set.

    Attributes:
        further: articles and statements outside the annotated layers.
        training: articles and statements of training articles.
        read: readers' votes of each label on statements of further articles.
        equal: share of these votes that are the teachers' most probable label.
    """

    further: tuple[int, int]
    training: tuple[int, int]
    read: dict[str, int]
    equal: float


def describe_transfer(path: str | Path, annotated: Collection[str]) -> TransferFacts:
    """Count a transfer set's statements and votes, given the ids of the articles in the annotated layers.

    Raises:
        InputError: a row is malformed.
    """
    sizes: dict[bool, list[int]] = {True: [], False: []}
    votes: list[tuple[str, str]] = []
    for article, _ in read_jsonl(path, transfer_from_row):
        known = article.id in annotated
        sizes[known].append(len(article.annotations))
        votes += [] if known else [(vote, a.stance) for a in article.annotations for vote in a.votes.values()]
    given = Counter(vote for vote, _ in votes)
    return TransferFacts(
        further=(len(sizes[False]), sum(sizes[False])),
        training=(len(sizes[True]), sum(sizes[True])),
        read={label: given[label] for label in LABELS},
        equal=float(np.mean([vote == taught for vote, taught in votes])) if votes else 0.0,
    )


def _labels(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    count = Counter(row["stance"] for row in rows)
    return {label: count[label] for label in LABELS}


def _words(row: Mapping[str, Any]) -> int:
    return len(re.findall(r"\w+", row["statement"]))


def shortcuts(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Macro-F1 of guessing the stance without reading the statement.

    `majority` always says the commonest label, `chance` draws labels with the layer's own shares. `FIELD` is TF-IDF of
    that field alone with logistic regression, five folds by article; `FIELD, other conflicts` has folds by conflict, so
    that no name of the test fold was seen. A field far above both baselines would let a model ignore what is said.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    gold = np.array([row["stance"] for row in rows])

    def score(guess: np.ndarray) -> float:
        return float(f1_score(gold, guess, labels=LABELS, average="macro", zero_division=0))

    majority = Counter(gold).most_common(1)[0][0]
    found = {"majority": score(np.full(len(gold), majority))}
    found["chance"] = float(np.mean([score(np.random.default_rng(seed).permutation(gold)) for seed in range(20)]))
    for group, suffix in (("article_id", ""), ("conflict", ", other conflicts")):
        groups = np.array([row[group] for row in rows])
        folds = GroupKFold(min(FOLDS, len(set(groups))))
        for name in PROBED:
            text = np.array([row[name] or "_" for row in rows])
            model = make_pipeline(TfidfVectorizer(token_pattern=r"\w+"), LogisticRegression(max_iter=500))
            found[name + suffix] = score(cross_val_predict(model, text, gold, groups=groups, cv=folds))
    return found


def draw_balance(layers: Sequence[LayerFacts], path: str | Path, most: int = 14) -> None:
    """Draw the shares of the labels by kind, conflict and outlet (the `most` largest), a column a layer."""
    facets = FACETS[:3]
    heights = [max(min(most, len(layer.balance[facet])) for layer in layers) for facet in facets]
    figure, axes = _figure(
        (6.4 * len(layers), 0.31 * sum(heights) + 3.2), len(facets), len(layers), height_ratios=heights
    )
    for column, layer in enumerate(layers):
        for row, facet in enumerate(facets):
            values = list(layer.balance[facet].items())[:most][::-1]
            names = [f"{value or 'none'} ({sum(count.values())})" for value, count in values]
            left = np.zeros(len(values))
            for label in LABELS:
                shares = np.array([count[label] / max(1, sum(count.values())) for _, count in values])
                axes[row][column].barh(names, shares, left=left, color=COLOURS[label], label=label)
                left += shares
            axes[row][column].set_xlim(0, 1)
            axes[row][column].set_title(f"{layer.layer} layer, by {facet}", fontsize=10)
            axes[row][column].tick_params(labelsize=8)
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(LABELS), frameon=False)
    _save(figure, path)


def draw_lengths(layers: Mapping[str, Sequence[AnnotatedArticle]], path: str | Path) -> None:
    """Draw how many words statements have in each layer."""
    figure, axes = _figure((6.4, 3.4), 1, 1)
    for name, articles in layers.items():
        words = [_words(row) for article in articles for row in gold_statements(article)]
        axes[0][0].hist(
            words, bins=list(range(0, 62, 2)), density=True, histtype="step", linewidth=1.8,
            label=f"{name} (median {np.median(words):.0f})",
        )  # fmt: skip
    axes[0][0].set_xlabel("words a statement (longer than 60 not shown)")
    axes[0][0].set_ylabel("share of the statements")
    axes[0][0].yaxis.set_major_formatter(lambda value, _: f"{2 * value:.0%}")
    axes[0][0].legend(frameon=False)
    _save(figure, path)


def draw_agreement(stance: StanceAgreement, path: str | Path) -> None:
    """Draw how often two independent readers gave one statement each pair of labels."""
    counts = np.zeros((len(LABELS), len(LABELS)), dtype=int)
    for pair, n in stance.confusion.items():
        first, second = (LABELS.index(label) for label in pair.split(" / "))
        counts[max(first, second), min(first, second)] = n
    figure, axes = _figure((5.4, 4.4), 1, 1)
    shown = np.ma.masked_equal(np.log10(np.maximum(counts, 0.5)), np.log10(0.5))
    axes[0][0].imshow(shown, cmap="Blues", vmin=-0.3, vmax=4.2)
    axes[0][0].set_xticks(range(len(LABELS)), LABELS, rotation=30, ha="right")
    axes[0][0].set_yticks(range(len(LABELS)), LABELS)
    for i in range(len(LABELS)):
        for j in range(i + 1):
            dark = counts[i, j] > 300
            axes[0][0].text(j, i, counts[i, j], ha="center", va="center", color="white" if dark else "black")
    axes[0][0].set_title(f"Two readers' labels: alpha {stance.alpha:.2f}, {stance.statements} statements", fontsize=10)
    axes[0][0].spines[:].set_visible(False)
    _save(figure, path)


def draw_learning(summaries: Sequence[Summary], path: str | Path) -> None:
    """Draw macro-F1 against the number of real training statements, a panel a set, other corpora as level lines.

    Summaries are named as `peacestance.learning` names its runs: model, corpus, share.
    """
    sets = list(summaries[0].mean)
    rows = []
    for s in sorted(summaries, key=lambda s: s.train_statements):
        model, corpus, _ = s.name.split(", ")
        rows.append((model, corpus, s))
    figure, axes = _figure((3.4 * len(sets), 3.6), 1, len(sets))
    colours = dict(zip(sorted({model for model, _, _ in rows}), ("#2266aa", "#7d8ca3"), strict=False))
    for name, own in zip(sets, axes[0], strict=True):
        for model, colour in colours.items():
            real = [s for m, corpus, s in rows if m == model and corpus == "real"]
            mean, spread = ([getattr(s, part)[name]["macro_f1"] for s in real] for part in ("mean", "spread"))
            x = [s.train_statements for s in real]
            own.errorbar(x, mean, spread, color=colour, marker="o", capsize=3, label=f"{model}, real")
            for corpus, style in (("embedded", ":"), ("all", "--")):
                for s in (s for m, c, s in rows if m == model and c == corpus):
                    own.axhline(s.mean[name]["macro_f1"], color=colour, linestyle=style, label=f"{model}, {corpus}")
        own.set_title(name, fontsize=10)
        own.set_xlabel("real training statements")
        own.set_ylim(0.1, 0.8)
        own.grid(alpha=0.25)
    axes[0][0].set_ylabel("macro-F1, mean over seeds")
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    _save(figure, path)


def _figure(size: tuple[float, float], rows: int, columns: int, **grid: Any) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, squeeze=False, gridspec_kw=grid)


def _save(figure: Any, path: str | Path) -> None:
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format="png", dpi=130, metadata={"Software": None})
