"""Privacy masks: which polygons are masks, and what lies under them.

A mask is a polygon in fractions of the picture, so that it fits the main and the sub stream, whatever their size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

Point = tuple[float, float]
Polygon = tuple[Point, ...]
"""Corners, x and y from 0 (left, top) to 1 (right, bottom)."""

Masks = tuple[Polygon, ...]
"""Those of one camera."""

MOST_POINTS = 32
MOST_MASKS = 16
SMALLEST = 0.0001
"""Of the picture: about fourteen pixels square at 1080p."""
_THIN = 1e-6  # a box without area is looked at as one of next to none


class MaskError(ValueError):
    """A polygon is no mask; one sentence with the reason and the remedy."""


def checked_polygon(points: Sequence[Sequence[float]], what: str = "mask") -> Polygon:
    """The corners as a polygon; what: its name in sentences. Raises MaskError."""
    if not 3 <= len(points) <= MOST_POINTS:
        raise MaskError(f"A {what} has 3 to {MOST_POINTS} corners, not {len(points)}; add or remove some.")
    if any(len(point) != 2 or not all(0 <= value <= 1 for value in point) for point in points):
        raise MaskError("A corner lies outside the picture; give x and y as fractions from 0 to 1.")
    corners = tuple((float(x), float(y)) for x, y in points)
    if _crosses_itself(corners):
        raise MaskError(f"The {what}'s edges cross each other; move the corners so that its outline does not cross.")
    if _area(corners) < SMALLEST:
        raise MaskError(f"The {what} covers next to nothing; draw it larger.")
    return corners


def share_under(box: Sequence[float], masks: Masks) -> float:
    """How much of a box, `(left, top, width, height)` in fractions of the picture, lies under masks: 0 to 1.

    Where masks overlap their parts add up: that errs on the side of covering.
    """
    left, top, width, height = box
    width, height = max(width, _THIN), max(height, _THIN)
    under = (_area(_clipped(mask, left, top, left + width, top + height)) for mask in masks)
    return min(1.0, sum(under) / (width * height))


def _clipped(polygon: Polygon, left: float, top: float, right: float, bottom: float) -> Polygon:
    for axis, edge, way in ((0, left, 1), (0, right, -1), (1, top, 1), (1, bottom, -1)):
        polygon = tuple(_kept(polygon, axis, edge, way))
    return polygon


def _kept(polygon: Polygon, axis: int, edge: float, way: int) -> Iterator[Point]:
    """The part of a polygon on one side of an edge (Sutherland and Hodgman). Of one that is not convex, bridges of no
    width stay along the edge: its area is right.
    """
    for one, other in zip(polygon, (*polygon[1:], *polygon[:1]), strict=True):
        inside, next_inside = ((point[axis] - edge) * way >= 0 for point in (one, other))
        if inside:
            yield one
        if inside != next_inside:
            part = (edge - one[axis]) / (other[axis] - one[axis])
            yield one[0] + part * (other[0] - one[0]), one[1] + part * (other[1] - one[1])


def _area(corners: Polygon) -> float:
    following = (*corners[1:], *corners[:1])
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(corners, following, strict=True))) / 2


def _crosses_itself(corners: Polygon) -> bool:
    edges = [(corner, corners[(place + 1) % len(corners)]) for place, corner in enumerate(corners)]
    last = len(edges) - 1
    return any(
        _cross(edges[first], edges[second])
        for first in range(len(edges))
        for second in range(first + 2, len(edges))
        if (first, second) != (0, last)  # neighbours share a corner
    )


def _cross(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Whether two edges meet: each has the other's ends on different sides, or an end on itself."""
    sides = [_side(one, other[0]), _side(one, other[1]), _side(other, one[0]), _side(other, one[1])]
    if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
        return True
    ends = ((one, other[0]), (one, other[1]), (other, one[0]), (other, one[1]))
    return any(side == 0 and _within(*end) for side, end in zip(sides, ends, strict=True))


def _side(edge: tuple[Point, Point], point: Point) -> float:
    (ax, ay), (bx, by) = edge
    return (bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax)


def _within(edge: tuple[Point, Point], point: Point) -> bool:
    return all(min(a, b) <= value <= max(a, b) for a, b, value in zip(*edge, point, strict=True))


def masks_of(polygons: Iterable[Iterable[Sequence[float]]]) -> Masks:
    """Masks from their JSON form, which is lists of lists."""
    return tuple(tuple((x, y) for x, y in polygon) for polygon in polygons)
