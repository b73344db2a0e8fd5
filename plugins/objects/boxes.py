"""Boxes in pixels: left, top, width, height."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

PixelBox: TypeAlias = tuple[float, float, float, float]


def inside_picture(box: PixelBox, width: float, height: float) -> tuple[float, float, float, float]:
    """As fractions of a picture of this size, cut at its edges."""
    left, top = min(max(box[0] / width, 0.0), 1.0), min(max(box[1] / height, 0.0), 1.0)
    right, bottom = min(max((box[0] + box[2]) / width, left), 1.0), min(max((box[1] + box[3]) / height, top), 1.0)
    return left, top, right - left, bottom - top


def overlap(one: PixelBox, other: PixelBox) -> float:
    """Intersection over union."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def strongest(found: Sequence[tuple[PixelBox, float]], most: float) -> list[tuple[PixelBox, float]]:
    """Of boxes that share more than `most` of their union, the one with the highest number."""
    kept: list[tuple[PixelBox, float]] = []
    for box, weight in sorted(found, key=lambda one: -one[1]):
        if all(overlap(box, other) <= most for other, _ in kept):
            kept.append((box, weight))
    return kept


def joined(boxes: Sequence[PixelBox]) -> list[PixelBox]:
    """Boxes around those that meet, until none do."""
    rest = list(boxes)
    done: list[PixelBox] = []
    while rest:
        box = rest.pop()
        met = next((other for other in rest if overlap(box, other) > 0), None)
        met_done = next((other for other in done if overlap(box, other) > 0), None)
        if met is not None:
            rest.remove(met)
            rest.append(_around(box, met))
        elif met_done is not None:
            done.remove(met_done)
            rest.append(_around(box, met_done))
        else:
            done.append(box)
    return done


def _around(one: PixelBox, other: PixelBox) -> PixelBox:
    left, top = min(one[0], other[0]), min(one[1], other[1])
    right, bottom = max(one[0] + one[2], other[0] + other[2]), max(one[1] + one[3], other[1] + other[3])
    return left, top, right - left, bottom - top
