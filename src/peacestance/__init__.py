"""Stances of speakers toward peace negotiations: dataset, training, evaluation and inference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peacestance.schema import (
    KINDS,
    LABELS,
    AnnotatedArticle,
    Annotation,
    Article,
    InputError,
    Prediction,
    Statement,
)

if TYPE_CHECKING:
    from peacestance.extraction import StatementExtractor
    from peacestance.inference import StanceClassifier, analyze

__all__ = [
    "KINDS", "LABELS", "AnnotatedArticle", "Annotation", "Article", "InputError", "Prediction", "StanceClassifier",
    "Statement", "StatementExtractor", "analyze",
]  # fmt: skip

_LAZY = {
    "StanceClassifier": "peacestance.inference",
    "analyze": "peacestance.inference",
    "StatementExtractor": "peacestance.extraction",
}


def __getattr__(name: str) -> Any:
    # torch and spaCy take seconds to import: only when they are asked for
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
