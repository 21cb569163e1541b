"""From raw text to stances: statements extracted and classified, scored against gold speakers and stances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from peacestance.evaluation.attribution import Rates, rates, same_name
from peacestance.inference import speaker_stance
from peacestance.matching import match_contents
from peacestance.schema import AnnotatedArticle, Prediction


@dataclass(frozen=True)
class EndToEnd:
    """How well an article's stances are found from its text alone.

    Attributes:
        articles: articles scored.
        statement: statements that are not unrelated: contents overlap by half, the speaker's name and the stance agree.
        exact: the same with the same words in both contents.
        speaker: pairs of speaker and stance in an article (see `peacestance.inference.speaker_stance`); speakers with
            nothing but unrelated statements do not count.
        lost: shares of the gold statements that are not unrelated: lost to extraction (no content overlaps), to speaker
            resolution (another name), to classification (another label), and right.
    """

    articles: int
    statement: Rates
    exact: Rates
    speaker: Rates
    lost: dict[str, float]


def score_end_to_end(articles: Sequence[AnnotatedArticle], found: Sequence[Sequence[Prediction]]) -> EndToEnd:
    """Score the predictions for each article's extracted statements against its annotations."""
    n: Counter[str] = Counter()
    lost: Counter[str] = Counter(dict.fromkeys(("extraction", "speaker", "classification", "right"), 0))
    for annotated, predictions in zip(articles, found, strict=True):
        gold = annotated.annotations
        n["gold"] += sum(a.stance != "unrelated" for a in gold)
        n["found"] += sum(p.stance != "unrelated" for p in predictions)
        matched = set()
        for i, j, overlap in match_contents(
            annotated.article.text, [a.content for a in gold], [p.statement.spans for p in predictions]
        ):
            matched.add(i)
            if gold[i].stance == "unrelated":
                continue
            named = same_name(predictions[j].statement.speaker, gold[i].speaker)
            right = named and predictions[j].stance == gold[i].stance
            n["hit"] += right
            n["exact"] += right and overlap == 1
            lost["right" if right else "classification" if named else "speaker"] += 1
        lost["extraction"] += sum(a.stance != "unrelated" and i not in matched for i, a in enumerate(gold))
        wanted = _speakers((a.speaker, a.stance) for a in gold)
        left = _speakers((p.statement.speaker, p.stance) for p in predictions)
        n["gold speakers"] += len(wanted)
        n["found speakers"] += len(left)
        for name, stance in wanted:
            other = next((own for own in left if same_name(own[0], name)), None)
            if other is not None:
                left.remove(other)
                n["speakers right"] += other[1] == stance
    return EndToEnd(
        articles=len(articles),
        statement=rates(n["hit"], n["found"], n["gold"]),
        exact=rates(n["exact"], n["found"], n["gold"]),
        speaker=rates(n["speakers right"], n["found speakers"], n["gold speakers"]),
        lost={name: count / max(1, n["gold"]) for name, count in lost.items()},
    )


def _speakers(statements: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each speaker's stance, names that agree put together; those with nothing on peace talks left out."""
    groups: list[tuple[str, list[str]]] = []
    for name, stance in statements:
        known = next((own for own in groups if same_name(name, own[0])), None)
        if known is None:
            groups.append((name, [stance]))
        else:
            known[1].append(stance)
    judged = [(name, speaker_stance(stances)) for name, stances in groups if name]
    return [(name, stance) for name, stance in judged if stance != "unrelated"]
