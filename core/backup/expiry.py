"""Removing old copies at their target: those older than a plan keeps them, and the oldest beyond its bytes.

The file goes first, then its row; the plan's `since_ms` has risen before both, so that what is still recorded here is
not copied again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.backup.ledger import forget
from core.backup.models import Copy, Plan, State
from core.hookspecs.backup import BackupTarget

DAY_MS = 86_400_000
BATCH = 100


def expired(target_id: int, now_ms: int) -> Iterator[Copy]:
    """Copies at a target whose time is over, oldest first, each plan's for itself."""
    for plan in Plan.objects.filter(target_id=target_id):
        done = Copy.objects.filter(plan=plan, state=State.DONE).order_by("start_ms", "pk")
        if plan.keep_days is not None:
            yield from done.filter(start_ms__lt=now_ms - plan.keep_days * DAY_MS)[:BATCH]
        if plan.keep_bytes is not None:
            over = plan.kept_bytes - plan.keep_bytes
            for copy in done[:BATCH]:
                if over <= 0:
                    break
                over -= copy.size
                yield copy


def remove(copy: Copy, target: BackupTarget, note: Callable[[int], None]) -> None:
    """Remove one copy at its target and forget it. Raises BackupError, and what `note` raises."""
    Plan.objects.filter(pk=copy.plan_id, since_ms__lte=copy.start_ms).update(since_ms=copy.start_ms + 1)
    target.delete(copy.path)
    forget(copy)
    note(0)


def forget_unneeded(plan: Plan, now_ms: int) -> None:
    """Drop rows of recordings that were missed or cancelled and would be removed by now anyway."""
    if plan.keep_days is not None:
        settled = Copy.objects.filter(plan=plan, state__in=[State.MISSED, State.CANCELLED, State.FAILED])
        settled.filter(start_ms__lt=now_ms - plan.keep_days * DAY_MS).delete()
