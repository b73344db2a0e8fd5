"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import ActionSpec, SettingsSpec, hookimpl
from plugins.webhook.action import call
from plugins.webhook.settings import CallSettings, WebhookSettings


@hookimpl
def register_settings() -> Iterable[SettingsSpec]:
    """Which networks may be called."""
    return [SettingsSpec(WebhookSettings)]


@hookimpl
def register_actions() -> Iterable[ActionSpec]:
    """Calling a web address."""
    return [ActionSpec("webhook", "Call a web address", CallSettings, call)]
