"""Synthetic scenes with meaning: drawn once, deterministic by seed, with a list of what truly happens in them."""
