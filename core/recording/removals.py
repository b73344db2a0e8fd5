"""What was deleted, by camera and day: kept when the recordings themselves are gone, as proof that they went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Least

from core.recording.models import Removal, Segment
from core.recording.router import index_alias

DAY_MS = 86_400_000
KEPT_DAYS = 800


def note_removed(segments: Iterable[Segment], now_ms: int) -> None:
    """Add segments to what was deleted today."""
    by_camera: defaultdict[int, list[Segment]] = defaultdict(list)
    for segment in segments:
        by_camera[segment.camera_id].append(segment)
    day = now_ms - now_ms % DAY_MS
    for camera_id, gone in by_camera.items():
        with transaction.atomic(using=index_alias()):
            _add(camera_id, day, gone)
    if by_camera:
        Removal.objects.filter(day_ms__lt=day - KEPT_DAYS * DAY_MS).delete()


def _add(camera_id: int, day_ms: int, gone: list[Segment]) -> None:
    oldest, newest = min(one.start_ms for one in gone), max(one.end_ms for one in gone)
    count, size = len(gone), sum(one.size for one in gone)
    whole = {"count": count, "bytes": size, "oldest_ms": oldest, "newest_ms": newest}
    row, is_new = Removal.objects.get_or_create(camera_id=camera_id, day_ms=day_ms, defaults=whole)
    if not is_new:
        Removal.objects.filter(pk=row.pk).update(
            count=F("count") + count,
            bytes=F("bytes") + size,
            oldest_ms=Least("oldest_ms", oldest),
            newest_ms=Greatest("newest_ms", newest),
        )


def removals(camera_id: int, from_ms: int) -> list[Removal]:
    """What was deleted of a camera since then, day by day."""
    day = from_ms - from_ms % DAY_MS
    return list(Removal.objects.filter(camera_id=camera_id, day_ms__gte=day).order_by("day_ms"))
