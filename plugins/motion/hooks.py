"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import MOTION_DETECTED, Detector, DetectorSpec, hookimpl
from plugins.motion.settings import MotionSettings, wants


def _open(settings: MotionSettings) -> Detector:
    from plugins.motion.detector import MotionDetector  # loads OpenCV

    return MotionDetector(settings)


def _preview(detector: Detector) -> bytes:
    from plugins.motion.detector import MotionDetector

    assert isinstance(detector, MotionDetector)  # noqa: S101 - the host hands over what `_open` made
    return detector.preview()


DETECTOR = DetectorSpec(
    name="motion",
    title="Motion",
    settings=MotionSettings,
    wants=wants,
    open=_open,
    events=(MOTION_DETECTED.name,),
    cost="About 0.3 ms of a core for a quiet picture of 320 x 180, about 1 ms for a busy one.",
    preview=_preview,
    legend="Dark: the picture. Brighter: what moves. White: what changes. Black: what is not looked at.",
)


@hookimpl
def register_detectors() -> Iterable[DetectorSpec]:
    """Motion."""
    return [DETECTOR]
