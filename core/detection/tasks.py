"""What detection does by the clock."""

from __future__ import annotations

from core.detection.tallies import forget_tallies
from core.media.clock import SystemClock
from core.tasks import every_minute

KEPT_MS = 400 * 86_400_000
"""Counts and heat maps are kept for a year and a month, so that months can be compared with last year's."""


@every_minute("17")
def forget_old_tallies() -> None:
    """Delete counts and heat maps whose time is over, once an hour."""
    forget_tallies(SystemClock().wall_ms() - KEPT_MS)
