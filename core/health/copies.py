"""Are all settings copied elsewhere, as they are said to be?"""

from __future__ import annotations

from core.backup.models import Every, SettingsCopies
from core.hookspecs.ops import Health, Level
from core.media.clock import SystemClock

_LINK = "/system/configuration/"
_DAY_MS = 86_400_000
_CLOCK = SystemClock()


def check() -> Health:
    """Late after two rounds: a failure; one that failed: a warning. Nothing is said where none are set up."""
    row = SettingsCopies.objects.filter(pk=1, enabled=True).first()
    if row is None:
        return Health(Level.OK, "No copies of the settings are made by the clock.", link=_LINK)
    remedy = "See what keeps them from it, and copy them now."
    round_ms = _DAY_MS * (7 if row.every == Every.WEEK else 1)
    if row.target_id is None:
        return Health(Level.FAILED, "The settings are copied nowhere: their target was deleted.", remedy, _LINK)
    age_ms = _CLOCK.wall_ms() - row.done_ms
    if row.error and age_ms > 2 * round_ms:
        return Health(Level.FAILED, f"The settings were not copied for long: {row.error}", remedy, _LINK)
    if row.error:
        return Health(Level.WARNING, f"The settings could not be copied: {row.error}", remedy, _LINK)
    if row.done_ms and age_ms > 2 * round_ms:
        days = age_ms // _DAY_MS
        return Health(Level.WARNING, f"The settings were last copied {days} days ago.", remedy, _LINK)
    return Health(Level.OK, "The settings are copied by the clock.", link=_LINK)
