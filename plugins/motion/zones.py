"""Zones as pixels, and when something goes on in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.api import Zone

if TYPE_CHECKING:
    from cv2.typing import MatLike


@dataclass(frozen=True, slots=True)
class Areas:
    """looked_at: 1 where the picture is looked at; zones: by name, 1 inside; none without zones that include."""

    looked_at: MatLike
    zones: dict[str, MatLike]


def areas(zones: Sequence[Zone], width: int, height: int) -> Areas:
    """The zones on a picture of this size."""
    nothing = np.zeros((height, width), np.uint8)
    excluded: MatLike = nothing
    included: dict[str, MatLike] = {}
    for zone in zones:
        drawn = _drawn(zone, width, height)
        if zone.kind == "exclude":
            excluded = cv2.bitwise_or(excluded, drawn)
        else:
            included[zone.name] = cv2.bitwise_or(included.get(zone.name, nothing), drawn)
    whole: MatLike = nothing if included else np.ones_like(nothing)
    for inside in included.values():
        whole = cv2.bitwise_or(whole, inside)
    return Areas(
        cv2.subtract(whole, excluded), {name: cv2.subtract(inside, excluded) for name, inside in included.items()}
    )


def _drawn(zone: Zone, width: int, height: int) -> MatLike:
    corners = np.array([[round(x * width), round(y * height)] for x, y in zone.points], np.int32)
    return cv2.fillPoly(np.zeros((height, width), np.uint8), [corners], 1)


class Timing:
    """When motion in one zone is told of: after the shortest duration, until some time after the last of it."""

    def __init__(self, shortest_ms: int, end_after_ms: int) -> None:
        self._shortest_ms = shortest_ms
        self._end_after_ms = end_after_ms
        self._since_ms: int | None = None
        self._last_ms = 0
        self._told = False

    def moved(self, since_ms: int, now_ms: int) -> None:
        """Something moves here now, seen first at `since_ms`."""
        if self._since_ms is None:
            self._since_ms = since_ms
        self._last_ms = now_ms

    def going_on(self, now_ms: int) -> int | None:
        """Since when motion goes on, UTC ms; None when it does not, or not for long enough. Once a look."""
        if self._since_ms is not None and now_ms - self._last_ms >= self._end_after_ms:
            self._since_ms, self._told = None, False
        if self._since_ms is None:
            return None
        self._told = self._told or self._last_ms - self._since_ms >= self._shortest_ms
        return self._since_ms if self._told else None
