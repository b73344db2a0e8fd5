"""Brings sinks up to date: each from its own cursor on, in order, and none at the cost of another or of the log itself.

The log is the spool: a sink that is away for a week goes on where it stopped. The cursor moves when a sink has a batch
for certain; so after a crash a batch may come twice, and none is left out.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from core.api import Clock
from core.api.services import AuditSearch, search_audit
from plugins.audit.models import Cursor, Head, Link
from plugins.audit.records import records_after
from plugins.audit.sinks.base import Sink, SinkError

BATCH = 200
AT_A_TIME_S = 15.0
"""After so long another sink has its turn."""
SLOWEST_S = 300.0
log = logging.getLogger("eyrie.audit")


def deliver(sinks: Sequence[Sink], clock: Clock) -> None:
    """One turn for each sink that is due. Blocks."""
    for sink in sinks:
        cursor = _cursor(sink.name)
        if cursor.next_ms <= clock.wall_ms():
            _bring(sink, cursor, clock)


def behind(cursor: Cursor) -> int:
    """How many entries a sink has not got."""
    head = Head.objects.first()
    return max((head.number if head else 0) - cursor.number, 0)


def _cursor(name: str) -> Cursor:
    """A sink that is new gets what is written from the change of settings on by which it was switched on; one that was
    off for a while goes on where it was.
    """
    found = Cursor.objects.filter(sink=name).first()
    return found or Cursor.objects.get_or_create(sink=name, defaults={"number": _begin()})[0]


def _begin() -> int:
    """The last link before that change, or the newest where nobody changed anything."""
    changes = search_audit(AuditSearch(actions=("plugin.settings",), target="plugin:audit"), None, 1)
    link = Link.objects.filter(entry_id=changes[0].id).first() if changes else None
    head = Head.objects.first()
    return link.number - 1 if link else head.number if head else 0


def _bring(sink: Sink, cursor: Cursor, clock: Clock) -> None:
    until = clock.monotonic() + AT_A_TIME_S
    while records := records_after(cursor.number, BATCH):
        try:
            sink.take(records)
        except SinkError as error:
            _failed(cursor, str(error), clock)
            return
        _took(cursor, records[-1]["number"], clock)
        if clock.monotonic() >= until:
            return


def _took(cursor: Cursor, number: int, clock: Clock) -> None:
    if cursor.error:
        log.info("audit sink %s takes entries again", cursor.sink)
    before, cursor.number = cursor.number, number
    cursor.error, cursor.failures, cursor.next_ms, cursor.sent_ms = "", 0, 0, clock.wall_ms()
    cursor.since_ms = 0
    # Another worker on another machine may have been faster; the cursor only moves on.
    Cursor.objects.filter(pk=cursor.pk, number=before).update(
        number=number, error="", failures=0, next_ms=0, since_ms=0, sent_ms=cursor.sent_ms
    )


def _failed(cursor: Cursor, why: str, clock: Clock) -> None:
    now = clock.wall_ms()
    if not cursor.error:
        cursor.since_ms = now
        log.warning("audit sink %s takes nothing: %s what it lacks is sent later", cursor.sink, why)
    cursor.error, cursor.failures = why[:300], cursor.failures + 1
    cursor.next_ms = now + round(min(2.0**cursor.failures, SLOWEST_S) * 1000)
    cursor.save(update_fields=["error", "failures", "since_ms", "next_ms"])
