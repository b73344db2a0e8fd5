"""Sees anything that is brighter than grey."""

from collections.abc import Sequence

from core.api import NOTHING, Frame, FrameRequest, Occurrence, SeenObject, Sight
from eyrie_dummy.settings import ThingSettings


def wants(_settings: ThingSettings) -> FrameRequest:
    """Small pictures, five a second."""
    return FrameRequest(width=32)


class BrightDetector:
    """The detector."""

    def __init__(self, settings: ThingSettings) -> None:
        self._settings = settings

    def look(self, seen: Frame) -> Sight:
        """Look at the brightest pixel."""
        if max(seen.pixels) < 200:
            return NOTHING
        bright = SeenObject("bright", 0.9, (0.0, 0.0, 1.0, 1.0))
        going_on = Occurrence("dummy.bright", attributes={"number": self._settings.number}, objects=(bright,))
        return Sight(objects=(bright,), going_on=(going_on,))

    def close(self) -> None:
        """Nothing is held."""


class BrightRedactor:
    """Covers pictures that are bright."""

    def look(self, frame: Frame) -> Sequence[tuple[float, float, float, float]]:
        """The whole picture, or nothing."""
        return [(0.0, 0.0, 1.0, 1.0)] if max(frame.pixels) >= 200 else []

    def close(self) -> None:
        """Nothing is held."""
