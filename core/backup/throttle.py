"""A cap on bytes a second."""

from __future__ import annotations

from collections.abc import Callable

from core.media.clock import Clock

BURST_S = 0.5


class Throttle:
    """Tells how long to wait so that no more than `cap` bytes a second pass on average; 0 lets all pass.

    wait: sleeps that many seconds, or less and raises when the work has to end.
    """

    def __init__(self, cap: int, clock: Clock, wait: Callable[[float], None]) -> None:
        self._cap, self._clock, self._wait = cap, clock, wait
        self._free_at = clock.monotonic()

    def passed(self, size: int) -> None:
        """So many bytes went. Returns when the next may go."""
        if not self._cap:
            return
        now = self._clock.monotonic()
        self._free_at = max(self._free_at, now - BURST_S) + size / self._cap
        if self._free_at > now:
            self._wait(self._free_at - now)
