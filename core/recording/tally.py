"""How many bytes cameras and volumes hold, without adding up millions of rows every minute.

What began before a mark is added up once and kept; only what began since is added up anew. The mark lies far enough
back that nothing before it grows any more, and moves on by itself. What retention deletes is subtracted. Other hands
(fsck, a crash taken up late) are seen at the next full count.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from core.recording.ids import ALWAYS
from core.recording.models import MAX_SEGMENT_MS

RECOUNT_MS = 6 * 3_600_000
BACK_MS = 2 * MAX_SEGMENT_MS

SumBetween = Callable[[int, int], int]
"""Bytes of what began in [from_ms, until_ms), from an index that is ordered by time."""


@dataclass(slots=True)
class _Count:
    mark_ms: int
    settled: int
    counted_ms: int


class Tally:
    """Sums by key. Kept by the process that runs retention; any thread, one at a time."""

    def __init__(self) -> None:
        self._counts: dict[Hashable, _Count] = {}

    def total(self, key: Hashable, between: SumBetween, now_ms: int) -> int:
        """Bytes held now; now_ms: UTC ms."""
        count = self._counts.get(key)
        mark = max(now_ms - BACK_MS, 0)
        if count is None or not 0 <= now_ms - count.counted_ms < RECOUNT_MS or mark < count.mark_ms:
            count = self._counts[key] = _Count(0, 0, now_ms)
        count.settled += between(count.mark_ms, mark)
        count.mark_ms = mark
        return count.settled + between(mark, ALWAYS)

    def deleted(self, key: Hashable, start_ms: int, size: int) -> None:
        """Something is there no more."""
        count = self._counts.get(key)
        if count is not None and start_ms < count.mark_ms:
            count.settled -= size
