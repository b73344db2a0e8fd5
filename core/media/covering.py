"""Privacy masks: parts of the picture that are covered before anybody without the right to see them gets it.

A mask is a polygon in fractions of the picture, so that it fits the main and the sub stream, whatever their size. What
lies under it is replaced, not darkened: nothing of it can be had back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Point = tuple[float, float]
Polygon = tuple[Point, ...]
"""Corners, x and y from 0 (left, top) to 1 (right, bottom)."""

MOST_POINTS = 32
MOST_MASKS = 16
SMALLEST = 0.0001
"""Of the picture: about fourteen pixels square at 1080p."""
_BLACK, _NO_COLOUR = 16, 128
_Bits = NDArray[np.bool_]


class MaskError(ValueError):
    """A polygon is no mask; one sentence with the reason and the remedy."""


def checked_polygon(points: Sequence[Sequence[float]]) -> Polygon:
    """The corners as a polygon. Raises MaskError."""
    if not 3 <= len(points) <= MOST_POINTS:
        raise MaskError(f"A mask has 3 to {MOST_POINTS} corners, not {len(points)}; add or remove some.")
    if any(len(point) != 2 or not all(0 <= value <= 1 for value in point) for point in points):
        raise MaskError("A corner lies outside the picture; give x and y as fractions from 0 to 1.")
    corners = tuple((float(x), float(y)) for x, y in points)
    if _crosses_itself(corners):
        raise MaskError("The mask's edges cross each other; move the corners so that its outline does not cross.")
    if _area(corners) < SMALLEST:
        raise MaskError("The mask covers next to nothing; draw it larger.")
    return corners


def _area(corners: Polygon) -> float:
    following = (*corners[1:], corners[0])
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


@dataclass(frozen=True, slots=True)
class Cover:
    """The masks of one camera. Empty, it is false and changes nothing. Can be sent to other processes."""

    polygons: tuple[Polygon, ...] = ()
    _sizes: dict[tuple[int, int], tuple[_Bits, _Bits]] = field(default_factory=dict, compare=False, repr=False)

    def __bool__(self) -> bool:
        return bool(self.polygons)

    def __reduce__(self) -> tuple[type[Cover], tuple[tuple[Polygon, ...]]]:
        return type(self), (self.polygons,)

    def on(self, frame: VideoFrame) -> VideoFrame:
        """The frame with the masks black; in yuv420p when there are any. Its times stay."""
        if not self.polygons:
            return frame
        plain = np.asarray(frame.reformat(frame.width & ~1, frame.height & ~1, "yuv420p").to_ndarray(), np.uint8)
        self.on_planes(plain, frame.width & ~1, frame.height & ~1)
        made = VideoFrame.from_ndarray(plain, "yuv420p")
        made.pts = frame.pts
        if frame.time_base is not None:
            made.time_base = frame.time_base
        made.color_range, made.colorspace = frame.color_range, frame.colorspace
        return made

    def on_planes(self, planes: NDArray[np.uint8], width: int, height: int) -> None:
        """Cover in place. planes: yuv420p as PyAV's to_ndarray gives it: (height * 3 / 2, width), sizes even."""
        if not self.polygons:
            return
        luma, chroma = self._bits(width, height)
        planes[:height][luma] = _BLACK
        colours = planes[height:].reshape(2, height // 2, width // 2)
        colours[:, chroma] = _NO_COLOUR

    def _bits(self, width: int, height: int) -> tuple[_Bits, _Bits]:
        """Which samples of brightness and of colour are covered. Colour counts for four pixels: any of them covers."""
        found = self._sizes.get((width, height))
        if found is None:
            image = Image.new("1", (width, height))
            draw = ImageDraw.Draw(image)
            for polygon in self.polygons:
                draw.polygon([(x * width, y * height) for x, y in polygon], fill=1, outline=1)
            luma = np.asarray(image, dtype=np.bool_)
            fours = luma.reshape(height // 2, 2, width // 2, 2)
            chroma: _Bits = np.any(fours, axis=(1, 3), keepdims=True).reshape(height // 2, width // 2)
            found = (chroma.repeat(2, axis=0).repeat(2, axis=1), chroma)
            self._sizes[width, height] = found
        return found
