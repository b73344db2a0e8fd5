"""What the event store does by the clock."""

from __future__ import annotations

from core.configuration import configuration
from core.events.plugin_trouble import keep_in_step
from core.events.retention import tidy
from core.events.storage_trouble import keep_in_step as note_full_volumes
from core.media.clock import SystemClock
from core.pluginhost import host
from core.tasks import every_minute


@every_minute()
def note_plugin_trouble() -> None:
    """Record which plugins have come to trouble or out of it."""
    keep_in_step(host(), SystemClock().wall_ms())


@every_minute("*/10")
def forget_old_events() -> None:
    """Delete events whose time is over."""
    config = configuration()
    tidy(SystemClock().wall_ms(), config.event_days, config.event_rows)


@every_minute()
def note_storage_trouble() -> None:
    """Record which volumes have run full, or have room again."""
    note_full_volumes(SystemClock().wall_ms())
