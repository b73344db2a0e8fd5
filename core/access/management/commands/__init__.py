"""Commands of core.access."""
