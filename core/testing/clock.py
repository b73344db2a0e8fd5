"""A clock that stands still until it is told."""

from __future__ import annotations


class FakeClock:
    """A Clock under the test's control. Begins at 2026-01-01T00:00:00Z unless told otherwise."""

    def __init__(self, wall_ms: int = 1_767_225_600_000) -> None:
        self._wall_ms = wall_ms
        self._monotonic = 1000.0

    def wall_ms(self) -> int:
        """UTC milliseconds."""
        return self._wall_ms

    def monotonic(self) -> float:
        """Seconds that only rise."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._wall_ms += round(seconds * 1000)
        self._monotonic += seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock, forward or back, while no time passes: as NTP does."""
        self._wall_ms += round(seconds * 1000)
