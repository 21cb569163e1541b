"""Annotated articles as JSONL with their text: one article a line, `attributions` listing its statements."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from peacestance.articles import ARTICLE_FIELDS, article_from_row
from peacestance.schema import KINDS, RULES, AnnotatedArticle, Annotation, InputError, Span, check_label

_OWN = {"conflict", "genre", "layer", "attributions"}


def check_span(value: Any, length: int) -> Span:
    """Read `[start, end]` and check that it lies inside a text of this length.

    Raises:
        InputError: it is no pair of whole numbers, or out of range.
    """
    try:
        start, end = value
        sound = type(start) is int and type(end) is int
    except (TypeError, ValueError):
        sound = False
    if not sound:
        raise InputError(f"{value!r} is no pair of offsets", remedy="[start, end], end exclusive")
    if not 0 <= start < end <= length:
        raise InputError(f"offsets {start} to {end} are out of range", remedy=f"the text has {length} characters")
    return (start, end)


def check_annotation(annotation: Annotation) -> Annotation:
    """Check kind, stance, rule, votes and the order of the parts.

    Raises:
        InputError: one of them is not as the codebook has it.
    """
    check_label(annotation.stance)
    for vote in annotation.votes.values():
        check_label(vote)
    if annotation.kind not in KINDS:
        raise InputError(f"unknown kind {annotation.kind!r}", remedy=f"use one of {', '.join(KINDS)}")
    if annotation.rule not in RULES:
        raise InputError(f"unknown rule {annotation.rule!r}", remedy="a codebook rule from 0 to 12")
    if not annotation.speaker.strip() or not annotation.content:
        raise InputError("a statement needs a speaker and a content")
    if any(a[1] > b[0] for a, b in zip(annotation.content, annotation.content[1:], strict=False)):
        raise InputError(f"the parts {list(annotation.content)} are not in order")
    return annotation


def annotated_from_row(row: dict[str, Any]) -> AnnotatedArticle:
    """Read an annotated article (with no `attributions`: one without annotations).

    Raises:
        InputError: the article or one of its attributions is malformed.
    """
    article = article_from_row(row)
    article = replace(article, extra={k: v for k, v in article.extra.items() if k not in _OWN})
    annotations = []
    for number, item in enumerate(row.get("attributions") or []):
        try:
            length = len(article.text)
            content = tuple(check_span(span, length) for span in item["content"])
            cue, source = ([check_span(span, length) for span in item.get(key) or []] for key in ("cue", "source"))
            annotations.append(
                check_annotation(
                    Annotation(
                        content,
                        str(item.get("speaker") or ""),
                        item["form"],
                        item["stance"],
                        item.get("rule") or 0,
                        source[0] if source else None,
                        cue[0] if cue else None,
                        dict(item["votes"]) if isinstance(item.get("votes"), dict) else {},
                        item.get("reason") or "",
                    )
                )
            )
        except InputError as error:
            raise InputError(f"attribution {number} of {article.id!r}: {error.what}", remedy=error.remedy) from None
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"attribution {number} of {article.id!r} is malformed: {error!r}") from None
    layer = str(row.get("layer") or "")
    return AnnotatedArticle(
        article, tuple(annotations), str(row.get("conflict") or ""), str(row.get("genre") or ""), layer
    )


def annotated_to_row(annotated: AnnotatedArticle) -> dict[str, Any]:
    """Write an annotated article as a JSON object; `annotated_from_row` reads it back."""
    article = annotated.article
    row: dict[str, Any] = {"id": article.id, "text": article.text}
    row |= {name: value for name in ARTICLE_FIELDS if (value := getattr(article, name))}
    row |= {name: value for name in ("conflict", "genre", "layer") if (value := getattr(annotated, name))}
    row |= article.extra
    if annotated.annotations:
        row["attributions"] = [
            {
                "content": [list(span) for span in a.content],
                "cue": [list(a.cue)] if a.cue else [],
                "source": [list(a.mention)] if a.mention else [],
                "speaker": a.speaker,
                "form": a.kind,
                "stance": a.stance,
                "rule": a.rule,
                "votes": a.votes,
                **({"reason": a.reason} if a.reason else {}),
            }
            for a in annotated.annotations
        ]
    return row
