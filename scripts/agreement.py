"""Count the committed data and measure the agreement of its readers, into benchmarks/agreement.json."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from peacestance.corpus import CorpusConfig, read_corpus
from peacestance.corpus.standoff import read_standoff
from peacestance.files import write_json
from peacestance.labelling.agreement import stance_agreement
from peacestance.provenance import git_revision, machine, versions
from peacestance.schema import LABELS, Annotation


def layer(name: str, articles: Mapping[str, Sequence[Annotation]]) -> dict[str, Any]:
    """One row of the table."""
    count = Counter(a.stance for annotations in articles.values() for a in annotations)
    labels = {label: count[label] for label in LABELS}
    return {"layer": name, "articles": len(articles), "statements": count.total(), "labels": labels}


def main() -> None:
    real = {article.id: article.annotations for article in read_standoff("data/real") if not article.nothing}
    embedded = {a.article.id: a.annotations for a in read_corpus(CorpusConfig()).articles}
    stance = stance_agreement(real)
    assert stance is not None
    adjudicated = sum(bool(a.reason) for annotations in real.values() for a in annotations)
    rows = [layer("real", real), layer("embedded", embedded)]
    facts = {"machine": machine(), "revision": git_revision(), "versions": versions()}
    result = {**facts, "rows": rows, "stance": asdict(stance), "adjudicated": adjudicated, "ratios": {}}
    write_json("benchmarks/agreement.json", result)
    low, high = stance.interval
    print(
        f"alpha {stance.alpha:.3f} [{low:.3f}, {high:.3f}], {stance.statements} statements, {adjudicated} adjudicated"
    )
    print(rows)


if __name__ == "__main__":
    main()
