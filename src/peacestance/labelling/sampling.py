"""Which articles to annotate next for the rare labels: search words choose what is read, never a label."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from peacestance.schema import Article

_ANY = re.IGNORECASE
TALKS = re.compile(
    r"\b(peace|talks?|negotiat\w*|cease-?fires?|truces?|armistice|settlement|deal|accords?|agreement|dialogue"
    r"|mediat\w*|summit|two-state|concessions?|roadmap|reconcil\w*|compromis\w*)\b",
    _ANY,
)
REFUSAL = re.compile(
    r"\b(reject\w*|refus\w*|rul(ed|es|ing) out|walk(ed|s|ing)? (out|away)|boycott\w*|denounc\w*|appeas\w*"
    r"|surrender\w*|capitulat\w*|suspend\w*|call(ed|s|ing) off|cancel\w*|broke off|pull(ed|s|ing)? out|no point"
    r"|betray\w*|treason|never|oppos\w*|abandon\w*|futile)\b",
    _ANY,
)
TERMS = re.compile(
    r"\b(condition\w*|precondition\w*|demand\w*|insist\w*|unless|only if|provided|guarantees?|must)\b", _ANY
)
WAR = re.compile(r"\b(cease-?fires?|truces?|peace|war|rebels?|insurgen\w*|separatists?|two-state|militants?)\b", _ANY)
PEACE = re.compile(
    r"\b(peace (talks|process|plan|deal|agreement|accords?|negotiations|treaty|conference|envoy)|cease-?fires?|truces?"
    r"|armistice|negotiat\w*|two-state|mediat\w*)\b",
    _ANY,
)
_PARAGRAPH = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class Candidate:
    """An article with its number of words on peace talks, and of refusal and terms in paragraphs about talks."""

    article: Article
    peace: int
    refusals: int
    terms: int


def rank_articles(articles: Iterable[Article]) -> list[Candidate]:
    """Articles on a war, those most likely to tell of refusals and terms first.

    Words of `REFUSAL` (twice as much) and of `TERMS` count in paragraphs that hold a word of `TALKS`, words of `PEACE`
    (a half) everywhere. Articles with fewer than five words of `WAR` are left out: most are about trade, party or
    nuclear talks alone.
    """
    ranked = []
    for article in articles:
        if len(WAR.findall(article.text)) < 5:
            continue
        about = "\n".join(p for p in _PARAGRAPH.split(article.text) if TALKS.search(p))
        refusals, terms = len(REFUSAL.findall(about)), len(TERMS.findall(about))
        ranked.append(Candidate(article, len(PEACE.findall(article.text)), refusals, terms))
    return sorted(ranked, key=lambda c: (-(2 * c.refusals + c.terms + c.peace / 2), c.article.id))
