"""Finding lines of text in a picture: differentiable binarisation (Liao et al., AAAI 2020)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from plugins.lpr import engine

Picture = npt.NDArray[np.uint8]
STEP = 32
"""The model wants sides that are multiples of this many pixels."""
INSIDE, SURE = 0.3, 0.5
"""Probability from which a pixel belongs to a line; mean over its pixels from which a line counts."""
THINNEST = 2.0
UNCLIP = 1.6
"""How far a line reaches beyond what the model marks, as in the paper's formula (area times this over perimeter)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text. centre, width, height: pixels of the picture; angle: degrees, clockwise; sure: 0 to 1."""

    centre: tuple[float, float]
    width: float
    height: float
    angle: float
    sure: float

    def crop(self, picture: Picture, wider: float, higher: float) -> Picture:
        """The line set upright, its sides times these factors. May reach beyond the picture: its edge goes on."""
        width, height = max(8, round(self.width * wider)), max(4, round(self.height * higher))
        turn = cv2.getRotationMatrix2D(self.centre, self.angle, 1.0)
        turn[:, 2] += np.array((width / 2 - self.centre[0], height / 2 - self.centre[1]))
        return np.asarray(
            cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
            np.uint8,
        )


class Locator:
    """The text detection model. One thread."""

    def __init__(self, model: Path | None = None) -> None:
        self._session = engine.session(model or engine.bundled(engine.LOCATE))
        self._input = self._session.get_inputs()[0].name

    def lines(self, picture: Picture, longest: int) -> list[Line]:
        """All lines of text in a picture, height x width x 3 bytes, BGR. longest: its longer side is looked at with
        so many pixels, at most twice those it has.
        """
        height, width = picture.shape[:2]
        factor = min(2.0, longest / max(height, width))
        size = tuple(max(STEP, round(side * factor / STEP) * STEP) for side in (width, height))
        return lines_of(self._map(cv2.resize(picture, size)), width, height)

    def _map(self, scaled: Any) -> npt.NDArray[np.float32]:
        given = np.ascontiguousarray(scaled.transpose(2, 0, 1)[None], np.float32) / np.float32(127.5) - np.float32(1)
        answer: Any = self._session.run(None, {self._input: given})[0]
        return np.asarray(answer[0, 0], np.float32)


def lines_of(chances: npt.NDArray[np.float32], width: int, height: int) -> list[Line]:
    """The lines in a map of probabilities, in pixels of a picture of width x height."""
    across, down = width / chances.shape[1], height / chances.shape[0]
    contours, _ = cv2.findContours((chances > INSIDE).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    lines = []
    for contour in contours:
        kernel = cv2.minAreaRect(contour)
        if min(kernel[1]) < THINNEST:
            continue
        sure = _sure(chances, kernel)
        if sure >= SURE:
            lines.append(_line(kernel, across, down, sure))
    return lines


def _line(kernel: Any, across: float, down: float, sure: float) -> Line:
    """The line whose inner part the kernel is: the model marks lines shrunk, so that neighbours stay apart."""
    (x, y), (w, h), angle = kernel
    if w < h:
        w, h, angle = h, w, angle - 90
    grown = UNCLIP * w * h / (w + h)
    angle = (angle + 90) % 180 - 90
    return Line((x * across, y * down), (w + grown) * across, (h + grown) * down, angle, sure)


def _sure(chances: npt.NDArray[np.float32], kernel: Any) -> float:
    """Mean probability inside the kernel."""
    corners = cv2.boxPoints(kernel)
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 1
    part = chances[top:bottom, left:right]
    mask = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(mask, [np.round(corners - (left, top)).astype(np.int32)], 1)
    return float(cv2.mean(part, mask)[0])
