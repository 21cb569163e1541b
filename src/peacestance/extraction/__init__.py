"""Attributed statements from an article's text: who said what, with offsets."""

from peacestance.extraction.extractor import StatementExtractor
from peacestance.extraction.passages import context_of, statement_at

__all__ = ["StatementExtractor", "context_of", "statement_at"]
