"""Writes down who watches what, every few seconds and all at once, from a thread of its own.

The rows outlive a process that is killed: the next one ends what it left, as of when it was last known to go on, or
goes on with it when the same viewer is back within the grace.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connections, transaction

from core.cameras.queries import camera_names
from core.system import audit
from core.tasks.database import MayBeAway
from core.viewings.models import Viewing
from core.viewings.noting import Kind, Noted, Range, Session, Subject, noted

EVERY_S = 5.0
GRACE_MS = 60_000
"""A viewer who is away for less goes on with the same session."""
BEAT_MS = 15_000
SILENT_MS = 60_000
"""A process that has not said for so long that it keeps a session is gone."""
LONGEST_MS = 3_600_000
"""A session that lasts is written to the audit log every hour."""
log = logging.getLogger("eyrie.viewings")


class Keeper:
    """Keeps the sessions of one process."""

    def __init__(self, sessions: Noted) -> None:
        self._noted = sessions
        self._owner = secrets.token_hex(8)
        self._beat_ms = 0
        self._written: dict[int, tuple[int, list[Range]]] = {}
        self._database = MayBeAway(log, "who watches what is written down later")

    def look(self) -> None:
        """Write down what has changed. Blocks on the database; one that is away costs nothing but time."""
        told: list[tuple[Session, list[Range]]] = []
        with self._database:
            now = self._noted.clock.wall_ms()
            with transaction.atomic():
                self._end_orphans(now)
                for session in self._noted.sessions():
                    ranges = session.recorded
                    if self._keep(session, now):
                        told.append((session, ranges))
                self._beat(now)
            # Only now it is certain that they are written down.
            for session, ranges in told:
                self._noted.told(session, ranges, now - GRACE_MS)

    def _keep(self, session: Session, now: int) -> bool:
        """Whether it was written to the audit log: it is over, or has lasted for long."""
        if session.row is None:
            self._begin(session, now)
        over = not session.held and session.seen_ms < now - GRACE_MS
        if not over and now - session.begun_ms < LONGEST_MS:
            self._write(session, now)
            return False
        _tell(session.subject, session.begun_ms, session.seen_ms, session.recorded, goes_on=not over)
        row = session.row or 0
        Viewing.objects.filter(pk=row).delete()
        self._written.pop(row, None)
        return True

    def _beat(self, now: int) -> None:
        if now - self._beat_ms >= BEAT_MS:
            Viewing.objects.filter(owner=self._owner).update(beat_ms=now)
            self._beat_ms = now

    def _begin(self, session: Session, now: int) -> None:
        """A row for a session; that of a process which is gone, where the same viewer was there a moment ago."""
        subject = session.subject
        left = (
            Viewing.objects.select_for_update()
            .filter(**_columns(subject), seen_ms__gte=session.begun_ms - GRACE_MS)
            .exclude(owner=self._owner)
            .filter(beat_ms__lt=now - 2 * BEAT_MS)
            .first()
        )
        if left is not None:
            session.begun_ms = left.begun_ms
            session.recorded = [*((start, end) for start, end in left.recorded), *session.recorded]
        row = left or Viewing(**_columns(subject))
        row.begun_ms, row.seen_ms, row.recorded = session.begun_ms, session.seen_ms, session.recorded
        row.owner, row.beat_ms = self._owner, now
        row.save()
        session.row = row.pk

    def _write(self, session: Session, now: int) -> None:
        """What has changed; that it is still being watched only as often as the beat."""
        row, state = session.row or 0, (session.begun_ms, session.recorded)
        if self._written.get(row) == state and now - self._beat_ms < BEAT_MS:
            return
        self._written[row] = state
        values = {"begun_ms": session.begun_ms, "seen_ms": session.seen_ms, "recorded": session.recorded}
        if not Viewing.objects.filter(pk=row, owner=self._owner).update(**values, beat_ms=now):
            session.row = None  # another process took it for orphaned, as this one was suspended

    def _end_orphans(self, now: int) -> None:
        left = Viewing.objects.select_for_update().exclude(owner=self._owner).filter(beat_ms__lt=now - SILENT_MS)
        for row in left:
            ranges = [(start, end) for start, end in row.recorded]
            _tell(_subject(row), row.begun_ms, row.seen_ms, ranges)
            row.delete()


@contextmanager
def kept(sessions: Noted = noted, every_s: float = EVERY_S) -> Iterator[None]:
    """Have what is noted written down for as long as this lasts. What still goes on then waits for the next process."""
    keeper, stopping = Keeper(sessions), threading.Event()

    def run() -> None:
        while not stopping.wait(every_s):
            keeper.look()
        keeper.look()
        connections.close_all()

    thread = threading.Thread(target=run, name="viewings", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(5)


def _tell(subject: Subject, begun_ms: int, seen_ms: int, recorded: list[Range], *, goes_on: bool = False) -> None:
    after: dict[str, Any] = {
        "camera": camera_names().get(subject.camera_id, ""),
        "from": _time(begun_ms),
        "to": _time(seen_ms),
    }
    if recorded:
        after["recorded"] = [[_time(start), _time(end)] for start, end in recorded]
    if subject.unmasked:
        after["unmasked"] = True
    if goes_on:
        after["goes_on"] = True
    audit.record(
        subject.user,
        f"camera.{subject.kind}",
        f"camera:{subject.camera_id}",
        after=after,
        address=subject.address,
    )


def _time(ms: int) -> str:
    """RFC 3339, whole seconds."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _columns(subject: Subject) -> dict[str, Any]:
    return {
        "user": subject.user,
        "address": subject.address,
        "camera_id": subject.camera_id,
        "kind": str(subject.kind),
        "unmasked": subject.unmasked,
    }


def _subject(row: Viewing) -> Subject:
    return Subject(row.user, row.address, row.camera_id, Kind(row.kind), row.unmasked)
