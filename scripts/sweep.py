"""Search training settings: see conf/sweep.yaml."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from omegaconf import DictConfig

from peacestance.config import script


@script("sweep")
def main(composed: DictConfig) -> None:
    from peacestance.config import run_folder, to_config
    from peacestance.files import write_json
    from peacestance.provenance import record
    from peacestance.report import table
    from peacestance.sweep import SweepConfig, sweep

    config = to_config(SweepConfig, composed)
    output = Path(run_folder())
    trials = sweep(config, output)
    write_json(output / "trials.json", record(config, trials=[asdict(trial) for trial in trials]))
    scores = ["ended early" if t.macro_f1 is None else f"{t.macro_f1:.3f}" for t in trials]
    rows = [
        [t.number, score, *(f"{v:.3g}" if isinstance(v, float) else v for v in t.values.values())]
        for t, score in zip(trials, scores, strict=True)
    ]
    print(table(["trial", "macro-F1", *config.parameters], rows))
    print(f"the best one's checkpoint in {output / 'best'}")


if __name__ == "__main__":
    main()
