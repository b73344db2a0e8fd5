"""What is done whenever the log has grown, and each minute: link, then tell the sinks. One at a time in a process."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from core.api import Clock
from core.api.services import plugin_settings
from plugins.audit.chain import BATCH, link
from plugins.audit.settings import AuditSettings
from plugins.audit.signing import KeyTrouble, load
from plugins.audit.sinks.base import Sink
from plugins.audit.sinks.delivering import deliver
from plugins.audit.sinks.files import FileSink
from plugins.audit.sinks.syslog import SyslogSink

AT_A_TIME_S = 20.0
log = logging.getLogger("eyrie.audit")
_busy = threading.Lock()


def settings_now() -> AuditSettings:
    """This plugin's settings."""
    found = plugin_settings("audit")
    if not isinstance(found, AuditSettings):
        raise TypeError("the settings of audit are not of its model")
    return found


def sinks_of(settings: AuditSettings, data: Path) -> list[Sink]:
    """The sinks that are on, those that cannot hang first."""
    sinks: list[Sink] = []
    if settings.file:
        sinks.append(FileSink(settings, data))
    if settings.syslog_host:
        sinks.append(SyslogSink(settings))
    return sinks


def follow(data: Path, clock: Clock, *, sweep: bool = False) -> None:
    """Link what waits and bring the sinks up to date. Where another thread is at it, it will see to this too."""
    if not _busy.acquire(blocking=False):
        return
    try:
        link_all(data, clock, sweep=sweep)
        deliver(sinks_of(settings_now(), data), clock)
    finally:
        _busy.release()


def link_all(data: Path, clock: Clock, *, sweep: bool = False) -> int:
    """Link all that waits, for AT_A_TIME_S at most; how many. Without its key nothing is linked, and a health check
    says so.
    """
    try:
        signer = load(data)
    except KeyTrouble as error:
        log.error("the audit log is not chained: %s", error)
        return 0
    until, count = clock.monotonic() + AT_A_TIME_S, 0
    while clock.monotonic() < until:
        done = link(signer, data, clock, sweep=sweep)
        count += done
        if done < BATCH:
            break
    return count
