"""Who moves a camera: one person at a time, for as long as they do and a little longer; and where it goes afterwards.

The row of a camera is the truth for all processes. A person holds it from their first command until HOLD_MS after the
last, or longer when they lock it. Who is first (holds `camera.ptz_first`) takes it from who is not; nobody else's
command gets through, and rules wait. When nobody has moved it for a while it returns to a position, if one was chosen.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction

from core.cameras.models import Camera, Steering
from core.events.publishing import publish
from core.events.services import close, record
from core.media.clock import Clock, SystemClock
from core.system import audit

HOLD_MS = 15_000
RENEW_MS = 5_000
"""A hold is written anew when it has grown older by this much, and not with every command."""
LOCK_MS = 10 * 60_000
MOST_AFTER = 24 * 60
TOPIC = "cameras.ptz"
_CLOCK = SystemClock()
log = logging.getLogger("eyrie.cameras")


@dataclass(frozen=True, slots=True)
class Hand:
    """Who wants to move a camera. first: may take it from those who are not."""

    user_id: int
    name: str
    first: bool = False
    address: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who moves a camera now. until_ms: UTC ms; locked: they keep it although they do not move it."""

    user_id: int
    name: str
    first: bool
    until_ms: int
    locked: bool


class HeldBack(Exception):
    """Somebody else moves the camera; one sentence."""

    def __init__(self, holder: Holder) -> None:
        super().__init__(f"{holder.name} is moving this camera.")
        self.holder = holder


def holder(camera_id: int, clock: Clock = _CLOCK) -> Holder | None:
    """Who moves a camera now."""
    row = Steering.objects.filter(camera_id=camera_id).first()
    return _holder(row, clock.wall_ms()) if row else None


@transaction.atomic
def take(camera_id: int, hand: Hand, *, lock: bool | None = None, clock: Clock = _CLOCK) -> Holder:
    """Hold a camera, or go on holding it. lock: keep it for LOCK_MS without moving it, or no longer; None as it was.

    Raises HeldBack, and Camera.DoesNotExist.
    """
    row = _row(camera_id)
    now = clock.wall_ms()
    before = _holder(row, now)
    if before is not None and before.user_id != hand.user_id:
        if before.first or not hand.first:
            raise HeldBack(before)
        _end(row, now)
    mine = before is not None and before.user_id == hand.user_id
    locked = (mine and row.locked) if lock is None else lock
    row.user_id, row.name, row.first, row.locked = hand.user_id, hand.name, hand.first, locked
    row.until_ms, row.moved_ms = max(now + HOLD_MS, _locked_until(row, now, lock)), now
    if not mine:
        _end(row, now)  # of one that ran out
        row.event_id = record("camera.moved", camera_id, now, None, {"by": hand.name}).id
        audit.record(hand.name, "camera.move", f"camera:{camera_id}", address=hand.address)
    row.save()
    found = _as_holder(row)
    if not mine or before is None or before.locked != locked:
        _tell(camera_id, found)
    return found


@transaction.atomic
def release(camera_id: int, hand: Hand, clock: Clock = _CLOCK) -> None:
    """Let go of a camera. Nothing happens to one that somebody else holds."""
    row = Steering.objects.select_for_update().filter(camera_id=camera_id, user_id=hand.user_id).first()
    if row is None or row.until_ms <= clock.wall_ms():
        return
    _end(row, clock.wall_ms())
    row.until_ms, row.locked = clock.wall_ms(), False
    row.save()
    _tell(camera_id, None)


def moved(camera_id: int, clock: Clock = _CLOCK) -> None:
    """It was moved by nobody in person."""
    Steering.objects.update_or_create(camera_id=camera_id, defaults={"moved_ms": clock.wall_ms()})


def expire(clock: Clock = _CLOCK) -> None:
    """End the events of holds that have run out."""
    for row in Steering.objects.exclude(event_id=None).filter(until_ms__lte=clock.wall_ms()):
        with transaction.atomic():
            locked = Steering.objects.select_for_update().get(pk=row.pk)
            if locked.until_ms <= clock.wall_ms():
                _end(locked, locked.until_ms)
                locked.save()
                _tell(locked.camera_id, None)


def returning(clock: Clock = _CLOCK) -> list[Steering]:
    """Cameras that were moved, have been left alone for as long as was chosen, go no patrol, and are to go back."""
    now = clock.wall_ms()
    rows = Steering.objects.filter(moved_ms__isnull=False, until_ms__lte=now, patrol=None).exclude(return_preset="")
    return [row for row in rows if (row.moved_ms or 0) + row.return_after * 60_000 <= now]


def returned(camera_id: int) -> None:
    """It is back."""
    Steering.objects.filter(camera_id=camera_id).update(moved_ms=None)


def set_return(camera_id: int, preset: str, minutes: int, *, actor: str, address: str = "") -> None:
    """Where a camera goes when nobody has moved it for 1 to MOST_AFTER minutes; nowhere with an empty name."""
    with transaction.atomic():
        row = _row(camera_id)
        before = {"return_preset": row.return_preset, "return_after": row.return_after}
        row.return_preset, row.return_after = preset, minutes
        row.save()
        after = {"return_preset": preset, "return_after": minutes}
        audit.record(actor, "camera.return", f"camera:{camera_id}", before=before, after=after, address=address)


def chosen_return(camera_id: int) -> tuple[str, int]:
    """Name of the position to which a camera returns, empty for none, and after how many minutes."""
    row = Steering.objects.filter(camera_id=camera_id).first() or Steering(camera_id=camera_id)
    return row.return_preset, row.return_after


def _row(camera_id: int) -> Steering:
    camera = Camera.objects.get(pk=camera_id)
    return Steering.objects.select_for_update().get_or_create(camera=camera)[0]


def _locked_until(row: Steering, now: int, lock: bool | None) -> int:
    if not row.locked:
        return 0
    return now + LOCK_MS if lock else row.until_ms


def _end(row: Steering, at_ms: int) -> None:
    if row.event_id is not None:
        close(row.event_id, at_ms)
        row.event_id = None


def _holder(row: Steering, now: int) -> Holder | None:
    return _as_holder(row) if row.until_ms > now else None


def _as_holder(row: Steering) -> Holder:
    return Holder(row.user_id, row.name, row.first, row.until_ms, row.locked)


def message_of(camera_id: int, found: Holder | None) -> dict[str, Any]:
    """Who moves a camera, as the topic tells it."""
    return {
        "camera_id": camera_id,
        "by": found.name if found else "",
        "by_id": found.user_id if found else 0,
        "first": found.first if found else False,
        "locked": found.locked if found else False,
    }


def _tell(camera_id: int, found: Holder | None) -> None:
    transaction.on_commit(partial(publish, TOPIC, message_of(camera_id, found)))
