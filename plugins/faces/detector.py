"""Faces on one camera, and whose they are where that is switched on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from core.api import NOTHING, Frame, Occurrence, SeenObject, Sight
from plugins.faces.events import SEEN
from plugins.faces.finding import Finder, Picture
from plugins.faces.recognition import Recognition, fractions

TWICE_WITHIN_MS = 2000
HELD_MS = 5000


@dataclass(frozen=True, slots=True)
class Means:
    """What a camera's faces are found with, and recognised; None where nobody is."""

    finder: Finder
    recognition: Recognition | None = None


class FaceDetector:
    """Detector of the contract. means: asked before each look, as settings may change meanwhile."""

    def __init__(self, means: Callable[[], Means]) -> None:
        """Raises ValueError when there are no such means."""
        cv2.setNumThreads(1)  # cameras share the cores; one look is not to take them all
        self._means = means
        means()
        self._first_ms: int | None = None
        self._last_ms = 0
        self._sure = False

    def look(self, frame: Frame) -> Sight:
        """Faces of one picture."""
        means = self._means()
        picture = picture_of(frame)
        faces = means.finder.find(picture)
        objects = tuple(SeenObject("face", face.score, fractions(face, frame)) for face in faces)
        going_on = self._going_on(objects, frame.wall_ms)
        moments = tuple(means.recognition.look(frame, picture, faces)) if means.recognition is not None else ()
        return Sight(objects=objects, going_on=going_on, moments=moments) if objects or going_on or moments else NOTHING

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


def picture_of(frame: Frame) -> Picture:
    """The frame's bytes as rows: of brightness, or of blue, green, red."""
    shape = (frame.height, frame.width) if frame.pixel_format == "gray" else (frame.height, frame.width, 3)
    return np.frombuffer(frame.pixels, np.uint8).reshape(shape)
