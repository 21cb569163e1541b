"""Write the generated tables of README.md anew from benchmarks/*.json."""

from __future__ import annotations

import sys
from pathlib import Path

from peacestance.files import read_text, write_text
from peacestance.readme import filled
from peacestance.schema import InputError

if __name__ == "__main__":
    try:
        write_text("README.md", filled(read_text("README.md"), Path("benchmarks")))
    except InputError as error:
        sys.exit(f"error: {error}")
