"""Who works on which export (core.tasks.jobs), and telling the person who asked for it how far it is."""

from __future__ import annotations

from typing import Any

from core.events.publishing import publish
from core.exports.models import Export, State
from core.tasks import jobs
from core.tasks.jobs import ATTEMPTS, CLAIM_MS, Cancelled, Lost, release

__all__ = ["ATTEMPTS", "CLAIM_MS", "TOPIC", "Cancelled", "Lost", "claim", "finish", "release", "renew", "tell"]

TOPIC = "exports.progress"


def claim(owner: str, now_ms: int) -> Export | None:
    """Take the oldest export that nobody works on; None when there is none."""
    return jobs.claim(Export, owner, now_ms, done_bytes=0)


def renew(export: Export, now_ms: int, done: int) -> None:
    """Say that the work goes on, and how far it is. Raises Lost, Cancelled."""
    jobs.renew(export, now_ms, done_bytes=done, total_bytes=export.total_bytes)
    tell(export)


def finish(export: Export, state: State, **result: Any) -> None:
    """End it one way or the other. Raises Lost when there is nothing to end."""
    jobs.finish(export, state, **result)
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
