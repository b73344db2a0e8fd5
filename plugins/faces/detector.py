"""Faces that look at the camera, by OpenCV's Haar cascade `alt2` (Viola and Jones, 2001; Lienhart, 2002)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.api import NOTHING, Frame, Occurrence, SeenObject, Sight
from plugins.faces.events import SEEN
from plugins.faces.settings import FaceSettings

CASCADE = "haarcascade_frontalface_alt2.xml"
STEP, NEIGHBOURS = 1.1, 3
SURE = 0.9
"""The cascade says yes or no: of ten it says yes to, nine and more are faces, as the bench measures."""
TWICE_WITHIN_MS = 2000
HELD_MS = 5000

PixelBox = tuple[int, int, int, int]


class FaceDetector:
    """Detector of the contract."""

    def __init__(self, settings: FaceSettings) -> None:
        """Raises ValueError when OpenCV came without its cascades."""
        cv2.setNumThreads(1)  # cameras share the cores; one look is not to take them all
        self._settings = settings
        path = Path(cv2.__file__).parent / "data" / CASCADE
        self._cascade = cv2.CascadeClassifier(str(path)) if path.is_file() else cv2.CascadeClassifier()
        if self._cascade.empty():
            raise ValueError(f"This OpenCV has no {CASCADE}; install opencv-python-headless below 5.")
        self._first_ms: int | None = None
        self._last_ms = 0
        self._sure = False

    def look(self, frame: Frame) -> Sight:
        """Faces of one picture."""
        picture = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width)
        objects = tuple(
            SeenObject("face", SURE, (x / frame.width, y / frame.height, w / frame.width, h / frame.height))
            for x, y, w, h in self.faces(picture)
        )
        going_on = self._going_on(objects, frame.wall_ms)
        return Sight(objects=objects, going_on=going_on) if objects or going_on else NOTHING

    def faces(self, picture: npt.NDArray[np.uint8]) -> list[PixelBox]:
        """Boxes in pixels: left, top, width, height."""
        if min(picture.shape) < self._settings.smallest:
            return []
        side = self._settings.smallest
        even = cv2.equalizeHist(picture)
        found = self._cascade.detectMultiScale(even, STEP, NEIGHBOURS, minSize=(side, side))
        return [(int(x), int(y), int(w), int(h)) for x, y, w, h in found]

    def close(self) -> None:
        """Nothing is held."""

    def _going_on(self, objects: tuple[SeenObject, ...], wall_ms: int) -> tuple[Occurrence, ...]:
        """Somebody is in sight from the second look on that sees a face, and for a while after the last."""
        held_ms = HELD_MS if self._sure else TWICE_WITHIN_MS
        if self._first_ms is not None and not 0 <= wall_ms - self._last_ms <= held_ms:
            self._first_ms, self._sure = None, False
        if objects:
            self._sure = self._first_ms is not None
            self._first_ms = wall_ms if self._first_ms is None else self._first_ms
            self._last_ms = wall_ms
        if not self._sure:
            return ()
        return (Occurrence(SEEN.name, "", {"number": max(len(objects), 1)}, objects, self._first_ms),)
