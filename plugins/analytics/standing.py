"""What stands still, and for how long: objects left behind; and how fast what moves is."""

from __future__ import annotations

import math
from collections import deque

from core.api import TrackPoint
from plugins.analytics.geometry import feet

MOVED = 0.5
"""It has moved when its feet are so far from where they stood, in parts of its box's longer side."""
MEASURED_MS = 1000
"""Over this time a speed is measured."""


class Standing:
    """Since when one object stands where it stands."""

    def __init__(self) -> None:
        self._first: TrackPoint | None = None
        self.newest: TrackPoint | None = None

    def move(self, point: TrackPoint) -> bool:
        """It is here now; whether that is another place than before."""
        self.newest = point
        if self._first is not None and not _moved(self._first, point):
            return False
        moved, self._first = self._first is not None, point
        return moved

    @property
    def since_ms(self) -> int:
        """UTC ms."""
        return self._first.wall_ms if self._first else 0

    def stood_ms(self) -> int:
        """How long it stood when it was last seen."""
        return self.newest.wall_ms - self.since_ms if self.newest else 0


def _moved(before: TrackPoint, now: TrackPoint) -> bool:
    (x, y), (to_x, to_y) = feet(before), feet(now)
    return math.hypot(to_x - x, to_y - y) > MOVED * max(before.box[2], before.box[3])


class Speed:
    """How fast one object goes, in its own heights a second."""

    def __init__(self) -> None:
        self._points: deque[TrackPoint] = deque()

    def move(self, point: TrackPoint) -> float | None:
        """Its speed over the last second; None until it was seen for that long."""
        self._points.append(point)
        while len(self._points) > 2 and self._points[1].wall_ms <= point.wall_ms - MEASURED_MS:
            self._points.popleft()
        before = self._points[0]
        passed_ms = point.wall_ms - before.wall_ms
        height = (point.box[3] + before.box[3]) / 2
        if passed_ms < MEASURED_MS or height <= 0:
            return None
        (x, y), (to_x, to_y) = feet(before), feet(point)
        return math.hypot(to_x - x, to_y - y) / height * 1000 / passed_ms
