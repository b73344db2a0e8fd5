"""People without a model to download: OpenCV's HOG detector (Dalal and Triggs, 2005), which its library carries.

It is made for people of about 100 pixels and dear on whole pictures, so it looks only where something moves, or where
it found somebody a moment ago, at that part enlarged until the smallest people are so high.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from core.api import NOTHING, Frame, SeenObject, Sight
from plugins.objects.boxes import PixelBox, inside_picture, joined, strongest
from plugins.objects.places import Places
from plugins.objects.presence import Presence
from plugins.objects.settings import ObjectSettings

Picture = npt.NDArray[np.uint8]

HIGH = 100.0
"""Pixels: what HOG wants people to be."""
MOST_ENLARGED = 4.0
BORDER = 0.25
"""Around what moves, in heights of the smallest people: HOG wants to see some ground around them."""
FORGET_MS, FASTEST = 30_000, 0.05
"""The background is learned over this time, and by at most this share with one look."""
GAP_MS = 10_000
SPECK = 0.04
"""What moves counts from this area on, in squares of the smallest people's height."""
_WINDOW_SIDE, _WINDOW_TOP = 0.17, 0.08
"""What of HOG's window is ground beside and above somebody."""
OVERLAP = 0.45
UNLIKELY = 0.2
"""What is nearer to HOG's boundary is not looked at further."""


class PeopleDetector:
    """Detector of the contract, on gray pictures."""

    def __init__(self, settings: ObjectSettings) -> None:
        self._settings = settings
        self._places = Places(settings)
        self._presence = Presence()
        self._hog = cv2.HOGDescriptor()
        self._hog.setSVMDetector(np.array(cv2.HOGDescriptor.getDefaultPeopleDetector(), np.float32))
        self._size = (0, 0)
        self._wall_ms = 0
        self._model = cv2.createBackgroundSubtractorMOG2(500, 16, True)
        self._last: list[PixelBox] = []

    def look(self, frame: Frame) -> Sight:
        """People where something moves."""
        picture = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width)
        moving = self._moving(picture, frame.wall_ms)
        height = self._settings.smallest * frame.height
        border = BORDER * height
        parts = joined([_grown(box, border, picture) for box in (*moving, *self._last)])
        found = strongest([one for part in parts for one in self._people(picture, part, height)], OVERLAP)
        self._last = [box for box, _ in found]
        objects = (
            SeenObject("person", _score(weight), inside_picture(box, frame.width, frame.height))
            for box, weight in found
        )
        seen = tuple(one for one in objects if self._places.counts(one))
        going_on = self._presence.look(seen, frame.wall_ms)
        return Sight(objects=seen, going_on=going_on) if seen or going_on else NOTHING

    def close(self) -> None:
        """Nothing is held."""

    def _moving(self, picture: Picture, wall_ms: int) -> list[PixelBox]:
        """What moves, at half the size; nothing in the first picture, or after a gap, or when all changed at once."""
        passed_ms = wall_ms - self._wall_ms
        anew = picture.shape != self._size or not 0 <= passed_ms <= GAP_MS
        self._size, self._wall_ms = picture.shape, wall_ms
        if anew:
            self._model = cv2.createBackgroundSubtractorMOG2(500, 16, True)
            self._last = []
        small = cv2.resize(picture, (max(picture.shape[1] // 2, 1), max(picture.shape[0] // 2, 1)))
        rate = 1.0 if anew else min(passed_ms / FORGET_MS, FASTEST)
        mask = (self._model.apply(small, None, rate) == 255).astype(np.uint8)
        if anew or mask.mean() > 0.5:
            return []
        mask = cv2.dilate(cv2.medianBlur(mask, 3), np.ones((7, 5), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
        least = SPECK * (self._settings.smallest * small.shape[0]) ** 2
        return [(2 * x, 2 * y, 2 * w, 2 * h) for x, y, w, h, area in stats[1:].tolist() if area >= least]

    def _people(self, picture: Picture, part: PixelBox, smallest: float) -> list[tuple[PixelBox, float]]:
        left, top, width, height = (round(side) for side in part)
        cut = picture[top : top + height, left : left + width]
        scale = min(HIGH / smallest, MOST_ENLARGED)
        size = (max(math.ceil(width * scale), 64), max(math.ceil(height * scale), 128))
        if min(cut.shape) < 2:
            return []
        x, y = width / size[0], height / size[1]
        enlarged = cv2.resize(cut, size, interpolation=cv2.INTER_LINEAR)
        windows, weights = self._hog.detectMultiScale(
            enlarged, hitThreshold=UNLIKELY, winStride=(8, 8), padding=(0, 0), scale=1.06, groupThreshold=0
        )
        return [
            (_person(left + a * x, top + b * y, w * x, h * y), float(weight))
            for (a, b, w, h), weight in zip(windows, np.ravel(weights), strict=True)
        ]


def _person(left: float, top: float, width: float, height: float) -> PixelBox:
    """Who stands in HOG's window, without the ground around."""
    return (
        left + _WINDOW_SIDE * width,
        top + _WINDOW_TOP * height,
        (1 - 2 * _WINDOW_SIDE) * width,
        (1 - 2 * _WINDOW_TOP) * height,
    )


def _grown(box: PixelBox, border: float, picture: Picture) -> PixelBox:
    left, top, width, height = box
    right, bottom = min(left + width + border, picture.shape[1]), min(top + height + border, picture.shape[0])
    left, top = max(left - border, 0.0), max(top - border, 0.0)
    return left, top, right - left, bottom - top


def _score(weight: float) -> float:
    """HOG tells a distance from its boundary, up to about 3: half sure at 0.6, nearly sure at 1.5."""
    return 1 / (1 + math.exp(-3 * (weight - 0.6)))
