"""What the cameras' room does by the clock."""

from __future__ import annotations

from core.cameras import steering
from core.cameras.control import return_left_alone
from core.cameras.covering import push_waiting
from core.media.clock import SystemClock
from core.tasks import every_minute


@every_minute()
def push_masks() -> None:
    """Have cameras cover their privacy masks themselves, where they can."""
    push_waiting(SystemClock())


@every_minute()
def return_cameras() -> None:
    """Point cameras that nobody moves any more at the position they return to."""
    steering.expire()
    return_left_alone(SystemClock())
