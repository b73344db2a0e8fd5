"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.api import ActionSpec, AuditActionSpec, PanelSpec, RouteSpec, SettingsSpec, Slot, hookimpl
from plugins.webpush.action import push
from plugins.webpush.settings import NotificationSettings, PushSettings


def _nothing(request: Any, camera_id: int | None) -> dict[str, Any]:
    """The browser knows whether it is subscribed."""
    return {}


@hookimpl
def register_settings() -> Iterable[SettingsSpec]:
    """Contact and networks."""
    return [SettingsSpec(PushSettings)]


@hookimpl
def register_actions() -> Iterable[ActionSpec]:
    """Push notifications."""
    return [ActionSpec("webpush", "Notify browsers and phones", NotificationSettings, push, timeout=300.0)]


@hookimpl
def register_audit_actions() -> Iterable[AuditActionSpec]:
    """What is written to the audit log."""
    return (
        AuditActionSpec("webpush.subscribe", "Push notifications of a browser set up"),
        AuditActionSpec("webpush.unsubscribe", "Push notifications of a browser ended"),
    )


@hookimpl
def register_routes() -> Iterable[RouteSpec]:
    """Subscribing."""
    return [RouteSpec("plugins.webpush.urls")]


@hookimpl
def register_panels() -> Iterable[PanelSpec]:
    """The switch in the user's menu."""
    return [PanelSpec("switch", "Notifications", Slot.USER, "webpush/switch.html", "event.view", _nothing)]
