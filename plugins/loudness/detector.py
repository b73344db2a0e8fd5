"""Listens to half a second at a time: its mean level, and whether that is loud. Plain Python: 0.3 ms a block."""

from __future__ import annotations

import math
from array import array
from operator import mul

from core.api import SOUND_HEARD, Occurrence, Sight, Sound
from plugins.loudness.settings import BLOCK_MS, LoudnessSettings

QUIETEST = -96.0
"""dB of full scale: what 16 bits can tell from silence."""
FULL = 32768.0
GAP_MS = 10_000
"""After a pause this long nothing of before counts."""


class LoudnessDetector:
    """Of one camera."""

    def __init__(self, settings: LoudnessSettings) -> None:
        self._settings = settings
        self._since_ms: int | None = None
        self._last_ms = 0
        self._told = False

    def look(self, sound: Sound) -> Sight:
        """Hear a block."""
        level = level_of(sound.samples)
        return Sight(going_on=self._going_on(level, sound.wall_ms), loudness=level)

    def close(self) -> None:
        """Nothing is held."""

    def _going_on(self, level: float, wall_ms: int) -> tuple[Occurrence, ...]:
        end_after = min(round(self._settings.end_after_s * 1000), GAP_MS)
        if self._since_ms is not None and not 0 <= wall_ms - self._last_ms < BLOCK_MS + end_after:
            self._since_ms, self._told = None, False
        if level >= self._settings.threshold_db:
            self._since_ms = wall_ms if self._since_ms is None else self._since_ms
            self._last_ms = wall_ms
        if self._since_ms is None:
            return ()
        lasted = self._last_ms + BLOCK_MS - self._since_ms
        self._told = self._told or lasted >= self._settings.shortest_s * 1000
        if not self._told:
            return ()
        return (Occurrence(SOUND_HEARD.name, "", {"kind": "loud"}, start_ms=self._since_ms),)


def level_of(samples: bytes | memoryview) -> float:
    """The mean level (root of the mean square) in dB below full scale; the mean itself, which is no sound, left out."""
    values = array("h", bytes(samples))
    if not values:
        return QUIETEST
    mean = sum(values) / len(values)
    power = sum(map(mul, values, values)) / len(values) - mean * mean
    return max(10 * math.log10(power / FULL**2), QUIETEST) if power > 0 else QUIETEST
