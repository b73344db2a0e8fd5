"""Keeping motion grids: a detector hands them over in batches; they go when the recordings of their time go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db import transaction

from core.recording.ids import ALWAYS, camera_of, camera_range, id_range, segment_id, start_of
from core.recording.models import (
    BY_THE_MINUTE,
    MAX_SEGMENT_MS,
    Minute,
    MotionMinute,
    Segment,
    State,
    Stream,
)
from core.recording.motion import MINUTE_MS, MotionGrid, Moved, blocks, minute_of, minutes_of, pack, unpack
from core.recording.router import index_alias

UNRECORDED_MS = 86_400_000
"""How long the grids of a camera that records nothing are kept."""


def store_motion(grids: Mapping[int, Sequence[MotionGrid]]) -> None:
    """Keep what a detector saw, camera id to its grids, so that it can be searched and is seen on the timeline.

    Best called every ten seconds or so with the grids of all cameras, quiet ones too: a time without grids is one that
    nobody looked at. A grid that begins when a stored one does takes its place, so a batch may be repeated after a
    failure. Blocks on the database: never on an event loop. Raises ValueError for a camera or time that cannot be
    stored, django.db.Error; then nothing is.
    """
    minutes: dict[int, dict[int, Moved]] = {}
    for camera_id, seen in grids.items():
        for grid in seen:
            for minute, moved in minutes_of(grid):
                minutes.setdefault(segment_id(camera_id, 0, minute), {})[moved.start_ms] = moved
    if not minutes:
        return
    with transaction.atomic(using=index_alias()):
        stored = MotionMinute.objects.select_for_update().filter(pk__in=minutes).values_list("pk", "grids")
        for pk, packed in stored:
            minutes[pk] = {moved.start_ms: moved for moved in unpack(packed)} | minutes[pk]
        MotionMinute.objects.bulk_create(
            [_row(pk, seen) for pk, seen in minutes.items()],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["cells", "touched", "grids"],
        )


def _row(pk: int, seen: Mapping[int, Moved]) -> MotionMinute:
    moved = [seen[at] for at in sorted(seen) if seen[at].cells]
    touched = 0
    for one in moved:
        touched |= one.cells
    most = max((one.cells.bit_count() for one in moved), default=0)
    return MotionMinute(id=pk, cells=most, touched=blocks(touched), grids=pack(moved))


def forget_motion(stretches: Iterable[tuple[int, int, int]]) -> None:
    """Remove motion and objects of (camera, start_ms, end_ms), minutes of which nothing is recorded any more."""
    minutes = {
        segment_id(camera_id, 0, minute)
        for camera_id, start_ms, end_ms in stretches
        for minute in range(minute_of(start_ms), end_ms, MINUTE_MS)
    }
    for model in BY_THE_MINUTE:
        stored = list(model.objects.filter(pk__in=minutes).values_list("pk", flat=True))
        model.objects.filter(pk__in=[pk for pk in stored if not _is_recorded(pk)]).delete()


def sweep_motion(cameras: Iterable[int], now_ms: int) -> None:
    """Remove motion and objects left over: of cameras that are gone, from before a camera's recordings, or of none.

    cameras: ids of those that exist.
    """
    existing = set(cameras)
    for model in BY_THE_MINUTE:
        for camera_id in _seen_cameras(model):
            until = _kept_from(camera_id, now_ms) if camera_id in existing else ALWAYS
            low, high = id_range(camera_id, 0, -1, until)
            model.objects.filter(pk__gt=low, pk__lt=high).delete()


def _kept_from(camera_id: int, now_ms: int) -> int:
    first = _first_recorded(camera_id)
    return now_ms - UNRECORDED_MS if first is None else minute_of(first)


def _is_recorded(pk: int) -> bool:
    """Whether a segment of any stream touches a minute."""
    start_ms = start_of(pk)
    for stream in Stream.values:
        low, high = id_range(camera_of(pk), stream, start_ms - MAX_SEGMENT_MS, start_ms + MINUTE_MS)
        rows = Segment.objects.filter(pk__gt=low, pk__lt=high, end_ms__gt=start_ms).exclude(state=State.DELETING)
        if rows.exists():
            return True
    return False


def _first_recorded(camera_id: int) -> int | None:
    starts = []
    for stream in Stream.values:
        low, high = id_range(camera_id, stream, -1, ALWAYS)
        rows = Segment.objects.filter(pk__gt=low, pk__lt=high).order_by("pk")
        starts += [start_of(pk) for pk in rows.values_list("pk", flat=True)[:1]]
    return min(starts, default=None)


def _seen_cameras(model: type[Minute]) -> Iterator[int]:
    """Ids of cameras that have rows, each found by one step in the index."""
    after = -1
    while (found := model.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True).first()) is not None:
        yield camera_of(found)
        after = camera_range(camera_of(found))[1] - 1
