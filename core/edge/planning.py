"""After an outage: which gaps are to be filled from what the cameras keep."""

from __future__ import annotations

from core.cameras.models import Camera
from core.edge.cards import keeps
from core.edge.models import Fill
from core.recording.entries import INTENDED, GapReason
from core.recording.models import Gap, Stream

SETTLE_MS = 15_000
"""A camera may not be able to play what it has only just recorded, and what broke the network may break it again."""
BACK_MS = 7 * 86_400_000
SHORTEST_MS = 2_000
LONGEST_MS = 6 * 3_600_000
"""A longer gap becomes several jobs, so that other cameras get their turn."""

REASONS = [reason for reason in GapReason if reason not in (*INTENDED, GapReason.DISABLED)]


def plan(now_ms: int) -> int:
    """Ask for what is missing since BACK_MS and was not asked for yet; how many jobs are new. Blocks."""
    cameras = [camera for camera in Camera.objects.filter(enabled=True) if keeps(camera)]
    if not cameras:
        return 0
    asked: dict[int, list[tuple[int, int]]] = {}
    since = Fill.objects.filter(camera__in=cameras, requester="", end_ms__gt=now_ms - BACK_MS)
    for camera_id, start_ms, end_ms in since.values_list("camera_id", "start_ms", "end_ms"):
        asked.setdefault(camera_id, []).append((start_ms, end_ms))
    gaps = Gap.objects.filter(
        camera_id__in=[camera.pk for camera in cameras],
        stream=Stream.MAIN,
        end_ms__gt=now_ms - BACK_MS,
        end_ms__lte=now_ms - SETTLE_MS,
        reason__in=REASONS,
    )
    new = [
        Fill(camera_id=gap.camera_id, start_ms=a, end_ms=b, at_ms=a, created_ms=now_ms)
        for gap in gaps.order_by("start_ms")
        for a, b in _pieces(max(gap.start_ms, now_ms - BACK_MS), gap.end_ms or 0)
        if not any(start <= a and b <= end for start, end in asked.get(gap.camera_id, ()))
    ]
    Fill.objects.bulk_create(new)
    return len(new)


def _pieces(start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    if end_ms - start_ms < SHORTEST_MS:
        return []
    return [(at, min(at + LONGEST_MS, end_ms)) for at in range(start_ms, end_ms, LONGEST_MS)]
