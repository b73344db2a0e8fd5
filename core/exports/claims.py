"""Who works on which export: a claim in the database, renewed while the work goes on, free again when it stops.

A claim that was not renewed for CLAIM_MS belongs to a process that was killed: the next one takes the export over
and begins it anew. Several exporters, on several machines, may share one database.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet

from core.events.publishing import publish
from core.exports.models import Export, State

CLAIM_MS = 10_000
ATTEMPTS = 3
TOPIC = "exports.progress"


class Lost(Exception):
    """The export is not ours any more: it was deleted, or somebody else took it over."""


class Cancelled(Exception):
    """Whoever asked for it wants it no more."""


def claim(owner: str, now_ms: int) -> Export | None:
    """Take the oldest export that nobody works on; None when there is none."""
    free = Q(state=State.QUEUED) | Q(state=State.RUNNING, beat_ms__lt=now_ms - CLAIM_MS)
    for pk in Export.objects.filter(free).order_by("pk").values_list("pk", flat=True)[:5]:
        taken = Export.objects.filter(free, pk=pk).update(
            state=State.RUNNING, owner=owner, beat_ms=now_ms, done_bytes=0, attempts=F("attempts") + 1
        )
        if taken:
            return Export.objects.filter(pk=pk, owner=owner).first()
    return None


def renew(export: Export, now_ms: int, done: int) -> None:
    """Say that the work goes on, and how far it is. Raises Lost, Cancelled."""
    export.done_bytes, export.beat_ms = done, now_ms
    if not _mine(export).update(beat_ms=now_ms, done_bytes=done, total_bytes=export.total_bytes):
        raise Lost
    if Export.objects.filter(pk=export.pk, cancel=True).exists():
        raise Cancelled
    tell(export)


def release(export: Export) -> None:
    """Let another process begin it anew: this one has to end, which is no failed attempt."""
    _mine(export).update(state=State.QUEUED, owner="", attempts=F("attempts") - 1)


def finish(export: Export, state: State, **result: Any) -> None:
    """End it one way or the other. Raises Lost when there is nothing to end."""
    export.state = state
    for name, value in result.items():
        setattr(export, name, value)
    if not _mine(export).update(state=state, owner="", **result):
        raise Lost
    tell(export)


def tell(export: Export) -> None:
    """Let the person who asked for it know; blocks on the hub for a moment."""
    publish(
        TOPIC,
        {
            "user_id": export.user_id,
            "id": export.pk,
            "state": str(export.state),
            "done_bytes": export.done_bytes,
            "total_bytes": export.total_bytes,
            "error": export.error,
        },
    )


def _mine(export: Export) -> QuerySet[Export]:
    return Export.objects.filter(pk=export.pk, owner=export.owner, state=State.RUNNING)
