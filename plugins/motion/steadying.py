"""Puts each picture where, and into the light in which, the pictures before were.

A lamp's flicker and the camera's exposure change all of a picture by one factor: the median over a coarse grid of what
it was to what it is, which an object that covers less than half of the view does not move. A camera that shakes moves
all of a picture: the phase correlation (Kuglin and Hines, 1975) with the slow mean of the pictures before tells how
far. Where only objects move it tells their way, so it is believed only where the moved picture is more like that mean.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from cv2.typing import MatLike

FARTHEST = 0.05
"""Of the picture's width: farther is no shake but another view."""
SURE = 0.2
"""Response of the phase correlation from which its peak is one."""
BETTER = 0.9
"""A shift is believed when the picture then differs so much less from the mean."""
NONE = 0.15
"""Pixels: less is left as it is, for nothing would be seen of it."""
PACE = 0.02
"""How much of each picture goes into the mean."""
_COARSE = (16, 9)
_DARKNESS = 4.0  # added on both sides: a black picture has no factor


class Steadier:
    """Of one camera. Pictures are grey, all of one size, 16 x 16 pixels or more."""

    def __init__(self, first: MatLike) -> None:
        self._mean = first.astype(np.float32)
        self._light = self._coarse(first)
        height, width = first.shape
        self._window = _window(width, height)
        self._farthest = FARTHEST * width

    def in_same_light(self, picture: MatLike) -> MatLike:
        """The picture as bright as those before were."""
        coarse = self._coarse(picture)
        factor = _middle((self._light + _DARKNESS) / (coarse + _DARKNESS))
        cv2.accumulateWeighted(coarse, self._light, PACE)
        return cv2.convertScaleAbs(picture, alpha=factor) if abs(factor - 1) > 0.01 else picture

    def shift(self, picture: MatLike) -> tuple[float, float]:
        """By how many pixels, right and down, the view of this picture was moved; (0, 0) where that is not sure."""
        # Of the mean a copy: of a size that suits its transform, OpenCV multiplies the window into what it is given.
        (dx, dy), sure = cv2.phaseCorrelate(self._mean.copy(), picture.astype(np.float32), self._window)
        if sure < SURE or not NONE < max(abs(dx), abs(dy)) < self._farthest:
            return 0.0, 0.0
        rim = rim_of((dx, dy))
        inner = (slice(rim, -rim), slice(rim, -rim))
        mean = cv2.convertScaleAbs(self._mean)[inner]
        before = cv2.norm(picture[inner], mean, cv2.NORM_L1)
        after = cv2.norm(moved_back(picture, (dx, dy))[inner], mean, cv2.NORM_L1)
        return (dx, dy) if after < BETTER * before else (0.0, 0.0)

    @property
    def mean(self) -> MatLike:
        """What is usually seen: the slow mean of the pictures before, float32."""
        return self._mean

    def remember(self, picture: MatLike) -> None:
        """Take the picture, in the same light and at the same place, into the mean."""
        cv2.accumulateWeighted(picture, self._mean, PACE)

    @staticmethod
    def _coarse(picture: MatLike) -> MatLike:
        return cv2.resize(picture, _COARSE, interpolation=cv2.INTER_AREA).astype(np.float32)


@cache
def _window(width: int, height: int) -> MatLike:
    """One for all cameras of a size; only read."""
    return cv2.createHanningWindow((width, height), cv2.CV_32F)


def moved_back(picture: MatLike, shift: tuple[float, float]) -> MatLike:
    """The picture without the shift; its rim repeats the outermost pixels."""
    matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float32)
    height, width = picture.shape
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(picture, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def rim_of(shift: tuple[float, float]) -> int:
    """Pixels at the rim of a picture moved back of which nothing is known."""
    return math.ceil(max(abs(shift[0]), abs(shift[1])))


def _middle(values: MatLike) -> float:
    """The median. That of NumPy's loads its masked arrays to look for what is no number: 2 MB."""
    low, high = (values.size - 1) // 2, values.size // 2
    part = np.partition(values, (low, high), axis=None)
    return (float(part[low]) + float(part[high])) / 2
