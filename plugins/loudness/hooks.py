"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import SOUND_HEARD, Detector, DetectorSpec, hookimpl
from plugins.loudness.settings import LoudnessSettings, wants


def _open(settings: LoudnessSettings) -> Detector:
    from plugins.loudness.detector import LoudnessDetector

    return LoudnessDetector(settings)


DETECTOR = DetectorSpec(
    name="loudness",
    title="Loudness",
    settings=LoudnessSettings,
    wants=wants,
    open=_open,
    events=(SOUND_HEARD.name,),
    cost="No picture is decoded for it; about 1 ms of a core for a second of sound.",
)


@hookimpl
def register_detectors() -> Iterable[DetectorSpec]:
    """Loudness."""
    return [DETECTOR]
