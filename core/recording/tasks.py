"""What recording does by the clock."""

from __future__ import annotations

from core.recording.retention import run
from core.tasks import every_minute


@every_minute()
def make_room() -> None:
    """Delete what is too old or too much (core.recording.retention)."""
    run()
