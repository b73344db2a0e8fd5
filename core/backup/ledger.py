"""Who serves a target, and what becomes of its copies: all in the database, so that a `kill -9` at any moment loses
nothing and doubles nothing.

A target is served by one courier at a time. Its claim lapses CLAIM_MS after the courier last renewed it: then another
takes the target, and what the first was copying waits again, with the bytes that are there already.
"""

from __future__ import annotations

import random
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from core.backup.models import UNSETTLED, Content, Copy, Plan, State, Target
from core.hookspecs.backup import BackupError

CLAIM_MS = 10_000
ATTEMPTS = 8
"""Failures of one file, others succeeding meanwhile, after which it counts as failed."""

POSTPONED_MS = 5 * 60_000
FIRST_MS, LONGEST_MS = 10_000, 15 * 60_000


class Lost(Exception):
    """The target, or this copy, is not ours to work on any more."""


def backoff_ms(failures: int) -> int:
    """How long to wait after so many failures: doubling from ten seconds to a quarter of an hour, with jitter."""
    wait: int = min(FIRST_MS * 2 ** min(failures - 1, 10), LONGEST_MS)
    return wait // 2 + random.randrange(wait // 2 + 1)  # noqa: S311 - spreads load, guards nothing


def claim_target(target_id: int, owner: str, now_ms: int) -> Target | None:
    """Become its courier; None while there is another. What was being copied waits again: its courier was killed."""
    free = Q(owner="") | Q(beat_ms__lt=now_ms - CLAIM_MS)
    taken = Target.objects.filter(free, pk=target_id, enabled=True).update(owner=owner, beat_ms=now_ms)
    if not taken:
        return None
    interrupted = Copy.objects.filter(target_id=target_id, state=State.COPYING)
    # A picture is decoded here, and a decoder may crash on it each time; all else is no fault of the file.
    interrupted.filter(plan__content=Content.SNAPSHOTS).update(attempts=F("attempts") + 1)
    interrupted.update(state=State.WAITING)
    return Target.objects.filter(pk=target_id, owner=owner).first()


def interrupted(target_id: int) -> bool:
    """Whether a courier was killed in the middle of a copy; the next one has it wait again."""
    return Copy.objects.filter(target_id=target_id, state=State.COPYING).exists()


def release_target(target: Target) -> None:
    """Leave it to whoever wants it next."""
    _served(target).update(owner="")


def renew(target: Target, now_ms: int) -> None:
    """Say that its courier is at work. Raises Lost when it was paused, deleted or taken over."""
    if not _served(target).filter(enabled=True).update(beat_ms=now_ms):
        raise Lost


def reached(target: Target) -> None:
    """It works: whatever was wrong with it is over."""
    if target.trouble or target.failures:
        target.trouble, target.error, target.since_ms, target.failures, target.told = "", "", None, 0, False
        _served(target).update(trouble="", error="", since_ms=None, failures=0, retry_ms=0, told=False)


def unreachable(target: Target, error: BackupError, now_ms: int) -> None:
    """Let all copies wait for the target."""
    target.trouble, target.error = error.trouble.value, str(error)[:500]
    target.since_ms = target.since_ms or now_ms
    target.failures += 1
    target.retry_ms = now_ms + backoff_ms(target.failures)
    names = ("trouble", "error", "since_ms", "failures", "retry_ms")
    _served(target).update(**{name: getattr(target, name) for name in names})


def due(target_id: int, now_ms: int) -> QuerySet[Copy]:
    """Copies that may be made now, oldest first, as the oldest recording is the next that retention takes."""
    ready = Copy.objects.filter(target_id=target_id, state=State.WAITING, next_ms__lte=now_ms, plan__enabled=True)
    return ready.select_related("plan").order_by("start_ms", "pk")


def begin(copy: Copy) -> bool:
    """Start on it; False when it was cancelled in this moment."""
    copy.state = State.COPYING
    return bool(Copy.objects.filter(pk=copy.pk, state=State.WAITING).update(state=State.COPYING, error=""))


def progress(copy: Copy, size: int, sent: int) -> None:
    """How far it is. Raises Lost when it was cancelled or deleted."""
    copy.size, copy.sent = size, sent
    if not _copying(copy).filter(plan__enabled=True).update(size=size, sent=sent):
        raise Lost


def wait_again(copy: Copy) -> None:
    """Not its own fault: it waits as before, with what is sent already."""
    _copying(copy).update(state=State.WAITING, sent=copy.sent)


def failed(copy: Copy, why: str, now_ms: int) -> bool:
    """This file could not be copied; whether that was its last attempt."""
    copy.attempts += 1
    final = copy.attempts >= ATTEMPTS
    copy.state = State.FAILED if final else State.WAITING
    _copying(copy).update(
        state=copy.state,
        attempts=copy.attempts,
        next_ms=now_ms + backoff_ms(copy.attempts),
        error=why[:500],
        sent=0,
        done_ms=now_ms if final else None,
    )
    return final


def postpone(copy: Copy, why: str, now_ms: int) -> None:
    """Its recording cannot be read at present, as a volume is away: no fault of the copy's, however often."""
    _copying(copy).update(state=State.WAITING, next_ms=now_ms + POSTPONED_MS, error=why[:500])


def settle(copy: Copy, state: State, now_ms: int, **result: Any) -> None:
    """It is done, or its recording is gone. Raises Lost when it was cancelled in this moment."""
    copy.state = state
    with transaction.atomic():
        if not _copying(copy).update(state=state, done_ms=now_ms, next_ms=0, **result):
            raise Lost
        if state == State.DONE:
            size = result["size"]
            Plan.objects.filter(pk=copy.plan_id).update(
                files=F("files") + 1, bytes=F("bytes") + size, kept=F("kept") + 1, kept_bytes=F("kept_bytes") + size
            )


def forget(copy: Copy) -> None:
    """It is no longer at the target."""
    with transaction.atomic():
        if Copy.objects.filter(pk=copy.pk, state=State.DONE).delete()[0]:
            Plan.objects.filter(pk=copy.plan_id).update(kept=F("kept") - 1, kept_bytes=F("kept_bytes") - copy.size)


def cancel(copies: QuerySet[Copy]) -> int:
    """Copies that are not to be made; those done stay done."""
    return copies.filter(state__in=[*UNSETTLED, State.FAILED]).update(state=State.CANCELLED, error="")


def retry(copies: QuerySet[Copy]) -> int:
    """Have those that failed or were cancelled, and those that wait for their next attempt, made at once."""
    again = copies.filter(state__in=[State.FAILED, State.CANCELLED, State.WAITING, State.MISSED])
    return again.update(state=State.WAITING, attempts=0, next_ms=0, error="")


def _served(target: Target) -> QuerySet[Target]:
    return Target.objects.filter(pk=target.pk, owner=target.owner)


def _copying(copy: Copy) -> QuerySet[Copy]:
    return Copy.objects.filter(pk=copy.pk, state=State.COPYING)
