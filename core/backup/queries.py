"""Backups as lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from core.backup.models import UNSETTLED, Copy, Plan, Restore, State, Target
from core.cameras.groups import groups
from core.cameras.queries import CameraRows, cameras


def targets() -> QuerySet[Target]:
    """All targets by name."""
    return Target.objects.order_by("name")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a plan stands: copies by state, those done not among them, and the start of the oldest that waits, UTC ms."""

    waiting: int
    failed: int
    missed: int
    oldest_ms: int | None


def plans() -> QuerySet[Plan]:
    """All plans by name."""
    return Plan.objects.select_related("target").order_by("name")


def chosen_cameras(plan: Plan) -> CameraRows:
    """The cameras that a plan copies."""
    if not plan.cameras and not plan.groups:
        return cameras()
    of_groups = groups().filter(pk__in=plan.groups).values("cameras")
    return cameras().filter(Q(pk__in=plan.cameras) | Q(pk__in=of_groups))


def standing(plan: Plan) -> Standing:
    """From the index alone, however much was copied."""
    rows = Copy.objects.filter(plan=plan, state__in=[*UNSETTLED, State.FAILED, State.MISSED])
    counts = dict(rows.values_list("state").annotate(Count("pk")))
    oldest = rows.filter(state__in=UNSETTLED).aggregate(oldest=Min("start_ms"))["oldest"]
    waiting = sum(counts.get(state, 0) for state in UNSETTLED)
    return Standing(waiting, counts.get(State.FAILED, 0), counts.get(State.MISSED, 0), oldest)


def copies(*, states: Sequence[str] = (), plan: int | None = None, target: int | None = None) -> QuerySet[Copy]:
    """Copies: under way first, then what waits in its order, then what has ended, newest first."""
    found = Copy.objects.select_related("plan", "target")
    chosen: dict[str, Any] = {"plan_id": plan, "target_id": target}
    found = found.filter(**{name: value for name, value in chosen.items() if value is not None})
    if states:
        found = found.filter(state__in=states)
    settled = set(states) and not set(states) & set(UNSETTLED)
    return found.order_by("-done_ms", "-pk") if settled else found.order_by("state", "start_ms", "pk")


def restores(target: int | None = None) -> QuerySet[Restore]:
    """What was asked to be brought back, newest first."""
    found = Restore.objects.select_related("target").order_by("-pk")
    return found if target is None else found.filter(target_id=target)
