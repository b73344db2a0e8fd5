"""What is counted by the hour, and where objects were; written at times, so that looking does not wait for the disk."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from core.api import Clock

if TYPE_CHECKING:
    from plugins.analytics.geometry import Place

DETECTOR = "analytics"
COUNTS_EACH_MS, HEAT_EACH_MS = 5_000, 60_000
NOW_MS = 60_000
"""What is older is not counted: it is recorded footage that is looked at again, and was counted when it was new."""
COLUMNS, ROWS = 160, 90
LONGEST_MS = 1000
"""A look tells where objects were for no longer than this."""
HOUR_MS = 3_600_000


class Tally:
    """Of one camera. Writes on the caller's thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._camera_id = 0
        self._counts: Counter[tuple[str, int]] = Counter()
        self._heat = np.zeros((ROWS, COLUMNS), np.uint32)
        self._counted_ms = self._heated_ms = self._looked_ms = 0

    def count(self, name: str, at_ms: int, number: int = 1) -> None:
        """name: such as `to_left:Gate`; at_ms: UTC."""
        if number and self._is_new(at_ms):
            self._counts[name, at_ms // HOUR_MS * HOUR_MS] += number

    def look(self, camera_id: int, at_ms: int, places: list[Place]) -> None:
        """One look: feet were here. Writes what has waited long enough."""
        self._camera_id = camera_id
        passed_ms = min(max(at_ms - self._looked_ms, 0), LONGEST_MS)
        if self._is_new(at_ms):
            for x, y in places:
                self._heat[min(int(y * ROWS), ROWS - 1), min(int(x * COLUMNS), COLUMNS - 1)] += passed_ms
        if self._looked_ms == 0:
            self._counted_ms = self._heated_ms = at_ms
        another_hour = self._looked_ms // HOUR_MS != at_ms // HOUR_MS
        if another_hour or not 0 <= at_ms - self._heated_ms < HEAT_EACH_MS:
            self._write_heat(self._looked_ms)
            self._heated_ms = at_ms
        if self._counts and not 0 <= at_ms - self._counted_ms < COUNTS_EACH_MS:
            self._write_counts()
            self._counted_ms = at_ms
        self._looked_ms = at_ms

    def close(self) -> None:
        """Write what is left."""
        self._write_counts()
        self._write_heat(self._looked_ms)

    def _is_new(self, at_ms: int) -> bool:
        return abs(self._clock.wall_ms() - at_ms) < NOW_MS

    def _write_counts(self) -> None:
        if not self._counts:
            return
        from core.api.services import Count, add_counts

        add_counts(
            Count(self._camera_id, DETECTOR, name, hour_ms, number) for (name, hour_ms), number in self._counts.items()
        )
        self._counts.clear()

    def _write_heat(self, at_ms: int) -> None:
        if not self._heat.any():
            return
        from core.api.services import add_heat

        add_heat(self._camera_id, at_ms, self._heat.tobytes())
        self._heat.fill(0)
