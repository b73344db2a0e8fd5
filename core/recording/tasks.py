"""What recording does by the clock."""

from __future__ import annotations

from core.media.clock import SystemClock
from core.recording.retention import run
from core.recording.services import forget_triggers
from core.tasks import every_minute


@every_minute()
def make_room() -> None:
    """Delete what is too old or too much (core.recording.retention)."""
    run()


@every_minute("17")
def forget_old_triggers() -> None:
    """Once an hour, keep the list of triggers short."""
    forget_triggers(SystemClock().wall_ms())
