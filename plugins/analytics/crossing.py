"""Lines: who crosses, and to which side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.api import Line, TrackPoint
from plugins.analytics.geometry import Direction, Place, beside, feet, passes

CLEAR_OF, MOST_CLEAR = 0.1, 0.03
"""So far from the line somebody is on one side of it for sure, in parts of its own height (a person's: two hands), and
at most, in parts of the picture: who stands on the line does not cross it again and again.
"""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Somebody went over a line. at_ms: UTC."""

    line: Line
    direction: Direction
    at_ms: int


class Crossings:
    """What one object crosses; given its points in their order, each once."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._sure: list[Place | None] = [None] * len(lines)

    def move(self, point: TrackPoint) -> list[Crossing]:
        """It is here now: the lines that it crossed since it was last clear of them, in the directions that count."""
        here = feet(point)
        clear = min(CLEAR_OF * point.box[3], MOST_CLEAR)
        found = []
        for number, line in enumerate(self._lines):
            off = beside(line, here)
            if abs(off) < clear:
                continue
            before, self._sure[number] = self._sure[number], here
            if before is None or (beside(line, before) > 0) == (off > 0) or not passes(line, before, here):
                continue
            direction: Direction = "to_right" if off > 0 else "to_left"
            if line.direction in ("both", direction):
                found.append(Crossing(line, direction, point.wall_ms))
        return found
