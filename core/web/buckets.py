"""How often somebody may do something: a bucket each, that fills by so many a minute and holds as many."""

from __future__ import annotations

import threading
from collections import OrderedDict

from core.media.clock import Clock

MOST = 20_000
"""Callers that are remembered at once; beyond, whoever was not heard of for longest begins anew."""


class Buckets:
    """per_minute: how many of each caller; 0 is no limit. For any thread."""

    def __init__(self, per_minute: int, clock: Clock, most: int = MOST) -> None:
        self._per_second = per_minute / 60
        self._most = most
        self._capacity = float(per_minute)
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what was left, and when
        self._lock = threading.Lock()

    def take(self, caller: str) -> float:
        """Take one. 0 when it was there, else the seconds until it will be."""
        if not self._capacity:
            return 0.0
        now = self._clock.monotonic()
        with self._lock:
            left, seen = self._levels.pop(caller, (self._capacity, now))
            left = min(self._capacity, left + (now - seen) * self._per_second)
            enough = left >= 1
            self._levels[caller] = (left - 1 if enough else left, now)
            if len(self._levels) > self._most:
                self._levels.popitem(last=False)
        return 0.0 if enough else (1 - left) / self._per_second

    def __len__(self) -> int:
        """How many callers are remembered."""
        return len(self._levels)
