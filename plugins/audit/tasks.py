"""What the worker does: linking as the log grows, sinks, and removing what is over."""

from __future__ import annotations

import logging

from core.api import SystemClock
from core.api.services import data_directory, every_minute, task
from plugins.audit.following import follow, settings_now, sinks_of
from plugins.audit.retention import remove_old
from plugins.audit.signing import KeyTrouble, load

log = logging.getLogger("eyrie.audit")
_CLOCK = SystemClock()


@task()
def grown() -> None:
    """The log has grown."""
    follow(data_directory(), _CLOCK)


@every_minute()
def look() -> None:
    """Whatever was missed, and sinks that were away."""
    follow(data_directory(), _CLOCK)


@every_minute("17")
def sweep() -> None:
    """Entries whose transaction took very long."""
    follow(data_directory(), _CLOCK, sweep=True)


@every_minute("47")
def forget() -> None:
    """Remove entries whose time is over."""
    data, settings = data_directory(), settings_now()
    try:
        count = remove_old(settings, [sink.name for sink in sinks_of(settings, data)], load(data), data, _CLOCK)
    except (KeyTrouble, OSError) as error:
        log.error("old entries of the audit log are not removed: %s", error)
        return
    if count:
        log.info("%d entries of the audit log were removed: they were older than %d days", count, settings.keep_days)
