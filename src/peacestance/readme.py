"""Tables in the README and the cards, generated from the JSON that the benchmark scripts write.

A generated block stands between `<!-- begin NAME -->` and `<!-- end NAME -->`; a function of `BLOCKS` writes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from peacestance.files import read_text
from peacestance.report import (
    extraction_table,
    mean_and_spread,
    measured_table,
    protocols_table,
    public_table,
    speed_table,
    table,
)
from peacestance.schema import LABELS, InputError

GENERATED = ("README.md", "data/README.md")
"""Files with generated blocks."""


def _first_run(run: dict[str, Any]) -> str:
    steps = table(
        ["step", "seconds", "peak memory, MiB"], [[s["step"], s["seconds"], s["peak_mib"]] for s in run["rows"]]
    )
    machine = f"{run['machine']['cores']} cores, {run['machine']['processor']}"
    shown = "\n\n".join(f"```\n{step['printed']}\n```" for step in run["rows"] if step["printed"])
    return f"{shown}\n\nOn {machine}:\n\n{steps}"


def _counts(found: dict[str, Any]) -> str:
    rows = [[r["layer"], r["articles"], r["statements"], *r["labels"].values()] for r in found["rows"]]
    words = [(r["layer"], *r["words"]) for r in found["rows"]]
    medians = "; ".join(f"{name} {q[2]:.0f} (90 % from {q[0]:.0f} to {q[4]:.0f})" for name, *q in words)
    return f"{table(['layer', 'articles', 'statements', *LABELS], rows)}\n\nMedian words a statement: {medians}."


def _agreement(found: dict[str, Any]) -> str:
    stance, spans, decided = found["stance"], found["spans"], found["adjudicated"]
    low, high = stance["interval"]
    return (
        f"Stance in the real layer, two independent readers: Krippendorff's alpha {stance['alpha']:.3f} (95 % interval "
        f"{low:.3f} to {high:.3f}, articles resampled) over {stance['statements']} statements of {stance['articles']} "
        f"articles; {stance['equal']:.1%} equal, the others ({decided}, {decided / stance['statements']:.1%}) decided "
        f"by a third reader, and {found['corrected']} more labels changed by an audit. Two full annotations of "
        f"{spans['articles']} articles, made without sight of each other (`real/double/`): overlap F1 of the contents "
        f"{spans['overlap_f1']:.3f}, the same words {spans['exact_f1']:.3f}; over the matched ones the same speaker "
        f"{spans['speaker']:.3f}, the same stance {spans['stance']:.3f}."
    )


def _shortcuts(found: dict[str, Any]) -> str:
    layers = [r["layer"] for r in found["rows"]]
    rows = [[name, *(r["shortcuts"][name] for r in found["rows"])] for name in found["rows"][0]["shortcuts"]]
    return table(["macro-F1 of a guess from", *layers], rows)


def _measured(found: dict[str, Any]) -> str:
    return (
        f"{measured_table(found['rows'], found['sets'])}\n\nMacro-F1, mean and standard deviation over the runs; in "
        "brackets the statements of a set."
    )


def _shipped(found: dict[str, Any]) -> str:
    def interval(own: dict[str, Any], figure: str) -> str:
        low, high = own["interval"][figure]
        return f"{own[figure]:.3f} [{low:.3f}, {high:.3f}]"

    rows = [
        [
            name.removeprefix("statements:").removesuffix(".jsonl"),
            own["n"],
            own["articles"],
            *(interval(own, figure) for figure in ("macro_f1", "f_avg", "accuracy")),
            *(own["baselines"][rival]["macro_f1"] for rival in ("tfidf", "majority")),
        ]
        for name, own in reversed(found["sets"].items())
    ]
    head = ["set", "n", "articles", "macro-F1", "mean F1 of support and oppose", "accuracy", "TF-IDF", "majority"]
    return table(head, rows)


def _models(found: dict[str, Any]) -> str:
    sets = list(found["sets"])
    real = sets[-1]
    rows, labels = [], []
    for row in found["rows"]:
        size = "" if row["megabytes"] is None else f"{row['megabytes']:.1f}"
        rows.append(
            [
                row["name"],
                row["runs"],
                *(mean_and_spread(row, s, "macro_f1") for s in sets),
                f"{row['seconds']:.0f}",
                size,
            ]
        )
        labels.append([row["name"], *(mean_and_spread(row, real, figure) for figure in ("f_avg", *LABELS))])
    head = ["", "seeds", *(f"{name} ({size})" for name, size in found["sets"].items()), "seconds", "MB"]
    return (
        f"{table(head, rows)}\n\nMacro-F1, mean and standard deviation over seeds; in brackets the statements of a "
        f"set. Seconds of training on one {found['machine'].get('gpu') or found['machine']['processor']}, several "
        "trainings at a time, and the size of the weights that are kept.\n\nOn "
        f"{real}, F1 of each label, and the mean of support and oppose:\n\n"
        f"{table(['', 'support and oppose', *LABELS], labels)}"
    )


def _training(found: dict[str, Any]) -> str:
    speed = found["ratios"]["statements a second, the plain recipe"]
    machine = f"{found['machine']['cores']} cores, {found['machine']['processor']}"
    return f"{speed_table(found['rows'])}\n\nOurs is {speed:.1f} times as fast ({machine})."


def _protocols(found: dict[str, Any]) -> str:
    return protocols_table(found["rows"])


def _public(found: dict[str, Any]) -> str:
    return "\n\n".join(public_table(name, own["rows"]) for name, own in found.items())


def _extraction(found: dict[str, Any]) -> str:
    parts = [extraction_table(found["rows"]), _shares(found["shares"])]
    model = Path(found["config"]["checkpoint"]).name
    parts += (
        f"Stance macro-F1 of `{model}` on {name}, over {own['pairs']} matched statements: {own['gold']:.3f} on gold "
        f"spans, {own['extracted']:.3f} on extracted ones."
        for name, own in found["stances"].items()
    )
    return "\n\n".join(parts)


def _shares(shares: dict[str, float]) -> str:
    parts = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
    return f"Where the extractor's time goes: {parts}."


def _transfer(found: dict[str, Any]) -> str:
    own = found["transfer"]
    (articles, statements), (training_articles, training_statements) = own["further"], own["training"]
    read = sum(own["read"].values())
    labels = ", ".join(f"{n} {label}" for label, n in own["read"].items())
    return (
        f"{statements} statements of {articles} further articles, and {training_statements} of {training_articles} "
        f"training articles. Readers' labels of the former: {read} ({labels}). {own['equal']:.0%} of them are the "
        "teachers' most probable label."
    )


def _calibration(found: dict[str, Any]) -> str:
    alphas = sorted(row["alpha"] for row in found["rows"])
    return (
        f"Every first and second reader labelled ten articles of a separate gold set blind, and had to reach an alpha "
        f"of 0.80 with it: {len(alphas)} readers, {alphas[0]:.3f} to {alphas[-1]:.3f}, median "
        f"{alphas[len(alphas) // 2]:.3f}."
    )


def _embedded(found: dict[str, Any]) -> str:
    return "\n\n".join(
        f"Invented articles added in {own['version']}, writer against blind second reader: {_agreed(own['stance'])}."
        for own in found["rounds"]
    )


def _transfer_agreement(found: dict[str, Any]) -> str:
    return f"A second reader labelled some of these blind too: {_agreed(found['stance'])}."


def _agreed(stance: dict[str, Any]) -> str:
    low, high = stance["interval"]
    return (
        f"alpha {stance['alpha']:.3f} ({low:.3f} to {high:.3f}) over {stance['statements']} statements of "
        f"{stance['articles']} articles; {stance['equal']:.1%} equal"
    )


BLOCKS: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
    "run": ("run.json", _first_run),
    "counts": ("data.json", _counts),
    "agreement": ("data.json", _agreement),
    "transfer": ("data.json", _transfer),
    "transfer_agreement": ("transfer_agreement.json", _transfer_agreement),
    "calibration": ("calibration.json", _calibration),
    "shortcuts": ("data.json", _shortcuts),
    "default": ("../models/default/metrics.json", _shipped),
    "base": ("../models/base/metrics.json", _shipped),
    "models": ("models.json", _models),
    "ingredients": ("ingredients.json", _measured),
    "few_labels": ("few_labels.json", _measured),
    "training": ("training.json", _training),
    "protocols": ("protocols.json", _protocols),
    "public": ("public.json", _public),
    "learning": ("learning.json", _measured),
    "extraction": ("extraction.json", _extraction),
    "embedded": ("embedded_agreement.json", _embedded),
}
"""For each block, the JSON file that it comes from and the function that writes it."""


def filled(text: str, benchmarks: Path) -> str:
    """The text with every generated block written anew.

    Raises:
        InputError: a block is unknown, not closed, or its JSON file is missing.
    """

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in BLOCKS:
            raise InputError(f"unknown generated block {name!r}", remedy=f"one of {', '.join(BLOCKS)}")
        file, write = BLOCKS[name]
        body = write(json.loads(read_text(benchmarks / file)))
        return f"<!-- begin {name} -->\n\n{body}\n\n<!-- end {name} -->"

    return re.sub(r"<!-- begin (\w+) -->.*?<!-- end \1 -->", fill, text, flags=re.DOTALL)
