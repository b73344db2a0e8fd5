"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import Detector, DetectorSpec, EventTypeSpec, hookimpl
from plugins.tamper.events import DETECTED
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
    events=(DETECTED.name,),
    cost="About 2 ms of a core for a picture of 320 x 180, two a second.",
)


@hookimpl
def register_detectors() -> Iterable[DetectorSpec]:
    """Tampering."""
    return [DETECTOR]


@hookimpl
def register_event_types() -> Iterable[EventTypeSpec]:
    """Tampering, with its kind."""
    return [DETECTED]
