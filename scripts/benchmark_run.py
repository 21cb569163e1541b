"""Run the four commands of `make run`, and write what each printed, its time and its memory to benchmarks/run.json."""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from pathlib import Path

from peacestance.files import write_json
from peacestance.provenance import git_revision, machine, versions
from peacestance.report import table


def main() -> None:
    rows = []
    dry = subprocess.run(["make", "-n", "run"], capture_output=True, text=True, check=True).stdout
    for line in (line.strip() for line in dry.splitlines() if "scripts/" in line):
        started = time.perf_counter()
        process = subprocess.Popen(shlex.split(line), stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        printed = process.stdout.read().strip()
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"failed: {line}")
        seconds = round(time.perf_counter() - started)
        rows.append(
            {
                "step": Path(shlex.split(line)[1]).stem,
                "seconds": seconds,
                "peak_mib": usage.ru_maxrss // 1024,
                "printed": printed,
            }
        )
    record = {"machine": machine(), "revision": git_revision(), "versions": versions(), "rows": rows, "ratios": {}}
    write_json("benchmarks/run.json", record)
    print(table(["step", "seconds", "peak MiB"], [[r["step"], r["seconds"], r["peak_mib"]] for r in rows]))


if __name__ == "__main__":
    main()
