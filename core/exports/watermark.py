"""Who took a copy, drawn all over its pictures: faint, again and again, so that cutting an edge off leaves it there.

It marks a copy and hinders nobody: who encodes the pictures anew with something over them can hide it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

SHIFT = 38
"""By how much a drawn pixel's brightness differs, of 219: legible on skies and at night, and nothing lies hidden."""
ANGLE = 24
_MIDDLE = 128


class Watermark:
    """Draws one text into pictures of yuv420p."""

    def __init__(self, text: str) -> None:
        self._text = "".join(letter if letter.isprintable() else "?" for letter in text)
        self._size = (0, 0)
        self._at: NDArray[np.int64] = np.zeros(0, np.int64)

    def drawn(self, frame: VideoFrame) -> VideoFrame:
        """The frame with the text in it: lighter where it is dark and darker where it is light; its time as it was."""
        if (frame.width, frame.height) != self._size:
            self._size, self._at = (frame.width, frame.height), _pixels(self._text, frame.width, frame.height)
        planes: Any = frame.to_ndarray()
        brightness = planes[: frame.height].reshape(-1)
        under = brightness[self._at]
        brightness[self._at] = np.where(under < _MIDDLE, under + SHIFT, under - SHIFT)
        made = VideoFrame.from_ndarray(planes, "yuv420p")
        made.pts, made.time_base = frame.pts, frame.time_base
        return made


def _pixels(text: str, width: int, height: int) -> NDArray[np.int64]:
    """Which pixels of the plane the text covers, row by row."""
    font = ImageFont.load_default(max(height // 24, 10))
    wide, tall = int(font.getlength(text)) + width // 12, max(height // 5, 24)
    around = int(math.hypot(width, height)) + tall
    sheet = Image.new("1", (around, around), 0)
    pen = ImageDraw.Draw(sheet)
    for row, y in enumerate(range(0, around, tall)):
        for x in range(-(row % 2) * wide // 2, around, wide):
            pen.text((x, y), text, fill=1, font=font)
    turned = sheet.rotate(ANGLE)
    left, top = (around - width) // 2, (around - height) // 2
    return np.flatnonzero(np.asarray(turned.crop((left, top, left + width, top + height))))
