"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import ActionSpec, hookimpl
from plugins.camera_control.action import go, patrol, switch
from plugins.camera_control.settings import OutputSettings, PatrolSettings, PresetSettings


@hookimpl
def register_actions() -> Iterable[ActionSpec]:
    """Presets, patrols and outputs."""
    return [
        ActionSpec("ptz_preset", "Point a camera at a preset", PresetSettings, go),
        ActionSpec("ptz_patrol", "Start or stop a camera's patrol", PatrolSettings, patrol),
        ActionSpec("relay", "Switch an output of a camera", OutputSettings, switch, timeout=90.0),
    ]
