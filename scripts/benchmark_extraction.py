"""Measure extraction beside its rivals, into benchmarks/extraction.json: see conf/extraction.yaml."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from omegaconf import DictConfig

from peacestance.config import script


@script("extraction")
def main(composed: DictConfig) -> None:
    from peacestance.config import to_config
    from peacestance.evaluation.extraction import (
        ExtractionConfig,
        gold_sets,
        measure_extraction,
        shares_of_time,
        stance_on_extracted,
    )
    from peacestance.files import write_json
    from peacestance.inference import StanceClassifier
    from peacestance.provenance import record
    from peacestance.report import extraction_table

    config = to_config(ExtractionConfig, composed)
    sets = gold_sets(config)
    measured, found = measure_extraction(sets, config.tagger)
    shares = shares_of_time([a.article for gold in sets.values() for a in gold.articles], config.tagger)
    stances: dict[str, dict[str, Any]] = {}
    if config.checkpoint:
        classifier = StanceClassifier.from_pretrained(config.checkpoint)
        for name, gold in sets.items():
            own = stance_on_extracted(gold.annotated, found[name], classifier) if gold.annotated else None
            stances |= {name: own} if own else {}
    rows = [asdict(m) for m in measured]
    ratios = {
        f"{m.tool}, {m.set}": ours.scores.overlap.f1 / m.scores.overlap.f1
        for ours in measured if ours.tool == "peacestance"
        for m in measured if m.set == ours.set and m is not ours and m.scores.overlap.f1
    }  # fmt: skip
    write_json("benchmarks/extraction.json", record(config, rows=rows, ratios=ratios, shares=shares, stances=stances))
    print(extraction_table(rows))
    print(", ".join(f"{name} takes {share:.0%} of the time" for name, share in shares.items()))
    for name, own in stances.items():
        print(
            f"{name}: stance macro-F1 on {own['pairs']} pairs: gold {own['gold']:.3f}, extracted {own['extracted']:.3f}"
        )


if __name__ == "__main__":
    main()
