"""Levels that can be calculated, and when it is told that it is loud."""

from __future__ import annotations

import math
from array import array

import pytest

from core.api import Sound
from core.testing.detectors import DetectorContract
from plugins.loudness.detector import QUIETEST, LoudnessDetector, level_of
from plugins.loudness.hooks import DETECTOR
from plugins.loudness.settings import BLOCK_MS, RATE, LoudnessSettings

AT = 1_790_000_000_000


def tone(amplitude: float, offset: int = 0) -> bytes:
    """Half a second of 440 Hz; amplitude: of full scale."""
    return array("h", (offset + round(32767 * amplitude * math.sin(440 * math.tau * n / RATE)) for n in range(4000)))


def told(detector: LoudnessDetector, amplitudes: list[float]) -> list[int | None]:
    """Of each block since when it is loud, ms after the first; None where it is not."""
    found: list[int | None] = []
    for number, amplitude in enumerate(amplitudes):
        sight = detector.look(Sound(1, AT + number * BLOCK_MS, RATE, tone(amplitude)))
        since = [one.start_ms - AT for one in sight.going_on if one.start_ms is not None]
        found.append(since[0] if since else None)
    return found


class TestContract(DetectorContract):
    spec = DETECTOR

    def make_settings(self) -> LoudnessSettings:
        return LoudnessSettings()

    def something(self) -> list[Sound]:
        return [Sound(1, AT + number * BLOCK_MS, RATE, tone(0.9)) for number in range(3)]


@pytest.mark.parametrize(("amplitude", "level"), [(1.0, -3.01), (0.1, -23.01), (0.01, -43.01)])
def test_a_tone_has_its_level(amplitude: float, level: float) -> None:
    assert level_of(tone(amplitude)) == pytest.approx(level, abs=0.1)


def test_silence_an_offset_and_nothing_are_the_quietest() -> None:
    assert level_of(bytes(8000)) == level_of(tone(0, offset=9000)) == level_of(b"") == QUIETEST


def test_it_is_loud_until_it_was_quiet_for_long_enough() -> None:
    detector = LoudnessDetector(LoudnessSettings(threshold_db=-20, end_after_s=1))
    blocks = [0.01, 0.5, 0.01, 0.5, 0.01, 0.01, 0.01, 0.5]
    assert told(detector, blocks) == [None, 500, 500, 500, 500, 500, None, 3500]


def test_what_is_loud_for_a_moment_only_is_not_told_of() -> None:
    detector = LoudnessDetector(LoudnessSettings(shortest_s=1.5, end_after_s=0.5))
    assert told(detector, [0.5, 0.01, 0.01, 0.5, 0.5, 0.5]) == [None, None, None, None, None, 1500]
