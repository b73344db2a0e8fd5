"""Time, injected: nothing in the logic asks the operating system by itself."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """wall_ms: UTC milliseconds since the epoch, may jump. monotonic: seconds that only rise."""

    def wall_ms(self) -> int: ...

    def monotonic(self) -> float: ...


class SystemClock:
    """The machine's own clocks."""

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()
