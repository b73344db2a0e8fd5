"""Where feet are: on which side of a line, inside which zone. All in fractions of the picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

from core.api import Line, TrackPoint, Zone

Place: TypeAlias = tuple[float, float]
Direction = Literal["to_left", "to_right"]


def feet(point: TrackPoint) -> Place:
    """Where it stands: the middle of its box's lower edge."""
    left, top, width, height = point.box
    return left + width / 2, top + height


def beside(line: Line, place: Place) -> float:
    """How far to the right of the line, which is thought to go on beyond its ends; negative to its left."""
    (x1, y1), (x2, y2) = line.points
    return ((x2 - x1) * (place[1] - y1) - (y2 - y1) * (place[0] - x1)) / math.hypot(x2 - x1, y2 - y1)


def passes(line: Line, before: Place, after: Place) -> bool:
    """Whether the straight way between two places on its two sides meets the line between its ends."""
    first, second = line.points
    way = (after[0] - before[0], after[1] - before[1])
    return _turn(before, way, first) * _turn(before, way, second) <= 0


def _turn(start: Place, way: Place, to: Place) -> float:
    return way[0] * (to[1] - start[1]) - way[1] * (to[0] - start[0])


def zone_of(zones: Iterable[Zone], place: Place) -> list[Zone]:
    """The zones that look at this place; none where one leaves it out."""
    there = [zone for zone in zones if inside(zone.points, place)]
    return [] if any(zone.kind == "exclude" for zone in there) else there


def inside(corners: Sequence[Place], place: Place) -> bool:
    """Whether a place lies in a polygon: a ray to the right meets its edges an odd number of times."""
    x, y = place
    odd = False
    for (x1, y1), (x2, y2) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            odd = not odd
    return odd
