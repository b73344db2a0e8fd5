"""Which recordings retention leaves where they are on behalf of backups."""

from __future__ import annotations

from django.db.models import Q

from core.backup.models import UNSETTLED, Content, Copy, Plan
from core.backup.queries import chosen_cameras
from core.backup.restoring import held
from core.media.clock import Clock, SystemClock

HOUR_MS = 3_600_000


def objection(camera_id: int, start_ms: int, end_ms: int, clock: Clock | None = None) -> str | None:
    """One sentence why a segment must stay, or None. Asked before each deletion: two small queries."""
    now_ms = (clock or SystemClock()).wall_ms()
    if held(camera_id, start_ms, now_ms):
        return "It was brought back from a backup and is still to be kept."
    for plan in Plan.objects.filter(hold_hours__gt=0, enabled=True, since_ms__lte=end_ms):
        in_time = now_ms - end_ms < plan.hold_hours * HOUR_MS
        if in_time and _waits(plan, camera_id, start_ms, end_ms) and chosen_cameras(plan).filter(pk=camera_id).exists():
            return f"The backup {plan.name!r} has not copied it yet."
    return None


def _waits(plan: Plan, camera_id: int, start_ms: int, end_ms: int) -> bool:
    """Whether a copy of the segment, or of an event in it, is still to be made."""
    if plan.content == Content.RECORDINGS:
        known = Copy.objects.filter(plan=plan, camera_id=camera_id, start_ms=start_ms)
        return start_ms >= plan.since_ms and not known.exclude(state__in=UNSETTLED).exists()
    overlaps = Q(start_ms__lt=end_ms, end_ms__gt=start_ms)
    return Copy.objects.filter(overlaps, plan=plan, camera_id=camera_id, state__in=UNSETTLED).exists()
