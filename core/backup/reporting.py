"""What backups tell: three events, and where they are to whoever looks."""

from __future__ import annotations

from pydantic import BaseModel, Field

from core.backup.models import UNSETTLED, Copy, Plan, State, Target
from core.events.publishing import publish
from core.events.services import record
from core.hookspecs.events import EventTypeSpec

TOPIC = "backup.progress"
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
PATIENCE_MS = 10 * 60_000
"""An outage shorter than this is no event: everything is copied a little later."""


class BackupFailed(BaseModel):
    """target: its name; path: of the copy that could not be made, empty when none can; message: one sentence."""

    target: str = Field(title="Target")
    path: str = Field("", title="Path")
    message: str = Field(title="Message")


class BackupLagging(BaseModel):
    """plan, target: their names; waiting: copies not made yet; behind_hours: the age of the oldest of them; missed:
    recordings that were deleted before they were copied, since the last such event.
    """

    plan: str = Field(title="Plan")
    target: str = Field(title="Target")
    waiting: int = Field(title="Copies waiting")
    behind_hours: float = Field(title="Behind", json_schema_extra={"unit": "h"})
    missed: int = Field(title="Missed recordings")


class BackupCompleted(BaseModel):
    """plan, target: their names; files, bytes: copied since the last such event."""

    plan: str = Field(title="Plan")
    target: str = Field(title="Target")
    files: int = Field(title="Files")
    bytes: int = Field(title="Size", json_schema_extra={"unit": "bytes"})


EVENT_TYPES = (
    EventTypeSpec("backup.failed", "Backup failed", BackupFailed),
    EventTypeSpec("backup.lagging", "Backup is behind", BackupLagging),
    EventTypeSpec("backup.completed", "Backup is complete", BackupCompleted),
)


def target_failed(target: Target, now_ms: int) -> None:
    """Tell once that a target is in trouble: at once where a person must act, else when it does not pass."""
    needs_person = target.trouble in ("refused", "full")
    if target.told or (not needs_person and now_ms - (target.since_ms or now_ms) < PATIENCE_MS):
        return
    target.told = True
    Target.objects.filter(pk=target.pk).update(told=True)
    record("backup.failed", None, now_ms, now_ms, {"target": target.name, "message": target.error})


def copy_failed(target: Target, copy: Copy, why: str, now_ms: int) -> None:
    """Tell that one copy was given up: the first of an hour speaks for all, the queue shows each."""
    others = Copy.objects.filter(target=target, state=State.FAILED, done_ms__gt=now_ms - HOUR_MS).exclude(pk=copy.pk)
    if others.exists():
        return
    facts = {"target": target.name, "path": copy.path, "message": why}
    record("backup.failed", copy.camera_id, now_ms, now_ms, facts)


def look(plan: Plan, now_ms: int) -> None:
    """Tell when a plan has come to lag, when recordings were lost to it, and when all of it is copied: after a lag, at
    the first time, and then once a day at most.
    """
    waiting = Copy.objects.filter(plan=plan, state__in=UNSETTLED)
    oldest = waiting.order_by("start_ms").values_list("end_ms", flat=True).first()
    missed = Copy.objects.filter(plan=plan, state=State.MISSED, verified="").update(verified="told")
    behind_ms = 0 if oldest is None else max(now_ms - oldest, 0)
    lags = behind_ms > plan.lag_hours * HOUR_MS
    if missed or (lags and not plan.lagging):
        facts = {"waiting": waiting.count(), "behind_hours": round(behind_ms / HOUR_MS, 1), "missed": missed}
        record("backup.lagging", None, now_ms, now_ms, {**_names(plan), **facts})
    if lags and not plan.lagging:
        Plan.objects.filter(pk=plan.pk).update(lagging=True)
    if oldest is None and plan.files and (plan.lagging or now_ms - plan.counted_ms >= DAY_MS):
        record("backup.completed", None, now_ms, now_ms, {**_names(plan), "files": plan.files, "bytes": plan.bytes})
        Plan.objects.filter(pk=plan.pk).update(lagging=False, files=0, bytes=0, counted_ms=now_ms)


def tell(target_id: int) -> None:
    """Let the page know that something moved; blocks on the hub for a moment."""
    publish(TOPIC, {"target": target_id})


def _names(plan: Plan) -> dict[str, str]:
    return {"plan": plan.name, "target": plan.target.name}
