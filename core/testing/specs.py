"""What every descriptor must fulfil."""

from __future__ import annotations

from core.pluginhost.families import problem


def check_descriptor(spec: object) -> None:
    """Fail the test with the sentence that the host itself would show for this descriptor."""
    found = problem(type(spec), spec)
    assert not found, found
