"""What of a picture tells of tampering, and the same of the view as it usually is.

Edges stay where they are while light changes: so the picture's edges (gradient magnitudes) are compared with those of
the slow mean of earlier pictures, block by block of a 4 x 4 grid. Sharpness is the variance of the Laplacian against
that of the picture, and contrast the deviation against the brightness, both against their usual values: so they too
hardly depend on light. The idea of comparing old and recent edges is that of Saglam and Temizel (AVSS 2009).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from cv2.typing import MatLike

BLOCKS = (4, 4)
HAS_EDGES = 0.2
"""Usual correlation from which a block has edges that last."""
LOST = 0.4
"""Of its usual correlation: a block with less has lost its edges."""
FLAT = 0.3
"""Of its usual edges' strength: a block with less is hidden by something flat."""
BLACK, WHITE = 16, 235
"""Luma of black and white as most cameras send them (ITU-R BT.709)."""
LEARNS_LOOKS = 20
PACE = 0.01
"""How much of each look goes into what is usual."""
SUSPICIOUS = 0.2
"""Share of lost blocks from which the view is looked for elsewhere."""
ELSEWHERE = 0.04
"""Of the picture: a pole in the wind moves the view by less."""
FOUND = 0.42
"""Correlation from which it was found there: what passes looks like it by chance, by up to 0.32 in the clips."""
_COARSE = (32, 18)
_SMALL = (80, 45)
_MARGIN = (12, 6)  # of that: how far, across and down, the view is looked for


@dataclass(frozen=True, slots=True)
class Measures:
    """Of one picture. brightest: of a coarse picture, 0 to 255; light: that, from black, in parts of the usual; white:
    share of it that is; sharp, contrast: in parts of the usual; alike: correlation with the usual view, coarse; lost:
    share of the blocks with edges that lost them, 0 where no block has any; flat: share of those that are flat now;
    aside: by how much more the usual edges correlate with those of this picture somewhere else in it than at their own
    place, 0 where they do not.
    """

    brightest: float
    light: float
    white: float
    sharp: float
    contrast: float
    alike: float
    lost: float
    flat: float
    aside: float


class Usual:
    """The view of one camera as it usually is. Pictures are grey, all of one size, 16 x 16 pixels or more."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._mean = np.zeros(shape, np.float32)
        self._mean_edges: MatLike = self._mean.copy()
        self._edges = np.zeros(BLOCKS, np.float32)
        self._sharpness = 0.0
        self._contrast = 0.0
        self.looks = 0

    def measure(self, picture: MatLike) -> Measures:
        """The picture against what is usual; call `learn` with it afterwards when it is."""
        coarse = cv2.resize(picture, _COARSE, interpolation=cv2.INTER_AREA).astype(np.float32)
        mean = cv2.resize(self._mean, _COARSE, interpolation=cv2.INTER_AREA)
        edges = _edges(picture)
        has_edges = self._edges > HAS_EDGES
        gone = has_edges & (self._correlation(edges) < LOST * self._edges)
        lost = float(gone.sum() / has_edges.sum()) if has_edges.any() else 0.0
        flat = gone & (_by_block(edges) < FLAT * _by_block(self._mean_edges))
        return Measures(
            brightest=float(coarse.max()),
            light=(float(coarse.max()) - BLACK) / max(1.0, float(mean.max()) - BLACK),
            white=float((coarse >= WHITE).mean()),
            sharp=_sharpness(picture) / max(1e-6, self._sharpness),
            contrast=_contrast(picture) / max(1e-6, self._contrast),
            alike=_alike(coarse, mean),
            lost=lost,
            flat=float(flat.sum() / gone.sum()) if gone.any() else 0.0,
            aside=_aside(edges, self._mean_edges) if lost > SUSPICIOUS else 0.0,
        )

    def learn(self, picture: MatLike) -> None:
        """This picture is as usual."""
        self.looks += 1
        pace = max(PACE, 1 / self.looks)
        if self.looks > 1:
            own = max(PACE, 1 / (self.looks - 1))
            self._edges += np.float32(own) * (self._correlation(_edges(picture)) - self._edges)
        self._sharpness += pace * (_sharpness(picture) - self._sharpness)
        self._contrast += pace * (_contrast(picture) - self._contrast)
        cv2.accumulateWeighted(picture, self._mean, pace)
        self._mean_edges = _edges(self._mean)

    def _correlation(self, edges: MatLike) -> MatLike:
        """Of the edges of each block with those of the mean, -1 to 1; 0 where one has none."""
        usual = self._mean_edges
        of_now, of_usual = _by_block(edges), _by_block(usual)
        together = _by_block(edges * usual) - of_now * of_usual
        spread = (_by_block(edges * edges) - of_now**2) * (_by_block(usual * usual) - of_usual**2)
        return np.asarray(together / np.sqrt(np.maximum(spread, 1e-3)), np.float32)


def _edges(picture: MatLike) -> MatLike:
    smooth = cv2.blur(picture, (5, 5)).astype(np.float32)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3)
    return cv2.magnitude(across, down)


def _aside(edges: MatLike, usual: MatLike) -> float:
    across, down = _MARGIN
    small, inner = (cv2.resize(one, _SMALL, interpolation=cv2.INTER_AREA) for one in (edges, usual))
    found = cv2.matchTemplate(small, inner[down:-down, across:-across], cv2.TM_CCOEFF_NORMED)
    best, (x, y) = cv2.minMaxLoc(found)[1::2]
    far = max(abs(x - across) / _SMALL[0], abs(y - down) / _SMALL[1])
    return float(best - found[down, across]) if far > ELSEWHERE and best > FOUND else 0.0


def _by_block(values: MatLike) -> MatLike:
    return cv2.resize(values, BLOCKS, interpolation=cv2.INTER_AREA).astype(np.float64)


def _sharpness(picture: MatLike) -> float:
    """Smoothed first: a lens out of focus leaves the sensor's grain as sharp as ever."""
    smooth = cv2.blur(picture, (3, 3))
    return float(cv2.Laplacian(smooth, cv2.CV_16S).var()) / (float(smooth.std()) + 1) ** 2


def _contrast(picture: MatLike) -> float:
    return float(picture.std()) / (float(picture.mean()) + 8)


def _alike(coarse: MatLike, mean: MatLike) -> float:
    one, other = coarse - coarse.mean(), mean - mean.mean()
    return float((one * other).sum() / np.sqrt(max(1e-6, float((one * one).sum() * (other * other).sum()))))
