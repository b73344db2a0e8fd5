"""Keeping and finding boxes of objects; they go when the recordings of their time go, as motion does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.db import transaction

from core.recording.ids import id_range, segment_id, start_of
from core.recording.models import ObjectMinute
from core.recording.motion import minute_of
from core.recording.objects import SeenBox, pack_boxes, unpack_boxes
from core.recording.router import index_alias

MOST_A_MINUTE = 20_000


def store_objects(seen: Mapping[int, Sequence[SeenBox]]) -> None:
    """Keep boxes, by camera id; those of a minute that is stored already are added to it.

    Blocks on the database: never on an event loop. Raises django.db.Error; then nothing is stored.
    """
    minutes: dict[int, list[SeenBox]] = {}
    for camera_id, boxes in seen.items():
        for one in boxes:
            minutes.setdefault(segment_id(camera_id, 0, minute_of(one.at_ms)), []).append(one)
    if not minutes:
        return
    with transaction.atomic(using=index_alias()):
        stored = ObjectMinute.objects.select_for_update().filter(pk__in=minutes)
        for pk, packed in stored.values_list("pk", "boxes"):
            minutes[pk] = [*unpack_boxes(start_of(pk), packed), *minutes[pk]]
        ObjectMinute.objects.bulk_create(
            [_row(pk, boxes) for pk, boxes in minutes.items()],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["boxes"],
        )


def objects_between(camera_id: int, start_ms: int, end_ms: int) -> Iterator[SeenBox]:
    """Boxes seen on a camera in [start_ms, end_ms), minute by minute, in the order of time."""
    low, high = id_range(camera_id, 0, minute_of(start_ms) - 1, end_ms)
    rows = ObjectMinute.objects.filter(pk__gt=low, pk__lt=high).order_by("pk")
    for pk, packed in rows.values_list("pk", "boxes").iterator():
        for one in sorted(unpack_boxes(start_of(pk), packed), key=lambda box: box.at_ms):
            if start_ms <= one.at_ms < end_ms:
                yield one


def _row(pk: int, boxes: Sequence[SeenBox]) -> ObjectMinute:
    once = {(one.at_ms, one.detector, one.track): one for one in boxes}
    return ObjectMinute(id=pk, boxes=pack_boxes(start_of(pk), list(once.values())[:MOST_A_MINUTE]))
