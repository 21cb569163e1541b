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
from peacestance.schema import InputError


def _first_run(run: dict[str, Any]) -> str:
    steps = table(
        ["step", "seconds", "peak memory, MiB"], [[s["step"], s["seconds"], s["peak_mib"]] for s in run["rows"]]
    )
    machine = f"{run['machine']['cores']} cores, {run['machine']['processor']}"
    shown = "\n\n".join(f"```\n{step['printed']}\n```" for step in run["rows"] if step["printed"])
    return f"{shown}\n\nOn {machine}:\n\n{steps}"


BLOCKS: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {"run": ("run.json", _first_run)}
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
