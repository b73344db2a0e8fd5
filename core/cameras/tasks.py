"""What the cameras' room does by the clock."""

from __future__ import annotations

from core.cameras.covering import push_waiting
from core.media.clock import SystemClock
from core.tasks import every_minute


@every_minute()
def push_masks() -> None:
    """Have cameras cover their privacy masks themselves, where they can."""
    push_waiting(SystemClock())
