"""Sees anything that is brighter than grey."""

from collections.abc import Sequence

from core.api import Detection, Frame
from eyrie_dummy.settings import ThingSettings


class BrightDetector:
    """The detector."""

    def __init__(self, settings: ThingSettings) -> None:
        self._settings = settings

    def look(self, frame: Frame) -> Sequence[Detection]:
        """Look at the brightest pixel."""
        if max(frame.pixels) < 200:
            return []
        return [Detection("dummy.bright", 0.9, (0.0, 0.0, 1.0, 1.0), {"number": self._settings.number})]

    def close(self) -> None:
        """Nothing is held."""
