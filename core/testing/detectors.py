"""What every detector must do."""

from __future__ import annotations

from pydantic import BaseModel

from core.hookspecs.detectors import Detection, DetectorSpec, Frame
from core.testing.specs import check_descriptor


class DetectorContract:
    """Subclass it as `Test…`; give `spec`, `make_settings` and frames that must (`something`) raise a detection."""

    spec: DetectorSpec

    def make_settings(self) -> BaseModel:
        """Valid settings."""
        raise NotImplementedError

    def something(self) -> list[Frame]:
        """Frames in which the detector must see something by the last one."""
        raise NotImplementedError

    def blank(self, wall_ms: int = 0) -> Frame:
        """A grey frame as the detector wants it."""
        wants = self.spec.wants
        width = wants.width or 320
        height = width * 9 // 16
        depth = 3 if wants.pixel_format == "rgb24" else 1
        return Frame(1, wall_ms, width, height, wants.pixel_format, b"\x80" * (width * height * depth))

    def test_descriptor_is_valid(self) -> None:
        """The host accepts the descriptor."""
        check_descriptor(self.spec)
        assert self.spec.wants.fps > 0

    def test_nothing_is_seen_in_a_still_grey_picture(self) -> None:
        """No false alarm where there is nothing."""
        assert self._look([self.blank(at * 200) for at in range(25)]) == []

    def test_something_is_seen(self) -> None:
        """Detections are well-formed: score and box within 0..1."""
        found = self._look(self.something())
        assert found
        for detection in found:
            assert "." in detection.event_type
            assert 0.0 <= detection.score <= 1.0
            left, top, width, height = detection.box or (0.0, 0.0, 1.0, 1.0)
            assert min(left, top, width, height) >= 0.0
            assert max(left + width, top + height) <= 1.0 + 1e-6

    def _look(self, frames: list[Frame]) -> list[Detection]:
        detector = self.spec.open(self.make_settings())
        try:
            return [detection for frame in frames for detection in detector.look(frame)]
        finally:
            detector.close()
