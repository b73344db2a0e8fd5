"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from core.api import OBJECT_SEEN, Detector, DetectorSpec, Sight, hookimpl
from plugins.objects.settings import ObjectSettings, wants


def _open(settings: ObjectSettings) -> Detector:
    from plugins.objects.opening import open_detector  # with OpenCV or ONNX Runtime

    return open_detector(settings)


def _together(pairs: Sequence[tuple[Detector, Any]]) -> Sequence[Sight]:
    from plugins.objects.opening import look_together

    return look_together(pairs)


DETECTOR = DetectorSpec(
    name="objects",
    title="People and objects",
    settings=ObjectSettings,
    wants=wants,
    open=_open,
    events=(OBJECT_SEEN.name,),
    batch=8,
    look_together=_together,
    cost="Without a model about 25 ms of a core a look while people walk (480 x 360). A model costs "
    "what it costs: see the figure beside the camera once it looks.",
)


@hookimpl
def register_detectors() -> Iterable[DetectorSpec]:
    """People, or what a model sees."""
    return [DETECTOR]
