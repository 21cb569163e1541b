"""Write the generated tables of the README and the dataset card anew from benchmarks/*.json."""

from __future__ import annotations

import sys
from pathlib import Path

from peacestance.files import read_text, write_text
from peacestance.readme import GENERATED, filled
from peacestance.schema import InputError

if __name__ == "__main__":
    try:
        for name in GENERATED:
            write_text(name, filled(read_text(name), Path("benchmarks")))
    except InputError as error:
        sys.exit(f"error: {error}")
