"""Which pixels change: the difference to the picture two looks ago, of what is finer than a shade.

Slow shades (a cloud's shadow, a lamp far away) are taken out by subtracting each pixel's surroundings. What differs
by more than the threshold and than six times the usual difference of this picture, its noise, has changed. Places that
change most of the time, such as trees in the wind or a flag, are learnt and left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from cv2.typing import MatLike

GRID = (64, 36)
"""Columns and rows of a motion grid."""
OVER_NOISE = 6.0
RESTLESS = 0.5
"""Share of the looks in which a place must change to count as one that always moves."""
_RESTLESS_MEMORY = 300  # looks over which that is counted
_RESTLESS_FROM = 15
_CELL_CHANGED = 20  # of 255: a cell has changed when a twelfth of its pixels have
_TOGETHER = (5, 5)  # cells over which restlessness is evened out: a tree is no single cell


class Changes:
    """Of one camera. Pictures are grey, all of one size."""

    def __init__(self, threshold: float) -> None:
        """threshold: steps of 255."""
        self._threshold = threshold
        self._past: list[MatLike] = []
        self._looks = 0
        self._restlessness = np.zeros(GRID[::-1], np.float32)

    def fine(self, picture: MatLike) -> MatLike:
        """The picture without its slow shades, around 128."""
        smooth = cv2.blur(picture, (3, 3))
        around = max(3, picture.shape[1] * 15 // 160)
        return cv2.addWeighted(smooth, 1, cv2.blur(smooth, (around, around)), -1, 128)

    def of(self, fine: MatLike) -> MatLike:
        """1 where the picture, as `fine` gives it, changed; nowhere while there are no two before."""
        if len(self._past) < 2:
            return np.zeros_like(fine)
        difference = cv2.absdiff(fine, self._past[0])
        usual = float(np.median(difference[::4, ::4]))
        return cv2.threshold(difference, max(self._threshold, OVER_NOISE * usual), 1, cv2.THRESH_BINARY)[1]

    def remember(self, fine: MatLike) -> None:
        """This picture is the newest of those before."""
        self._past = [*self._past[-1:], fine]

    def without_restless(self, changed: MatLike) -> MatLike:
        """The changes but for places that change most of the time; learns from them. Once a look."""
        self._looks += 1
        cells = cv2.resize(changed * 255, GRID, interpolation=cv2.INTER_AREA) > _CELL_CHANGED
        self._restlessness += (cells - self._restlessness) / min(self._looks, _RESTLESS_MEMORY)
        restless = cv2.blur(self._restlessness, _TOGETHER) > RESTLESS
        if self._looks < _RESTLESS_FROM or not restless.any():
            return changed
        height, width = changed.shape
        calm = cv2.resize((~restless).astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
        return cv2.bitwise_and(changed, calm)
