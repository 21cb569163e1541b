"""Run the four commands of `make run`, and write what each printed, its time and its memory to benchmarks/run.json."""

from __future__ import annotations

import resource
import subprocess
import tempfile
import time
from pathlib import Path

from peacestance.files import write_json
from peacestance.provenance import git_revision, machine, versions
from peacestance.report import table


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        dry = subprocess.run(["make", "-n", "run", f"OUT={folder}"], capture_output=True, text=True, check=True).stdout
        for line in (line.strip() for line in dry.splitlines() if "scripts/" in line):
            started = time.perf_counter()
            done = subprocess.run(line, shell=True, stdout=subprocess.PIPE, text=True, check=True)
            seconds = time.perf_counter() - started
            # the largest child so far: the steps' figures never fall
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
            printed = done.stdout.replace(folder, "outputs/run").strip()
            name = Path(line.split()[1]).stem
            rows.append({"step": name, "seconds": round(seconds), "peak_mib": peak, "printed": printed})
    record = {"machine": machine(), "revision": git_revision(), "versions": versions(), "rows": rows, "ratios": {}}
    write_json("benchmarks/run.json", record)
    print(table(["step", "seconds", "peak MiB"], [[r["step"], r["seconds"], r["peak_mib"]] for r in rows]))


if __name__ == "__main__":
    main()
