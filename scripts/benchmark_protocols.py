"""Measure a model under every evaluation protocol, into benchmarks/protocols.json: see conf/protocols.yaml."""

from __future__ import annotations

from pathlib import Path

from omegaconf import DictConfig

from peacestance.config import script


@script("protocols")
def main(composed: DictConfig) -> None:
    from peacestance.config import run_folder, to_config
    from peacestance.evaluation.protocols import ProtocolsConfig, protocol_rows, protocol_runs
    from peacestance.files import write_json
    from peacestance.measured import measure
    from peacestance.provenance import record
    from peacestance.report import point_line, protocols_table

    config = to_config(ProtocolsConfig, composed)
    folder = Path(run_folder())
    runs, sets = protocol_runs(config, folder)
    sizes = {name: len(statements) for name, statements in sets.items()}
    points = []
    for point in measure(runs, sets, folder, config.workers):
        points.append(point)
        print(point_line(point), flush=True)
    rows = protocol_rows(points, sizes)
    facts = {"rows": rows, "ratios": {}, "sets": sizes, "runs": [own.to_row() for own in points]}
    write_json(config.json, record(config, **facts))
    print(protocols_table(rows))


if __name__ == "__main__":
    main()
