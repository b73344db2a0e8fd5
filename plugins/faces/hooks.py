"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import Detector, DetectorSpec, EventTypeSpec, hookimpl
from plugins.faces.events import EVENT_TYPES
from plugins.faces.settings import FaceSettings, wants


def _open(settings: FaceSettings) -> Detector:
    from plugins.faces.detector import FaceDetector  # with OpenCV

    return FaceDetector(settings)


DETECTOR = DetectorSpec(
    name="faces",
    title="Faces",
    settings=FaceSettings,
    wants=wants,
    open=_open,
    events=tuple(spec.name for spec in EVENT_TYPES),
    cost="0.7 s of a core for a megapixel, 160 ms a look at 640 x 360; half of it with faces from 40 pixels on.",
)


@hookimpl
def register_detectors() -> Iterable[DetectorSpec]:
    """Faces."""
    return [DETECTOR]


@hookimpl
def register_event_types() -> Iterable[EventTypeSpec]:
    """Faces in sight."""
    return EVENT_TYPES
