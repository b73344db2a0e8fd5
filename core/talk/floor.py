"""One speaker at a time: who has the floor at a camera.

The row of a camera is the truth for all processes. Whoever talks says so every second; one that has been silent for
SILENT_MS has died. A person interrupts an announcement, and who is first (holds `camera.talk_first`) interrupts who is
not. Everything here blocks on the database.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from core.events.services import close, record
from core.media.clock import Clock, SystemClock
from core.system import audit
from core.talk.models import Floor

SILENT_MS = 5_000
_CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who wants to talk. name: for people; announcement: name of the one that is played, empty for a voice; first: may
    interrupt those who are not; address: the client's, for the audit log.
    """

    name: str
    announcement: str = ""
    first: bool = False
    address: str = ""


class Busy(Exception):
    """Somebody else talks; one sentence. name: who; interruptible: who is first may."""

    def __init__(self, row: Floor) -> None:
        what = f"{row.announcement} is being played" if row.announcement else f"{row.name} is talking"
        super().__init__(f"{what} through this camera.")
        self.name = row.name


def take(camera_id: int, speaker: Speaker, *, interrupt: bool = False, clock: Clock = _CLOCK) -> str:
    """Have the floor; the token that keeps it. interrupt: even though somebody has it whom one may interrupt.

    Raises Busy.
    """
    try:
        return _take(camera_id, speaker, interrupt, clock)
    except IntegrityError:  # another process made the row in this moment
        return _take(camera_id, speaker, interrupt, clock)


@transaction.atomic
def _take(camera_id: int, speaker: Speaker, interrupt: bool, clock: Clock) -> str:
    now = clock.wall_ms()
    row = Floor.objects.select_for_update().filter(camera_id=camera_id).first() or Floor(camera_id=camera_id)
    if _talks(row, now) and not (interrupt and _may_interrupt(speaker, row)):
        raise Busy(row)
    _end(row, now)
    row.token, row.name, row.announcement = secrets.token_hex(8), speaker.name[:150], speaker.announcement
    row.first, row.since_ms, row.beat_ms = speaker.first, now, now
    told = {"by": speaker.name, "announcement": speaker.announcement}
    row.event_id = record("camera.talked", camera_id, now, attributes=told).id
    row.save()
    after = {"announcement": speaker.announcement} if speaker.announcement else {}
    audit.record(speaker.name, "camera.talk", f"camera:{camera_id}", after=after, address=speaker.address)
    return row.token


def keep(camera_id: int, token: str, *, clock: Clock = _CLOCK) -> str:
    """Say that one still talks. Empty when all is well, else who has the floor now, or `somebody`."""
    if Floor.objects.filter(camera_id=camera_id, token=token).update(beat_ms=clock.wall_ms()):
        return ""
    return holder(camera_id, clock=clock) or "somebody"


@transaction.atomic
def leave(camera_id: int, token: str, *, clock: Clock = _CLOCK) -> None:
    """Give the floor back. Who has lost it has nothing to give back."""
    row = Floor.objects.select_for_update().filter(camera_id=camera_id, token=token).first()
    if row is not None:
        _end(row, clock.wall_ms())
        row.token, row.event_id = "", None
        row.save()


def holder(camera_id: int, *, clock: Clock = _CLOCK) -> str:
    """Who talks, empty for nobody."""
    row = Floor.objects.filter(camera_id=camera_id).first()
    return row.name if row is not None and _talks(row, clock.wall_ms()) else ""


def _talks(row: Floor, now_ms: int) -> bool:
    return bool(row.token) and now_ms - row.beat_ms < SILENT_MS


def _may_interrupt(speaker: Speaker, row: Floor) -> bool:
    if speaker.announcement:
        return False
    return bool(row.announcement) or (speaker.first and not row.first)


def _end(row: Floor, now_ms: int) -> None:
    if row.event_id is not None:
        close(row.event_id, now_ms if _talks(row, now_ms) else min(now_ms, row.beat_ms))
