"""Where faces are in a picture. Imported where pictures are looked at: loads OpenCV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
"""height x width bytes of brightness, or height x width x 3 of blue, green, red."""
PixelBox = tuple[int, int, int, int]
"""Left, top, width, height."""

STEP, NEIGHBOURS = 1.1, 3
COARSE = 1.2
SURE = 0.9
"""A cascade says yes or no: of ten it says yes to, nine and more are faces, as the bench measures."""
YUNET_NMS, YUNET_MOST = 0.3, 500


@dataclass(frozen=True, slots=True)
class FoundFace:
    """A face in a picture. box: in pixels, inside the picture. landmarks: x and y in pixels of the eye that is left in
    the picture, the right one, the nose's tip, the left and the right corner of the mouth; None where the finder does
    not tell.
    """

    box: PixelBox
    score: float = SURE
    landmarks: tuple[tuple[float, float], ...] | None = None


class Finder(Protocol):
    """Finds faces; not shared between threads."""

    def find(self, picture: Picture) -> list[FoundFace]:
        """The faces of a picture of any size."""


class Frontal:
    """Faces that look at the camera, by OpenCV's Haar cascade `alt2` (Viola and Jones, 2001; Lienhart, 2002)."""

    def __init__(self, smallest: int) -> None:
        """smallest: pixels of a face's side. Raises ValueError when OpenCV came without its cascades."""
        self._smallest = smallest
        self._cascade = _cascade("haarcascade_frontalface_alt2.xml")

    def find(self, picture: Picture) -> list[FoundFace]:
        """Its faces, without landmarks."""
        return [FoundFace(box) for box in _detected(self._cascade, _even(picture), self._smallest, STEP, NEIGHBOURS)]


class AnySide:
    """Faces from the front and from both sides, rather too many than too few: what is not found here is shown.

    A profile that looks to the picture's other side is found in the mirrored picture. Steps are coarser than Frontal's
    and one hit suffices: that covers as many faces of the marked pictures, at half the cost.
    """

    def __init__(self, smallest: int) -> None:
        """As Frontal."""
        self._smallest, self._smallest_profile = smallest, smallest * 3 // 2
        self._front = _cascade("haarcascade_frontalface_alt2.xml")
        self._profile = _cascade("haarcascade_profileface.xml")

    def find(self, picture: Picture) -> list[FoundFace]:
        """Its faces; one may be named twice."""
        even = _even(picture)
        mirrored = np.ascontiguousarray(even[:, ::-1])
        side = self._smallest_profile
        found = _detected(self._front, even, self._smallest, COARSE, 1)
        found += _detected(self._profile, even, side, COARSE, 2)
        found += [
            (even.shape[1] - x - w, y, w, h) for x, y, w, h in _detected(self._profile, mirrored, side, COARSE, 2)
        ]
        return [FoundFace(box) for box in found]


class YuNet:
    """Faces by a YuNet model that the user supplies (`cv2.FaceDetectorYN`), with landmarks."""

    def __init__(self, model: bytes, score: float, smallest: int) -> None:
        """Raises ValueError when OpenCV cannot load the model."""
        self._smallest = smallest
        nothing = np.zeros(0, np.uint8)
        try:
            self._net: Any = cv2.FaceDetectorYN.create(
                "onnx", np.frombuffer(model, np.uint8), nothing, (320, 320), score, YUNET_NMS, YUNET_MOST
            )
            self._net.detect(np.full((320, 320, 3), 128, np.uint8))
        except cv2.error as error:
            why = (str(error).strip().splitlines() or ["no reason told"])[-1]
            raise ValueError(f"The detection model is no YuNet that OpenCV can run: {why[:200]}") from None

    def find(self, picture: Picture) -> list[FoundFace]:
        """Its faces, with landmarks."""
        colour = picture if picture.ndim == 3 else cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
        height, width = colour.shape[:2]
        if min(height, width) < self._smallest:
            return []
        self._net.setInputSize((width, height))
        _, rows = self._net.detect(np.ascontiguousarray(colour))
        found = [] if rows is None else [_yunet_face(row, width, height) for row in rows]
        return [face for face in found if face is not None and min(face.box[2:]) >= self._smallest]


def gray_of(picture: Picture) -> Picture:
    """Its brightness."""
    return picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)


def _even(picture: Picture) -> Picture:
    return np.asarray(cv2.equalizeHist(gray_of(picture)), np.uint8)


def _cascade(name: str) -> cv2.CascadeClassifier:
    path = Path(cv2.__file__).parent / "data" / name
    cascade = cv2.CascadeClassifier(str(path)) if path.is_file() else cv2.CascadeClassifier()
    if cascade.empty():
        raise ValueError(f"This OpenCV has no {name}; install opencv-python-headless below 5.")
    return cascade


def _detected(
    cascade: cv2.CascadeClassifier, even: Picture, smallest: int, step: float, neighbours: int
) -> list[PixelBox]:
    if min(even.shape) < smallest:
        return []
    found = cascade.detectMultiScale(even, step, neighbours, minSize=(smallest, smallest))
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h in found]


def _yunet_face(row: Sequence[float], width: int, height: int) -> FoundFace | None:
    """A row of YuNet: box, five points, score. It calls right what is the person's right, the picture's left."""
    left, top = max(round(row[0]), 0), max(round(row[1]), 0)
    right, bottom = min(round(row[0] + row[2]), width), min(round(row[1] + row[3]), height)
    if right <= left or bottom <= top:
        return None
    points = tuple((float(row[4 + 2 * at]), float(row[5 + 2 * at])) for at in range(5))
    return FoundFace((left, top, right - left, bottom - top), min(float(row[14]), 1.0), points)
