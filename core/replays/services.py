"""What changes jobs. Asking for one is audited: it reads recordings, and may add to what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from core.detection.services import sealed_settings
from core.media.clock import Clock, SystemClock
from core.replays.models import Replay
from core.system import audit
from core.tasks.jobs import State

KEPT_MS = 14 * 86_400_000
"""How long a job that is over is kept."""


def request_replay(
    user_id: int | None,
    requester: str,
    camera_id: int,
    detector: str,
    settings: dict[str, Any] | None,
    start_ms: int,
    end_ms: int,
    *,
    stores: bool = False,
    address: str = "",
    clock: Clock | None = None,
) -> Replay:
    """Have a detector look at a recording; it begins within seconds. The caller has checked the rights.

    settings: as for the camera, secrets that are masked being those it has; None for the camera's own. Raises
    CameraError when they do not fit.
    """
    sealed = sealed_settings(camera_id, detector, settings)
    with transaction.atomic():
        job = Replay.objects.create(
            user_id=user_id,
            requester=requester,
            camera_id=camera_id,
            detector=detector,
            settings=sealed,
            start_ms=start_ms,
            end_ms=end_ms,
            at_ms=start_ms,
            stores=stores,
            created_ms=(clock or SystemClock()).wall_ms(),
        )
        after = {"detector": detector, "start_ms": start_ms, "end_ms": end_ms, "stores": stores}
        audit.record(requester, "camera.replay", f"camera:{camera_id}", after=after, address=address)
    return job


def cancel_replay(job: Replay) -> None:
    """Stop it, within seconds when it is being done. One that has ended stays as it is."""
    waiting = Replay.objects.filter(pk=job.pk, state=State.QUEUED)
    if not waiting.update(state=State.CANCELLED, finished_ms=SystemClock().wall_ms()):
        Replay.objects.filter(pk=job.pk, state=State.RUNNING).update(cancel=True)


def forget_finds(type_name: str, forgets: Callable[[Mapping[str, Any], int], bool]) -> int:
    """Delete finds of a type from jobs, those of which `forgets(attributes, start_ms)` says so, start_ms in UTC ms; how
    many. A job under way writes its finds anew while it is: ask again later.
    """
    gone = 0
    with transaction.atomic():
        told = Replay.objects.alias(words=Cast("finds", TextField())).filter(words__contains=type_name)
        for job in Replay.objects.select_for_update().filter(pk__in=told.order_by().values("pk")):
            kept = [
                one
                for one in job.finds
                if one["event_type"] != type_name or not forgets(one["attributes"], one["start_ms"])
            ]
            gone += len(job.finds) - len(kept)
            if len(kept) < len(job.finds):
                Replay.objects.filter(pk=job.pk).update(finds=kept)
    return gone


def forget_old(now_ms: int) -> None:
    """Remove jobs that ended long ago."""
    Replay.objects.filter(finished_ms__lt=now_ms - KEPT_MS).delete()
