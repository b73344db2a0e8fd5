"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.api import ActionSpec, PanelSpec, Slot, TopicSpec, hookimpl
from plugins.operator.calls import Call, show, sound
from plugins.operator.settings import ShowSettings, SoundSettings

WATCH = "camera.live"


def _nothing(request: Any, camera_id: int | None) -> dict[str, Any]:
    """What is shown comes over the websocket."""
    return {}


@hookimpl
def register_actions() -> Iterable[ActionSpec]:
    """Sounds and pictures."""
    return [
        ActionSpec("sound", "Sound an alarm in the portal", SoundSettings, sound),
        ActionSpec("show_camera", "Show a camera in the portal", ShowSettings, show),
    ]


@hookimpl
def register_topics() -> Iterable[TopicSpec]:
    """Calls, to those who may watch the camera live."""
    return [TopicSpec("calls", "Alarms to hear, cameras to look at", Call, WATCH)]


@hookimpl
def register_panels() -> Iterable[PanelSpec]:
    """What listens on every page."""
    return [PanelSpec("calls", "Calls", Slot.FRAME, "operator/calls.html", WATCH, _nothing)]
