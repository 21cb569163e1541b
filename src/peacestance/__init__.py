"""Stances of speakers toward peace negotiations: dataset, training, evaluation and inference."""
