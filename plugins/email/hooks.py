"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import ActionSpec, SettingsSpec, hookimpl
from plugins.email.action import send
from plugins.email.server import try_out
from plugins.email.settings import MailServerSettings, MailSettings


@hookimpl
def register_settings() -> Iterable[SettingsSpec]:
    """The mail server."""
    return [SettingsSpec(MailServerSettings, test=try_out)]


@hookimpl
def register_actions() -> Iterable[ActionSpec]:
    """Sending a mail."""
    return [ActionSpec("email", "Send an e-mail", MailSettings, send, timeout=90.0)]
