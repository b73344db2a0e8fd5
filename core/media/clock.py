"""Time, injected: nothing in the logic asks the operating system by itself."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """wall_ms: UTC milliseconds since the epoch, may jump. monotonic: seconds that only rise."""

    def wall_ms(self) -> int:
        """UTC milliseconds since the epoch."""

    def monotonic(self) -> float:
        """Seconds since some moment, never falling."""


class SystemClock:
    """The machine's own clocks."""

    def wall_ms(self) -> int:
        """UTC milliseconds since the epoch."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Seconds since the machine started."""
        return time.monotonic()
