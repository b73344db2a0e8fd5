"""Patrols: positions at which Eyrie has a camera look one after the other, whatever its make.

A row tells which patrol a camera goes and when its next stop's turn is, so a patrol goes on when Eyrie is started anew.
While a person moves the camera it waits; when they are done it goes on with the next stop. The worker takes the steps
(core.cameras.patrolling). Times are UTC milliseconds.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import QuerySet

from core.cameras import steering
from core.cameras.control import goto_stop
from core.cameras.models import Camera, Patrol, Steering
from core.cameras.steering import Hand
from core.hookspecs.cameras import ControlError
from core.media.clock import Clock, SystemClock
from core.system import audit

LEAST_S, MOST_S = 5, 3600
FEWEST_STOPS, MOST_STOPS = 2, 32
MOST_PATROLS = 16
_CLOCK = SystemClock()
log = logging.getLogger("eyrie.cameras")


@dataclass(frozen=True, slots=True)
class Stop:
    """preset: the camera's token of a position; seconds: until the next stop's turn, the way there included."""

    preset: str
    seconds: int


class PatrolError(ValueError):
    """A patrol that cannot be kept; one sentence."""


def patrols_of(camera_id: int) -> QuerySet[Patrol]:
    """Those of a camera, by name."""
    return Patrol.objects.filter(camera_id=camera_id)


@transaction.atomic
def save_patrol(patrol: Patrol, name: str, stops: Sequence[Stop], *, actor: str, address: str = "") -> Patrol:
    """Keep a new patrol of `patrol.camera_id`, or change one. Raises PatrolError."""
    new = not patrol.pk
    others = patrols_of(patrol.camera_id).exclude(pk=patrol.pk)
    if others.filter(name=name).exists():
        raise PatrolError("This camera has a patrol of this name already; choose another name.")
    if new and others.count() >= MOST_PATROLS:
        raise PatrolError(f"A camera has at most {MOST_PATROLS} patrols; delete one.")
    before = None if new else {"name": patrol.name, "stops": patrol.stops}
    patrol.name, patrol.stops = name, [asdict(stop) for stop in stops]
    patrol.save()
    after = {"name": patrol.name, "stops": patrol.stops}
    subject = f"camera:{patrol.camera_id}"
    audit.record(actor, "camera.patrol", subject, before=before, after=after, address=address)
    return patrol


@transaction.atomic
def remove_patrol(patrol: Patrol, *, actor: str, address: str = "") -> None:
    """Forget one; a camera that goes it stays where it is."""
    subject, before = f"camera:{patrol.camera_id}", {"name": patrol.name, "stops": patrol.stops}
    audit.record(actor, "camera.patrol_remove", subject, before=before, address=address)
    patrol.delete()


@transaction.atomic
def start(patrol: Patrol, hand: Hand, clock: Clock = _CLOCK) -> None:
    """Have a camera go a patrol from its first stop, instead of the one it goes. Raises HeldBack.

    Who starts it lets go of the camera with it.
    """
    steering.take(patrol.camera_id, hand, lock=False, clock=clock)
    _set(patrol.camera_id, patrol, hand.name, hand.address, clock)
    steering.release(patrol.camera_id, hand, clock)


@transaction.atomic
def stop(camera_id: int, *, actor: str, address: str = "") -> None:
    """Have a camera go no patrol any more."""
    row = Steering.objects.select_for_update().filter(camera_id=camera_id).exclude(patrol=None).first()
    if row is not None:
        _set(camera_id, None, actor, address, _CLOCK)


def start_named(camera_id: int, name: str, actor: str) -> None:
    """Start a patrol for a rule, unless a person moves the camera; one that it goes already goes on.

    Raises ControlError.
    """
    with transaction.atomic():
        patrol = patrols_of(camera_id).filter(name=name).first()
        if patrol is None:
            names = ", ".join(patrols_of(camera_id).values_list("name", flat=True)) or "none"
            raise ControlError(f"There is no patrol {name!r} of this camera; choose one of {names}.", lasting=True)
        holder = steering.holder(camera_id)
        if holder is not None:
            raise ControlError(f"{patrol.camera.name} is moved by {holder.name} at the moment.")
        if not Steering.objects.filter(camera_id=camera_id, patrol=patrol).exists():
            _set(camera_id, patrol, actor, "", _CLOCK)


def stop_named(camera_id: int, actor: str) -> None:
    """Stop the camera's patrol for a rule. Raises ControlError when there is no such camera."""
    if not Camera.objects.filter(pk=camera_id).exists():
        raise ControlError(f"There is no camera {camera_id}.", lasting=True)
    stop(camera_id, actor=actor)


def due(clock: Clock) -> list[int]:
    """Cameras whose next stop's turn it is, and that nobody moves; first who waits longest."""
    now = clock.wall_ms()
    rows = Steering.objects.filter(patrol__isnull=False, patrol_due_ms__lte=now, until_ms__lte=now)
    rows = rows.filter(camera__enabled=True).order_by("patrol_due_ms")
    return list(rows.values_list("camera_id", flat=True))


def step(camera_id: int, clock: Clock) -> None:
    """Point a camera at the stop whose turn it is. Blocks while the camera answers."""
    token = _next_stop(camera_id, clock)
    if token is None:
        return
    try:
        goto_stop(camera_id, token)
        trouble = ""
    except ControlError as error:
        trouble = str(error)[:300]
    if Steering.objects.filter(camera_id=camera_id).exclude(patrol_trouble=trouble).update(patrol_trouble=trouble):
        if trouble:
            log.warning("camera %s does not go on with its patrol: %s", camera_id, trouble)
        else:
            log.info("camera %s goes on with its patrol", camera_id)


@transaction.atomic
def _next_stop(camera_id: int, clock: Clock) -> str | None:
    """The token of the stop whose turn it is, and the next one's turn is set; None when it is no turn any more."""
    row = Steering.objects.select_for_update(of=("self",)).filter(camera_id=camera_id).select_related("patrol").first()
    now = clock.wall_ms()
    if row is None or row.patrol is None or row.until_ms > now or row.patrol_due_ms > now:
        return None
    here = row.patrol.stops[row.patrol_next % len(row.patrol.stops)]
    row.patrol_next = (row.patrol_next + 1) % len(row.patrol.stops)
    row.patrol_due_ms = now + here["seconds"] * 1000
    row.save(update_fields=["patrol_next", "patrol_due_ms"])
    return str(here["preset"])


def _set(camera_id: int, patrol: Patrol | None, actor: str, address: str, clock: Clock) -> None:
    row, _ = Steering.objects.select_for_update().get_or_create(camera_id=camera_id)
    before = row.patrol.name if row.patrol else ""
    row.patrol, row.patrol_next, row.patrol_due_ms, row.patrol_trouble = patrol, 0, clock.wall_ms(), ""
    row.save(update_fields=["patrol", "patrol_next", "patrol_due_ms", "patrol_trouble"])
    after = patrol.name if patrol else ""
    audit.record(
        actor,
        "camera.patrol_run",
        f"camera:{camera_id}",
        before={"patrol": before},
        after={"patrol": after},
        address=address,
    )
