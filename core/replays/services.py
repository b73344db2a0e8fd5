"""What changes jobs. Asking for one is audited: it reads recordings, and may add to what is known of them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

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


def forget_old(now_ms: int) -> None:
    """Remove jobs that ended long ago."""
    Replay.objects.filter(finished_ms__lt=now_ms - KEPT_MS).delete()
