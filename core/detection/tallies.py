"""What detectors counted by the hour, and where things were in it: two tables that grow slowly."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from core.detection.models import HourCount, HourHeat

HOUR_MS = 3_600_000
HEAT_COLUMNS, HEAT_ROWS = 160, 90
HEAT_CELLS = HEAT_COLUMNS * HEAT_ROWS
_MOST = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Count:
    """How often something happened in an hour. name: what, such as `in:Gate`; at_ms: any moment of the hour, UTC ms."""

    camera_id: int
    detector: str
    name: str
    at_ms: int
    number: int = 1


def hour_of(at_ms: int) -> int:
    """Start of the UTC hour of a moment."""
    return at_ms // HOUR_MS * HOUR_MS


@transaction.atomic
def add_counts(counts: Iterable[Count]) -> None:
    """Add to the hours' counts, in one transaction. Blocks on the database: never on an event loop."""
    sums: dict[tuple[int, str, str, int], int] = {}
    for one in counts:
        key = (one.camera_id, one.detector, one.name, hour_of(one.at_ms))
        sums[key] = sums.get(key, 0) + one.number
    for (camera_id, detector, name, hour_ms), number in sums.items():
        row, made = HourCount.objects.get_or_create(
            camera_id=camera_id, detector=detector, name=name, hour_ms=hour_ms, defaults={"number": number}
        )
        if not made:
            HourCount.objects.filter(pk=row.pk).update(number=F("number") + number)


def counts_between(camera_ids: Iterable[int], detector: str, start_ms: int, end_ms: int) -> list[Count]:
    """Counts of the hours that begin in [start_ms, end_ms), oldest first; `at_ms` is the hour's start."""
    rows = HourCount.objects.filter(
        camera_id__in=list(camera_ids), detector=detector, hour_ms__gte=start_ms, hour_ms__lt=end_ms
    ).order_by("hour_ms", "camera_id", "name")
    return [Count(*row) for row in rows.values_list("camera_id", "detector", "name", "hour_ms", "number")]


@transaction.atomic
def add_heat(camera_id: int, at_ms: int, cells: bytes) -> None:
    """Add to the heat of the hour of a moment (UTC ms).

    cells: 160 x 90 unsigned 32-bit numbers in the machine's byte order, row by row from the top left
    (`numpy.uint32(…).tobytes()`): how long something was there, ms. Raises ValueError for another size. Blocks on the
    database: never on an event loop.
    """
    added = _numbers(cells)
    hour_ms = hour_of(at_ms)
    row = HourHeat.objects.select_for_update().filter(camera_id=camera_id, hour_ms=hour_ms).first()
    if row is None:
        row = HourHeat(camera_id=camera_id, hour_ms=hour_ms)
    else:
        added = array("I", (min(old + new, _MOST) for old, new in zip(_unpacked(row.cells), added, strict=True)))
    row.cells = zlib.compress(added.tobytes())
    row.save()


def heat_between(camera_id: int, start_ms: int, end_ms: int) -> bytes:
    """The sum of the hours that begin in [start_ms, end_ms), as `add_heat` takes it."""
    total = array("I", bytes(4 * HEAT_CELLS))
    rows = HourHeat.objects.filter(camera_id=camera_id, hour_ms__gte=start_ms, hour_ms__lt=end_ms)
    for packed in rows.values_list("cells", flat=True).iterator():
        total = array("I", (min(old + new, _MOST) for old, new in zip(total, _unpacked(packed), strict=True)))
    return total.tobytes()


def forget_tallies(before_ms: int) -> None:
    """Remove the hours that began before a moment."""
    HourCount.objects.filter(hour_ms__lt=before_ms).delete()
    HourHeat.objects.filter(hour_ms__lt=before_ms).delete()


def _unpacked(packed: bytes | memoryview) -> array[int]:
    return _numbers(zlib.decompress(bytes(packed)))


def _numbers(cells: bytes) -> array[int]:
    if len(cells) != 4 * HEAT_CELLS:
        raise ValueError(
            f"cells: {len(cells)} bytes; give {4 * HEAT_CELLS}, 4 for each of {HEAT_COLUMNS} x {HEAT_ROWS} cells."
        )
    return array("I", cells)
