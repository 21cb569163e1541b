"""Sheets for annotators, checks of what comes back, agreement and adjudication."""
