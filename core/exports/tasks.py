"""What exports do by the clock."""

from __future__ import annotations

from core.exports.services import exports_folder, remove_expired
from core.media.clock import SystemClock
from core.tasks import every_minute


@every_minute()
def remove_old() -> None:
    """Delete exports whose time is over."""
    remove_expired(exports_folder(), SystemClock().wall_ms())
