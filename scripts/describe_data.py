"""Count the committed data and measure its agreement and shortcuts: benchmarks/data.json, data/pictures/*.png.

The published articles' texts come from PEACESTANCE_MIRROR, or are fetched.
"""

from __future__ import annotations

import os
import sys
from dataclasses import asdict

from peacestance.corpus import CorpusConfig, CorpusName, double_annotations, read_corpus
from peacestance.describe import describe_layer, describe_transfer, draw_agreement, draw_balance, draw_lengths
from peacestance.files import write_json
from peacestance.labelling.agreement import independent_votes, span_agreement, stance_agreement
from peacestance.provenance import git_revision, machine, versions
from peacestance.report import table
from peacestance.schema import InputError


def main() -> None:
    config = CorpusConfig(CorpusName.real, mirror=os.environ.get("PEACESTANCE_MIRROR"), max_missing=0)
    real, embedded = read_corpus(config), read_corpus(CorpusConfig())
    layers = {"real": real.articles, "embedded": embedded.articles}
    facts = [describe_layer(name, articles) for name, articles in layers.items()]
    stance = stance_agreement({a.article.id: a.annotations for a in real.articles})
    spans = span_agreement(double_annotations(config.real, real))
    assert stance is not None and spans is not None
    reasoned = [x for a in real.articles for x in a.annotations if x.reason]
    adjudicated = sum(len({*independent_votes(x).values()}) > 1 for x in reasoned)
    draw_balance(facts, "data/pictures/balance.png")
    draw_lengths(layers, "data/pictures/lengths.png")
    draw_agreement(stance, "data/pictures/agreement.png")
    transfer = describe_transfer("data/transfer.jsonl", {a.article.id for a in real.articles})
    nothing = sum(reason == "nothing to annotate" for _, reason in real.left_out)
    result = {
        "machine": machine(), "revision": git_revision(), "versions": versions(), "rows": [asdict(f) for f in facts],
        "ratios": {}, "stance": asdict(stance), "spans": asdict(spans), "adjudicated": adjudicated,
        "corrected": len(reasoned) - adjudicated, "nothing": nothing, "transfer": asdict(transfer),
    }  # fmt: skip
    write_json("benchmarks/data.json", result)
    low, high = stance.interval
    print(table(["layer", "articles", "statements"], [[f.layer, f.articles, f.statements] for f in facts]))
    print(f"transfer set: {transfer.further} and {transfer.training} articles and statements; read: {transfer.read}")
    print(f"alpha {stance.alpha:.3f} [{low:.3f}, {high:.3f}]; span overlap F1 {spans.overlap_f1:.3f}")
    print(table(["field", *layers], [[name, *(f.shortcuts[name] for f in facts)] for name in facts[0].shortcuts]))


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(f"error: {error}")
