"""What people read: tables for the terminal and Markdown, the confusion picture, and the report of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peacestance.corpus.public import PUBLIC_SETS
from peacestance.files import atomic_path, write_text
from peacestance.schema import LABELS, Statement

if TYPE_CHECKING:
    from peacestance.dataset import Manifest
    from peacestance.evaluation.behaviour import Capability
    from peacestance.evaluation.end_to_end import EndToEnd
    from peacestance.evaluation.intervals import Comparison
    from peacestance.evaluation.probes import Probes
    from peacestance.evaluation.run import Evaluation, EvaluationSet
    from peacestance.inference import ArticleStances
    from peacestance.measured import Point


SHOWN = 8
"""Behaviour tests that the terminal shows; the report has all."""


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table whose columns are aligned for the terminal; numbers stand to the right."""
    cells = [[f"{c:.3f}" if isinstance(c, float) else str(c).replace("|", "\\|") for c in row] for row in rows]
    right = [bool(rows) and all(isinstance(row[i], (int, float)) for row in rows) for i in range(len(head))]
    widths = [max(3, len(name), *(len(row[i]) for row in cells)) for i, name in enumerate(head)]

    def line(values: Sequence[str]) -> str:
        padded = (v.rjust(w) if r else v.ljust(w) for v, w, r in zip(values, widths, right, strict=True))
        return "| " + " | ".join(padded) + " |"

    rule = "|" + "|".join("-" * (w + 1) + (":" if r else "-") for w, r in zip(widths, right, strict=True)) + "|"
    return "\n".join([line(head), rule, *map(line, cells)])


def manifest_table(manifest: Manifest) -> str:
    """Articles, statements and labels of each split, and what was left out."""
    rows = [
        [name, split["articles"], split["statements"], *(split["labels"][label] for label in LABELS)]
        for name, split in manifest.splits.items()
    ]
    text = table(["split", "articles", "statements", *LABELS], rows)
    return text + "".join(f"\nleft out: {count} ({reason})" for reason, count in manifest.left_out.items())


def _short(text: str, length: int = 90) -> str:
    words = " ".join(text.split())
    return words if len(words) <= length else words[: length - 1] + "…"


def statements_table(statements: Sequence[Statement]) -> str:
    """Who says what: speaker, cue, words and kind of each statement."""
    rows = [[s.speaker, " ".join(s.cue.split()), _short(s.statement), s.kind] for s in statements]
    return table(["speaker", "cue", "statement", "kind"], rows)


def speakers_table(result: ArticleStances) -> str:
    """An article's speakers, where each stands, and the clearest of their statements on peace talks."""
    rows = []
    for speaker in result.speakers:
        own = [p for p in speaker.statements if p.stance == speaker.stance] or speaker.statements
        best = max(own, key=lambda p: p.probabilities[p.stance])
        counts = ", ".join(f"{n} {label}" for label, n in speaker.counts.items())
        rows.append([speaker.speaker, speaker.stance, counts, _short(best.statement.statement)])
    title = result.article.title or result.article.id
    return f"{title}\n\n{table(['speaker', 'stance', 'statements', 'for example'], rows)}\n"


def set_table(scores: EvaluationSet) -> str:
    """Precision, recall and F1 of each label, with macro-F1 and accuracy below."""
    rows: list[list[object]] = [
        [label, own["precision"], own["recall"], own["f1"], int(own["support"])]
        for label, own in scores.per_label.items()
    ]
    return table(["label", "precision", "recall", "F1", "n"], rows)


def rivals_table(checkpoint: str, scores: EvaluationSet) -> str:
    """The checkpoint, with its 95 % intervals, beside its baselines."""
    rows: list[list[object]] = [
        [
            checkpoint,
            *(_with_interval(scores, name, getattr(scores, name)) for name in ("macro_f1", "f_avg", "accuracy")),
        ]
    ]
    rows += [
        [name, *(f"{own[key]:.3f}" for key in ("macro_f1", "f_avg", "accuracy"))]
        for name, own in scores.baselines.items()
    ]
    return table(["model", "macro-F1", "mean F1 of support and oppose", "accuracy"], rows)


def _with_interval(scores: EvaluationSet, name: str, value: float) -> str:
    low, high = scores.interval[name]
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def calibration_line(scores: EvaluationSet) -> str:
    """Calibration, and what abstaining would bring, in a sentence."""
    own = scores.calibration
    return (
        f"Calibration error {own.ece:.3f} (bins of equal size: {own.ece_adaptive:.3f}), Brier score {own.brier:.3f}. "
        f"Abstaining below the checkpoint's threshold keeps {own.coverage:.0%} of the statements, "
        f"{own.accuracy_kept:.0%} of them right."
    )


def probes_lines(own: Probes) -> str:
    """What the model makes of a part of its input."""
    rows: list[list[object]] = [[name, value] for name, value in own.macro_f1.items()]
    return (
        f'{table(["given the", "macro-F1"], rows)}\n\nWith "the speaker" in place of the speaker\'s name '
        f"{own.name_swing:.1%} of the labels change."
    )


def slices_table(scores: EvaluationSet, most: int = 12) -> str:
    """The worst slices first; small ones, marked by a star, last."""
    rows: list[list[object]] = [
        [f"{s.field}: {s.value}" + (" *" if s.small else ""), s.n, s.articles, s.macro_f1, s.accuracy]
        for s in scores.slices[:most]
    ]
    return table(["slice", "n", "articles", "macro-F1", "accuracy"], rows)


def end_to_end_lines(own: EndToEnd) -> str:
    """From raw text: F1, and where the gold statements on peace talks are lost."""
    lost = own.lost
    rows: list[list[object]] = [
        [name, rates.precision, rates.recall, rates.f1]
        for name, rates in (
            ("statement, speaker and stance", own.statement),
            ("the same with exact words", own.exact),
            ("speaker's stance in the article", own.speaker),
        )
    ]
    return (
        f"From the text of {own.articles} articles, statements extracted:\n\n"
        f"{table(['found', 'precision', 'recall', 'F1'], rows)}\n\n"
        f"Of the gold statements on peace talks {lost['extraction']:.0%} are lost to extraction, "
        f"{lost['speaker']:.0%} to the speaker's name, {lost['classification']:.0%} to the label; "
        f"{lost['right']:.0%} are right."
    )


def comparison_table(comparisons: Sequence[Comparison]) -> str:
    """Pairs of models, set by set."""
    rows: list[list[object]] = []
    for c in comparisons:
        low, high = c.interval
        rows.append([c.set, f"{c.difference:+.3f} [{low:+.3f}, {high:+.3f}]", c.p_value, c.mcnemar, c.verdict])
    return table(["set", "difference of macro-F1", "p", "McNemar's p", "in words"], rows)


def behaviour_table(behaviour: Sequence[Capability]) -> str:
    """Behaviour tests by capability, the worst first."""
    rows: list[list[object]] = [[c.capability, c.test, c.cases, c.failed, f"{c.rate:.0%}"] for c in behaviour]
    return table(["capability", "test", "cases", "failed", "share"], rows)


def failures_table(behaviour: Sequence[Capability], capabilities: int = 5) -> str:
    """The surest failures of the worst capabilities."""
    rows: list[list[object]] = []
    for own in behaviour[:capabilities]:
        for outcome in own.worst:
            # of an invariance case the two that differ
            pair = [
                outcome.predictions[0],
                next(
                    (p for p in outcome.predictions if p.stance != outcome.predictions[0].stance),
                    outcome.predictions[-1],
                ),
            ]
            for prediction in pair if len(outcome.predictions) > 1 else pair[:1]:
                s = prediction.statement
                says = f"{s.speaker} {s.cue}: {s.statement}"
                rows.append(
                    [
                        own.capability,
                        _short(says, 160),
                        s.stance,
                        f"{prediction.stance} {prediction.probabilities[prediction.stance]:.2f}",
                    ]
                )
    return table(["capability", "statement", "expected", "predicted"], rows)


def scores_table(evaluation: Evaluation) -> str:
    """All of an evaluation's tables for the terminal."""
    parts = []
    for name, scores in evaluation.sets.items():
        parts.append(f"{name}: {scores.n} statements of {scores.articles} articles\n")
        parts.append(rivals_table(evaluation.checkpoint, scores) + "\n")
        parts.append(set_table(scores) + "\n")
        parts.append(calibration_line(scores) + "\n")
        if scores.end_to_end is not None:
            parts.append(end_to_end_lines(scores.end_to_end) + "\n")
    if evaluation.behaviour:
        parts.append(f"behaviour tests, the worst\n\n{behaviour_table(evaluation.behaviour[:SHOWN])}\n")
    return "\n".join(parts)


def mean_and_spread(row: Mapping[str, Any], name: str, figure: str) -> str:
    """One score of a summary's row on the set `name`; empty where it was not scored on it."""
    if name not in row["mean"]:
        return ""
    spread = f" ± {row['spread'][name][figure]:.3f}" if row["runs"] > 1 else ""
    return f"{row['mean'][name][figure]:.3f}{spread}"


def measured_table(rows: Sequence[Mapping[str, Any]], sizes: Mapping[str, int]) -> str:
    """Macro-F1 of measured runs on each set: `rows` are summaries as in a benchmark's JSON, `sizes` the sets'."""
    head = ["", "statements", "runs", *(f"{name} ({size})" for name, size in sizes.items())]
    cells = [[r["name"], r["train_statements"], r["runs"]] for r in rows]
    scores = [[mean_and_spread(row, name, "macro_f1") for name in sizes] for row in rows]
    return table(head, [[*left, *right] for left, right in zip(cells, scores, strict=True)])


def protocols_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Macro-F1 and mean F1 of support and oppose, mean and spread, of protocols and their divisions."""

    def cells(row: Mapping[str, Any]) -> list[object]:
        figures = [
            f"{row['mean'][split][figure]:.3f} ± {row['spread'][split][figure]:.3f}" if split in row["mean"] else ""
            for split, figure in (("test", "macro_f1"), ("test", "f_avg"), ("test_unseen_conflict", "macro_f1"))
        ]
        return [row["name"], row["runs"], row["train_statements"], row["test_statements"], *figures]

    head = ["protocol", "runs", "training statements", "test statements", "macro-F1"]
    head += ["mean F1 of support and oppose", "macro-F1, unseen conflicts"]
    return table(head, [cells(own) for row in rows for own in (row, *row["divisions"])])


def public_table(name: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows of `comparison` under the set's metric."""
    public = PUBLIC_SETS[name]
    shown = table(["system", "score", "source"], [[row["system"], row["score"], row["source"]] for row in rows])
    return f"{public.title}: {public.metric}, on its test split\n\n{shown}"


def speed_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Training speed of each recipe, as in benchmarks/training.json."""
    head = ["recipe", "runs", "statements/s", "seconds", "peak MiB", "share of the multiplication peak"]
    cells: list[list[object]] = []
    for row in rows:
        mean, spread = row["mean"], row["spread"]
        quality = f"{mean['macro_f1']:.3f} ± {spread['macro_f1']:.3f}"
        figures = (f"{mean[name]:.0f}" for name in ("seconds", "peak_mib"))
        speed = f"{mean['statements_per_second']:.1f}"
        cells.append([row["recipe"], row["runs"], speed, *figures, f"{mean['share']:.0%}", quality])
    return table([*head, "validation macro-F1"], cells)


def point_line(point: Point) -> str:
    """One measured run for the terminal."""
    scores = ", ".join(f"{name} {own['macro_f1']:.3f}" for name, own in point.scores.items())
    return f"{point.name}, seed {point.seed}, {point.seconds:.0f} s: {scores}"


def extraction_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Extraction and its rivals on every set, as in benchmarks/extraction.json; figures are per cent."""

    def percent(value: float | None) -> str:
        return "" if value is None else f"{100 * value:.1f}"

    head = [
        "set",
        "tool",
        "articles",
        "gold",
        "exact F1",
        "P",
        "R",
        "overlap F1",
        "source",
        "name",
        "end to end",
        "art./s",
    ]
    cells: list[list[object]] = []
    for row in rows:
        own = row["scores"]
        end = own["end_to_end"]["f1"] if own["end_to_end"] else None
        figures = [own["exact"]["f1"], *(own["overlap"][k] for k in ("precision", "recall", "f1"))]
        figures += [own["source"], own["name"], end]
        speed = f"{own['articles'] / row['seconds']:.1f}" if row["seconds"] else ""
        cells.append([row["set"], row["tool"], own["articles"], own["gold"], *map(percent, figures), speed])
    return table(head, cells)


def write_report(evaluation: Evaluation, folder: str | Path) -> None:
    """Write `report.md` and a confusion picture for each set."""
    folder = Path(folder)
    parts = [f"# Evaluation of {evaluation.checkpoint}\n", f"Trained on data version {evaluation.data_version}.\n"]
    for name, scores in evaluation.sets.items():
        picture = "confusion-" + "".join(c if c.isalnum() or c in "-_." else "-" for c in name) + ".png"
        _confusion_picture(name, scores, folder / picture)
        parts += [
            f"## {name}\n",
            f"{scores.n} statements of {scores.articles} articles.\n",
            rivals_table(evaluation.checkpoint, scores) + "\n",
            set_table(scores) + "\n",
            calibration_line(scores) + "\n",
            *([end_to_end_lines(scores.end_to_end) + "\n"] if scores.end_to_end is not None else []),
            *(["Parts of the input:\n", probes_lines(scores.probes) + "\n"] if scores.probes is not None else []),
            "The worst slices (macro-F1 over the labels that occur there; * fewer than 30 statements); all slices are "
            "in `metrics.json`.\n",
            slices_table(scores) + "\n",
            f"![Confusion matrix on {name}: gold labels as rows, predictions as columns]({picture})\n",
        ]
    if evaluation.behaviour:
        parts += ["## Behaviour tests\n", "Invented statements; what fails most stands first.\n"]
        parts += [behaviour_table(evaluation.behaviour) + "\n", failures_table(evaluation.behaviour) + "\n"]
    write_text(folder / "report.md", "\n".join(parts))


def _confusion_picture(name: str, scores: EvaluationSet, path: Path) -> None:
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    counts = np.array(scores.confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(6.2, 5.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    ticks = range(len(LABELS))
    axes.set_xticks(ticks, LABELS, rotation=30, ha="right")
    axes.set_yticks(ticks, [f"{label} ({total})" for label, total in zip(LABELS, counts.sum(axis=1), strict=True)])
    axes.set_xlabel("predicted")
    axes.set_ylabel("gold (statements)")
    axes.set_title(f"{name}: macro-F1 {scores.macro_f1:.2f}")
    for i in ticks:
        for j in ticks:
            axes.text(j, i, counts[i, j], ha="center", va="center", color="white" if shares[i, j] > 0.5 else "black")
    figure.colorbar(image, label="share of the gold label")
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format="png", dpi=150)
