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
from peacestance.report import table
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


def _agreement(found: dict[str, Any]) -> str:
    labels = table(
        ["layer", "articles", "statements", *LABELS],
        [
            [r["layer"], r["articles"], r["statements"], *(r["labels"][label] for label in LABELS)]
            for r in found["rows"]
        ],
    )
    stance = found["stance"]
    low, high = stance["interval"]
    return (
        f"{labels}\n\nAgreement on stance in the real layer, two independent readers: Krippendorff's alpha "
        f"{stance['alpha']:.3f} (95 % interval {low:.3f} to {high:.3f}, articles resampled) over "
        f"{stance['statements']} statements of {stance['articles']} articles; {stance['equal']:.1%} equal, the others "
        f"({found['adjudicated']}) decided by a third reader."
    )


def _embedded(found: dict[str, Any]) -> str:
    stance = found["stance"]
    low, high = stance["interval"]
    return (
        f"Invented articles, writer against blind second reader: alpha {stance['alpha']:.3f} "
        f"({low:.3f} to {high:.3f}) over {stance['statements']} statements of {stance['articles']} articles; "
        f"{stance['equal']:.1%} equal."
    )


BLOCKS: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
    "run": ("run.json", _first_run),
    "agreement": ("agreement.json", _agreement),
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
