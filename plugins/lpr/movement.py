"""Which way a followed plate went, and how fast."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from plugins.lpr.events import Direction
from plugins.lpr.follow import Point

CLEAR = 1.12
"""How many times larger a plate must have become to have come nearer."""
LEAST_MS = 100
End = tuple[float, float]


def direction(points: Sequence[Point]) -> Direction:
    """Towards the camera or away from it, by whether the plate grew; empty when that does not tell."""
    third = max(1, len(points) // 3)
    early = sum(point.height for point in points[:third]) / third
    late = sum(point.height for point in points[-third:]) / third
    if len(points) < 2 or not early or not late:
        return ""
    if late > early * CLEAR:
        return "towards"
    return "away" if early > late * CLEAR else ""


def speed_kmh(points: Sequence[Point], lines: Sequence[tuple[End, End]], metres: float) -> float | None:
    """Kilometres an hour between two lines that lie so many metres apart; None unless both were crossed."""
    times = [at for line in lines if (at := crossed_ms(points, line)) is not None]
    if len(lines) != 2 or len(times) != 2 or not metres:
        return None
    took = abs(times[0] - times[1])
    return round(metres / took * 3600, 1) if took >= LEAST_MS else None


def crossed_ms(points: Sequence[Point], line: tuple[End, End]) -> float | None:
    """When the plate's centre first crossed a line, UTC ms between two looks; None when it did not."""
    for before, after in pairwise(points):
        share = _crossing(((before.x, before.y), (after.x, after.y)), line)
        if share is not None:
            return before.at_ms + share * (after.at_ms - before.at_ms)
    return None


def _crossing(way: tuple[End, End], line: tuple[End, End]) -> float | None:
    """At which share of the way it crosses the line; None when it does not."""
    (ax, ay), (bx, by) = way
    (cx, cy), (dx, dy) = line
    across = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if across == 0:
        return None
    on_way = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / across
    on_line = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / across
    return on_way if 0 <= on_way <= 1 and 0 <= on_line <= 1 else None
