"""Scores of checkpoints on held-out statements, baselines beside them, and the report."""
