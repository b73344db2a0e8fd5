"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import ActionSpec, hookimpl
from plugins.arm.action import arm
from plugins.arm.settings import ArmSettings


@hookimpl
def register_actions() -> Iterable[ActionSpec]:
    """Arming."""
    return [ActionSpec("arm", "Arm or disarm the site", ArmSettings, arm)]
