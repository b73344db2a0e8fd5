"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import ActionSpec, hookimpl
from plugins.notify.action import notify
from plugins.notify.settings import NotifySettings


@hookimpl
def register_actions() -> Iterable[ActionSpec]:
    """Notifications."""
    return [ActionSpec("notify", "Send a notification", NotifySettings, notify, timeout=120.0)]
