"""A picture as a model wants it, and the way back from the model's boxes to the picture's."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from plugins.objects.card import Input

GREY = 114


@dataclass(frozen=True, slots=True)
class Fit:
    """Where the picture lies in the model's: pixels of it from the left and the top, and its size there."""

    left: int
    top: int
    width: int
    height: int

    def back(self, corners: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """n x 4 corners (x1, y1, x2, y2) in the model's pixels as fractions of the picture, cut at its edges."""
        shift = np.array([self.left, self.top, self.left, self.top], np.float32)
        size = np.array([self.width, self.height, self.width, self.height], np.float32)
        return np.asarray(np.clip((corners - shift) / size, 0.0, 1.0), np.float32)


def prepared(picture: npt.NDArray[np.uint8], wanted: Input) -> tuple[npt.NDArray[np.generic], Fit]:
    """height x width x RGB bytes, of any size, as the model's axes and numbers; without the axis of pictures."""
    fit = _fit(picture.shape[1], picture.shape[0], wanted)
    room = np.full((wanted.height, wanted.width, 3), GREY, np.uint8)
    small = cv2.resize(picture, (fit.width, fit.height), interpolation=cv2.INTER_LINEAR)
    room[fit.top : fit.top + fit.height, fit.left : fit.left + fit.width] = small
    if wanted.colours == "bgr":
        room = room[:, :, ::-1]
    if wanted.numbers == "uint8":
        values: npt.NDArray[np.generic] = room
    else:
        mean, deviation = np.array(wanted.mean, np.float32), np.array(wanted.deviation, np.float32)
        values = ((room.astype(np.float32) * np.float32(wanted.scale) - mean) / deviation).astype(wanted.numbers)
    return np.ascontiguousarray(values.transpose(2, 0, 1) if wanted.axes == "nchw" else values), fit


def _fit(width: int, height: int, wanted: Input) -> Fit:
    if not wanted.letterbox:
        return Fit(0, 0, wanted.width, wanted.height)
    scale = min(wanted.width / width, wanted.height / height)
    inside = max(round(width * scale), 1), max(round(height * scale), 1)
    return Fit((wanted.width - inside[0]) // 2, (wanted.height - inside[1]) // 2, *inside)
