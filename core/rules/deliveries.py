"""The state of deliveries: a claim in the database, renewed while the action runs, free again when that stops.

At least once: an action whose process died runs again, with the same key. One that fails is tried again, later each
time, and is given up after ATTEMPTS; it stays in the list and may be sent again.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from core.events.publishing import publish
from core.rules.models import Delivery, State

LEASE_MS = 10_000
ATTEMPTS = 10
FIRST_WAIT_MS = 5_000
LONGEST_WAIT_MS = 3_600_000
LONGEST_ASKED_MS = 86_400_000
LONGEST_LINE = 500
TOPIC = "rules.deliveries"


@dataclass(frozen=True, slots=True)
class Ending:
    """What an attempt came to. changes: of the delivery's row, still to be written."""

    delivery: Delivery
    changes: dict[str, Any]


def claim(owner: str, now_ms: int, most: int) -> list[Delivery]:
    """Take deliveries whose time has come, and those whose process has died; the oldest first."""
    due, left_alone = Q(state=State.QUEUED, next_ms__lte=now_ms), Q(state=State.RUNNING, beat_ms__lt=now_ms - LEASE_MS)
    taken: list[int] = []
    for free in (left_alone, due):
        waiting = Delivery.objects.filter(free).order_by("next_ms", "pk").values_list("pk", flat=True)
        chosen = list(waiting[: most - len(taken)])
        if chosen:  # another process may have been quicker with some of them
            Delivery.objects.filter(free, pk__in=chosen).update(
                state=State.RUNNING, owner=owner, beat_ms=now_ms, attempts=F("attempts") + 1
            )
            taken += chosen
    if not taken:
        return []
    mine = Delivery.objects.filter(pk__in=taken, owner=owner, state=State.RUNNING, beat_ms=now_ms)
    return list(mine.select_related("firing", "firing__event__camera").order_by("next_ms", "pk"))


def renew(owner: str, ids: Sequence[int], now_ms: int) -> None:
    """Say that these are still being done."""
    Delivery.objects.filter(pk__in=ids, owner=owner, state=State.RUNNING).update(beat_ms=now_ms)


def succeeded(delivery: Delivery, line: str, now_ms: int) -> Ending:
    """It is done."""
    return Ending(delivery, {"state": State.DONE, "line": _short(line), "finished_ms": now_ms})


def failed(delivery: Delivery, why: str, now_ms: int, *, wait_ms: int | None = None, for_good: bool = False) -> Ending:
    """It did not work. wait_ms: how long at least the other side wants to be left alone."""
    if for_good or delivery.attempts >= ATTEMPTS:
        return Ending(delivery, {"state": State.DEAD, "line": _short(why), "finished_ms": now_ms})
    wait = back_off_ms(delivery.attempts)
    if wait_ms is not None:
        wait = min(max(wait, wait_ms), LONGEST_ASKED_MS)
    return Ending(delivery, {"state": State.QUEUED, "line": _short(why), "next_ms": now_ms + wait})


def write(endings: Sequence[Ending], now_ms: int) -> None:
    """Write what attempts came to, in one transaction: the actions after them may begin, whatever they came to."""
    with transaction.atomic():
        written = [ending for ending in endings if _write(ending)]
        following = Q()
        for ending in written:
            following |= Q(firing_id=ending.delivery.firing_id, position=ending.delivery.position + 1)
        if written:
            Delivery.objects.filter(following, state=State.WAITING).update(state=State.QUEUED, next_ms=now_ms)
    for one in written:
        delivery = one.delivery
        publish(TOPIC, {"id": delivery.pk, "firing": delivery.firing_id, "state": str(one.changes["state"])})


def give_back(owner: str, ids: Sequence[int]) -> None:
    """Let another process do these: this one has to end, which is no failed attempt."""
    Delivery.objects.filter(pk__in=ids, owner=owner, state=State.RUNNING).update(
        state=State.QUEUED, owner="", attempts=F("attempts") - 1
    )


def send_again(ids: Sequence[int], now_ms: int) -> int:
    """Try given-up ones anew from the first attempt, with the same key. Returns how many these are."""
    return Delivery.objects.filter(pk__in=ids, state=State.DEAD).update(
        state=State.QUEUED, attempts=0, next_ms=now_ms, finished_ms=None
    )


def back_off_ms(attempts: int) -> int:
    """How long to wait after so many attempts: five seconds, three times as long each time, an hour at most; a fifth
    more or less, so that what failed together does not come back together.
    """
    wait = min(FIRST_WAIT_MS * 3 ** (attempts - 1), LONGEST_WAIT_MS)
    return int(wait * random.uniform(0.8, 1.2))  # noqa: S311  # spreads load, guards nothing


def _write(ending: Ending) -> bool:
    """False where another process has taken it over meanwhile."""
    delivery = ending.delivery
    mine = Delivery.objects.filter(pk=delivery.pk, owner=delivery.owner, state=State.RUNNING)
    return bool(mine.update(owner="", **ending.changes))


def _short(text: str) -> str:
    return " ".join(text.split())[:LONGEST_LINE]
