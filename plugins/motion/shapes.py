"""The shapes of what moves: foreground of an adaptive background (MOG2: Zivkovic, 2004), kept where something changes.

The background alone reports what stands still and every change of light; the changes alone only edges. A shape is
motion when at least a part of its pixels changed since two looks ago, and when it is no shade: under a cloud's shadow
one sees what was there before, only darker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from cv2.typing import MatLike

CHANGED = 0.02
"""Share of a shape's pixels that must have changed."""
THICK = 0.55
"""Share of a shape's foreground that an object keeps when thin streaks, such as rain, are taken out."""
ALIKE = 0.4
"""A shape is a shade when no more of the texture there is left unexplained by the light."""
_TEXTURE = 0.03  # as a share of the light: less shows nothing that could be seen again, such as a bare wall
_NEAR = (5, 5)  # pixels over which light is even
_MIXTURES = 3  # of MOG2's usual five: as few alarms, more of what moves, and 0.35 MB less a camera at 160 x 90
_MEMORY = 500  # looks over which the background is learnt
_NEW_VIEW = 0.7  # foreground over so much of the picture is another view …
_LEARN_VIEW = 0.2  # … which is learnt this quickly
_RARELY = 5  # a quiet background is kept up with every so many looks
_STREAK = np.ones((2, 3), np.uint8)
_CLOSE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape, in pixels. label: its number in the map of labels; thick: whether it is more than streaks."""

    label: int
    left: int
    top: int
    width: int
    height: int
    area: int
    thick: bool


class Shapes:
    """Of one camera. Pictures are grey, all of one size."""

    def __init__(self, threshold: float, smallest: float) -> None:
        """threshold: steps of 255 by which what moves differs; smallest: pixels of the smallest shape."""
        self._background = cv2.createBackgroundSubtractorMOG2(_MEMORY, threshold**2 / 12, False)
        self._background.setNMixtures(_MIXTURES)
        self._smallest = max(1.0, smallest)
        self._looks = 0
        self._quiet = 0

    def learn(self, picture: MatLike, pace: float = 0.0) -> MatLike:
        """Take a picture into the background; its foreground, 255. pace: 0 for the usual one."""
        self._looks += 1
        return self._background.apply(picture, learningRate=pace or 1 / min(self._looks, _MEMORY))

    def quiet(self, changes: int) -> bool:
        """Whether so few changed pixels make no shape at all, so that nobody needs to look for one."""
        return changes < CHANGED * self._smallest

    def keep_up(self, picture: MatLike) -> None:
        """Nothing moves: now and then is often enough for the background."""
        self._quiet += 1
        if self._quiet % _RARELY == 0:
            self.learn(picture, _RARELY / _MEMORY)

    def find(
        self, picture: MatLike, changed: MatLike, looked_at: MatLike, usual: MatLike
    ) -> tuple[list[Shape], MatLike]:
        """The shapes that move, and the map that gives each pixel its shape's label. usual: what is seen mostly."""
        foreground = cv2.threshold(self.learn(picture), 200, 1, cv2.THRESH_BINARY)[1]
        if cv2.countNonZero(foreground) > _NEW_VIEW * foreground.size:
            self.learn(picture, _LEARN_VIEW)
        foreground = cv2.bitwise_and(foreground, looked_at)
        solid = cv2.morphologyEx(foreground, cv2.MORPH_CLOSE, _CLOSE)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8, ltype=cv2.CV_16U)
        moving = pixels_of(changed, labels, count)
        own = pixels_of(foreground, labels, count)  # of what has holes less than its area
        kept = pixels_of(cv2.morphologyEx(foreground, cv2.MORPH_OPEN, _STREAK), labels, count)
        areas = stats[:, cv2.CC_STAT_AREA]
        large = np.flatnonzero((areas >= self._smallest) & (moving >= CHANGED * areas))
        shapes = []
        for label in (label for label in large.tolist() if label):
            left, top, width, height, area = stats[label].tolist()
            shape = Shape(label, left, top, width, height, area, bool(kept[label] >= THICK * own[label]))
            if not _is_shade(shape, labels, picture, usual):
                shapes.append(shape)
        return shapes, labels


def _is_shade(shape: Shape, labels: MatLike, picture: MatLike, usual: MatLike) -> bool:
    """Whether one sees there what is usually seen there, in another light: the ratio of both is then smooth."""
    around = slice(shape.top, shape.top + shape.height), slice(shape.left, shape.left + shape.width)
    inside = (labels[around] == shape.label).view(np.uint8)
    before = usual[around] + 1
    ratio = cv2.divide(picture[around] + np.float32(1), before)
    texture = _spread(cv2.divide(before, cv2.blur(before, _NEAR)), inside)
    return texture > _TEXTURE and _spread(cv2.subtract(ratio, cv2.blur(ratio, _NEAR)), inside) < ALIKE * texture


def _spread(values: MatLike, inside: MatLike) -> float:
    """The standard deviation. NumPy's takes five times as long for so few."""
    return float(cv2.meanStdDev(values, mask=inside)[1][0, 0])


def pixels_of(mask: MatLike, labels: MatLike, count: int) -> MatLike:
    """How many pixels of each label the mask holds."""
    return np.bincount(labels[mask > 0], minlength=count)
