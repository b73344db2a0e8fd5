"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import TAMPER_DETECTED, Detector, DetectorSpec, hookimpl
from plugins.tamper.settings import TamperSettings, wants


def _open(settings: TamperSettings) -> Detector:
    from plugins.tamper.detector import TamperDetector  # loads OpenCV

    return TamperDetector(settings)


DETECTOR = DetectorSpec(
    name="tamper",
    title="Tampering",
    settings=TamperSettings,
    wants=wants,
    open=_open,
    events=(TAMPER_DETECTED.name,),
    cost="About 2 ms of a core for a picture of 320 x 180, two a second.",
)


@hookimpl
def register_detectors() -> Iterable[DetectorSpec]:
    """Tampering."""
    return [DETECTOR]
