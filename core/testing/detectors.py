"""What every detector must do."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from core.hookspecs.detectors import (
    AudioRequest,
    DetectorSpec,
    Frame,
    FrameRequest,
    Occurrence,
    Sight,
    Sound,
    Tracks,
)
from core.testing.specs import check_descriptor

GRID_BYTES = 288


class DetectorContract:
    """Subclass it as `Test…`; give `spec`, `make_settings` and what it must tell of by the last look (`something`)."""

    spec: DetectorSpec

    def make_settings(self) -> BaseModel:
        """Valid settings."""
        raise NotImplementedError

    def something(self) -> list[Frame] | list[Sound] | list[Tracks]:
        """Pictures, sound or tracks in which the detector must find something by the last one."""
        raise NotImplementedError

    def blank(self, wall_ms: int = 0) -> Frame | Sound | Tracks:
        """A grey picture as the detector wants it; silence where it wants sound, no tracks where it wants tracks."""
        wants = self.spec.wants(self.make_settings())
        if isinstance(wants, AudioRequest):
            return Sound(1, wall_ms, wants.rate, bytes(wants.rate * wants.block_ms // 1000 * 2))
        if not isinstance(wants, FrameRequest):
            return Tracks(1, wall_ms, ())
        width = wants.width or 320
        height = width * 9 // 16
        depth = 1 if wants.pixel_format == "gray" else 3
        return Frame(1, wall_ms, width, height, wants.pixel_format, b"\x80" * (width * height * depth))

    def test_descriptor_is_valid(self) -> None:
        """The host accepts the descriptor; it wants pictures at a rate that exists."""
        check_descriptor(self.spec)
        wants = self.spec.wants(self.make_settings())
        assert not isinstance(wants, FrameRequest) or wants.fps >= 0

    def test_nothing_is_seen_in_a_still_grey_picture(self) -> None:
        """No false alarm where there is nothing."""
        assert not _told(self._look([self.blank(at * 200) for at in range(25)]))

    def test_something_is_seen(self) -> None:
        """What is told of is well-formed and declared."""
        sights = self._look(self.something())
        told = _told(sights)
        assert told or any(sight.objects for sight in sights)
        for occurrence in told:
            assert occurrence.event_type in self.spec.events
        for seen in (seen for sight in sights for seen in sight.objects):
            assert 0.0 <= seen.score <= 1.0
            left, top, width, height = seen.box or (0.0, 0.0, 1.0, 1.0)
            assert min(left, top, width, height) >= 0.0
            assert max(left + width, top + height) <= 1.0 + 1e-6

    def test_one_pixel_is_looked_at(self) -> None:
        """A picture of one pixel, and one of another size after it, are no reason to fail."""
        wants = self.spec.wants(self.make_settings())
        if not isinstance(wants, FrameRequest):
            return
        depth = 1 if wants.pixel_format == "gray" else 3
        self._look(
            [
                Frame(1, at * 200, size, size, wants.pixel_format, bytes(size * size * depth))
                for at, size in enumerate((1, 1, 2, 64, 64, 1))
            ]
        )

    def _look(self, given: list[Any]) -> list[Sight]:
        detector = self.spec.open(self.make_settings())
        try:
            sights = [detector.look(one) for one in given]
        finally:
            detector.close()
        assert all(len(sight.moved) in (0, GRID_BYTES) for sight in sights)
        return sights


def _told(sights: list[Sight]) -> list[Occurrence]:
    return [occurrence for sight in sights for occurrence in (*sight.going_on, *sight.moments)]
