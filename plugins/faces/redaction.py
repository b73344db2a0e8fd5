"""Faces of recordings that are exported, to be covered. Imported in the exporter: loads OpenCV."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from core.api import Frame
from plugins.faces.finding import AnySide, Finder

SMALLEST = 20
"""Pixels of a face's side: the cascades know no smaller ones. At the 960 pixels looked at, 40 of 1920."""


class FaceRedactor:
    """Redactor of the contract. finder: a better one, such as YuNet."""

    def __init__(self, finder: Finder | None = None) -> None:
        cv2.setNumThreads(1)
        self._finder = finder or AnySide(SMALLEST)

    def look(self, frame: Frame) -> Sequence[tuple[float, float, float, float]]:
        """Boxes of faces as fractions of the picture."""
        picture = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width, 3)
        return [
            (x / frame.width, y / frame.height, w / frame.width, h / frame.height)
            for x, y, w, h in (face.box for face in self._finder.find(picture))
        ]

    def close(self) -> None:
        """Nothing is held."""
