"""What the event store does by the clock."""

from __future__ import annotations

from core.events.plugin_trouble import keep_in_step
from core.media.clock import SystemClock
from core.pluginhost import host
from core.tasks import every_minute


@every_minute()
def note_plugin_trouble() -> None:
    """Record which plugins have come to trouble or out of it."""
    keep_in_step(host(), SystemClock().wall_ms())
