"""What the backups' room does by the clock."""

from __future__ import annotations

from core.backup import settings_copies
from core.media.clock import SystemClock
from core.tasks import every_minute, task


@every_minute("*/5")
def copy_settings() -> None:
    """Copy all settings to a target when that is due."""
    settings_copies.look(SystemClock())


@task()
def copy_settings_now(actor: str, address: str) -> None:
    """Copy them because somebody asked."""
    settings_copies.make(SystemClock(), actor=actor, address=address)
