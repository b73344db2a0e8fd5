"""What changes jobs, and the thread of the worker that has them done."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from core.edge.models import Fill
from core.edge.planning import plan
from core.media.clock import Clock, SystemClock
from core.system import audit
from core.tasks.children import Children, Trade
from core.tasks.jobs import State

KEPT_MS = 14 * 86_400_000
"""How long a job that is over is kept; longer than core.edge.planning looks back, which goes by them."""


def request_fill(
    camera_id: int, start_ms: int, end_ms: int, requester: str, *, address: str = "", clock: Clock | None = None
) -> Fill:
    """Fetch what is missing of a range from the camera; it begins within seconds. The caller has checked the rights."""
    with transaction.atomic():
        job = Fill.objects.create(
            camera_id=camera_id,
            start_ms=start_ms,
            end_ms=end_ms,
            at_ms=start_ms,
            requester=requester,
            created_ms=(clock or SystemClock()).wall_ms(),
        )
        after = {"start_ms": start_ms, "end_ms": end_ms}
        audit.record(requester, "camera.fetch", f"camera:{camera_id}", after=after, address=address)
    return job


def cancel_fill(job: Fill) -> None:
    """Stop it, within seconds when it is being done. One that has ended stays as it is; what was fetched stays."""
    waiting = Fill.objects.filter(pk=job.pk, state=State.QUEUED)
    if not waiting.update(state=State.CANCELLED, finished_ms=SystemClock().wall_ms()):
        Fill.objects.filter(pk=job.pk, state=State.RUNNING).update(cancel=True)


def _chore(now_ms: int) -> None:
    Fill.objects.filter(finished_ms__lt=now_ms - KEPT_MS).delete()
    plan(now_ms)


def fetching(clock: Clock) -> Children[Fill]:
    """What has the jobs done, one at a time."""
    return Children(Trade("fetching", Fill, "core.edge.program", lambda now_ms: Q(due_ms__lte=now_ms), _chore), clock)
