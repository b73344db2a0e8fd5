"""Where in the recordings did something move in this part of the picture? And how much moved, over time.

Both read the covering index of the stored minutes; only minutes whose coarse picture touches the region are looked at
closely. One call does a bounded piece of work and says how far it came, so that a year is searched by going on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import connections

from core.recording.ids import camera_of, id_range, start_of
from core.recording.models import MotionMinute
from core.recording.motion import CELLS, MINUTE_MS, blocks, minute_of, unpack
from core.recording.router import index_alias
from core.recording.steps import greatest

JOIN_MS = 5_000
"""Motion that pauses for less is one find."""

MOST_LOOKS = 4_000
"""Minutes looked at closely in one call: about 0.2 s of work."""

MOST_SCANNED = 1_000_000
"""Minutes of cameras passed over in the index in one call: about 0.3 s of work."""

_WINDOW_MS = 6 * 3_600_000
_CHUNK = 200
_TABLE = MotionMinute._meta.db_table
_SCAN = f"SELECT id FROM {_TABLE} WHERE id > %s AND id < %s AND (touched & %s) <> 0"  # noqa: S608 - a constant


@dataclass(slots=True)
class Find:
    """A stretch of motion in the region. peak_ms: when most moved there; share: how much of the region then, 0 to 1."""

    camera_id: int
    start_ms: int
    end_ms: int
    peak_ms: int
    share: float


@dataclass(frozen=True, slots=True)
class Searched:
    """Finds, newest first. from_ms: everything from there to the end asked for is searched; the start asked for when
    that is all. analysed: whether anything is stored of the time searched, however quiet it was.
    """

    finds: list[Find]
    from_ms: int
    analysed: bool


def motion_in(camera_ids: Sequence[int], cells: int, start_ms: int, end_ms: int, most: int = 60) -> Searched:
    """Stretches in [start_ms, end_ms), UTC ms, in which something moved in a region of these cameras' pictures.

    cells: of core.recording.motion.region, or EVERYWHERE. most: finds wanted at least, if there are as many; to go on,
    ask again up to `from_ms`.
    """
    scan, joining = _Scan(camera_ids, blocks(cells), start_ms, end_ms), _Joining(cells, start_ms, end_ms)
    from_ms, looked = None, 0
    for minutes in scan.chunks():
        grids = dict(MotionMinute.objects.filter(pk__in=minutes).values_list("pk", "grids"))
        for at_ms, same in groupby(minutes, start_of):
            for pk in same:
                joining.add(pk, grids.get(pk, b""))  # one that is gone was deleted meanwhile
            if joining.settled(at_ms) >= most:
                from_ms = max(at_ms, start_ms)
                break
        looked += len(minutes)
        if from_ms is None and looked >= MOST_LOOKS:
            from_ms = max(start_of(minutes[-1]), start_ms)
        if from_ms is not None:
            break
    reached = scan.from_ms if from_ms is None else from_ms
    return Searched(joining.newest_first(), reached, _is_analysed(camera_ids, reached, end_ms))


class _Scan:
    """The minutes that may hold a find, newest first, window by window. from_ms: how far it has come."""

    def __init__(self, camera_ids: Sequence[int], touched: int, start_ms: int, end_ms: int) -> None:
        self._cameras = camera_ids
        self._touched = touched
        self._start_ms = start_ms
        self.from_ms = end_ms

    def chunks(self) -> Iterator[list[int]]:
        """Row ids; those of one minute are never in two chunks."""
        window, scanned = _WINDOW_MS, 0
        while self.from_ms > self._start_ms and scanned < MOST_SCANNED:
            until = self.from_ms
            begin = max(self._start_ms, minute_of(until - window))
            found = self._window(minute_of(begin), until)
            chunk: list[int] = []
            for _, same in groupby(found, start_of):
                chunk.extend(same)
                if len(chunk) >= _CHUNK:
                    yield chunk
                    chunk = []
            if chunk:
                yield chunk
            self.from_ms = begin
            scanned += len(self._cameras) * (until - begin) // MINUTE_MS
            window = window * 2 if len(found) < _CHUNK else _WINDOW_MS

    def _window(self, begin_ms: int, until_ms: int) -> list[int]:
        found: list[int] = []
        with connections[index_alias()].cursor() as cursor:
            for camera_id in self._cameras:
                cursor.execute(_SCAN, (*id_range(camera_id, 0, begin_ms - 1, until_ms), self._touched))
                found.extend(pk for (pk,) in cursor)
        return sorted(found, key=start_of, reverse=True)


class _Joining:
    """Makes finds of minutes that come newest first."""

    def __init__(self, cells: int, start_ms: int, end_ms: int) -> None:
        self._cells, self._size = cells, max(cells.bit_count(), 1)
        self._start_ms, self._end_ms = start_ms, end_ms
        self._finds: list[Find] = []
        self._last: dict[int, Find] = {}

    def add(self, pk: int, grids: bytes | memoryview) -> None:
        """Look at a minute closely."""
        camera_id, minute = camera_of(pk), start_of(pk)
        for moved in reversed(unpack(grids)):
            inside = (moved.cells & self._cells).bit_count()
            start = max(minute + moved.start_ms, self._start_ms)
            end = min(minute + moved.end_ms, self._end_ms)
            if inside and start < end:
                self._add(camera_id, start, end, inside / self._size)

    def _add(self, camera_id: int, start_ms: int, end_ms: int, share: float) -> None:
        last = self._last.get(camera_id)
        if last is None or last.start_ms - end_ms >= JOIN_MS:
            self._last[camera_id] = found = Find(camera_id, start_ms, end_ms, start_ms, share)
            self._finds.append(found)
            return
        last.start_ms = min(last.start_ms, start_ms)
        if share > last.share:
            last.peak_ms, last.share = start_ms, share

    def settled(self, at_ms: int) -> int:
        """How many finds will not grow any more by what comes before a moment."""
        return sum(find.start_ms - at_ms >= JOIN_MS for find in self._finds)

    def newest_first(self) -> list[Find]:
        """All finds."""
        return sorted(self._finds, key=lambda find: find.start_ms, reverse=True)


def _is_analysed(camera_ids: Sequence[int], start_ms: int, end_ms: int) -> bool:
    for camera_id in camera_ids:
        low, high = id_range(camera_id, 0, minute_of(start_ms) - 1, end_ms)
        if MotionMinute.objects.filter(pk__gt=low, pk__lt=high).exists():
            return True
    return False


def activity(camera_ids: Sequence[int], start_ms: int, end_ms: int, step_ms: int) -> dict[int, list[float]]:
    """How much of each camera's picture moved at most, 0 to 1, in each step from start_ms to end_ms (UTC ms).

    Steps below a minute are read from the grids themselves: for a few hours at most.
    """
    steps = -(-(end_ms - start_ms) // step_ms)
    found = {camera_id: [0.0] * steps for camera_id in camera_ids}
    for camera_id, values in found.items():
        for at_ms, cells in _amounts(camera_id, start_ms, end_ms, step_ms):
            slot = max(at_ms - start_ms, 0) // step_ms
            if slot < steps:
                values[slot] = max(values[slot], round(cells / CELLS, 4))
    return found


def _amounts(camera_id: int, start_ms: int, end_ms: int, step_ms: int) -> Iterator[tuple[int, int]]:
    """(moment, cells that moved); several moments may lie in one step."""
    if step_ms >= MINUTE_MS:
        found = greatest(MotionMinute, "cells", camera_id, start_ms, end_ms, step_ms)
        yield from ((start_ms + slot * step_ms, cells) for slot, cells in found)
        return
    low, high = id_range(camera_id, 0, minute_of(start_ms) - 1, end_ms)
    rows = MotionMinute.objects.filter(pk__gt=low, pk__lt=high, cells__gt=0)
    for pk, grids in rows.order_by("pk").values_list("pk", "grids"):
        for moved in unpack(grids):
            at_ms = start_of(pk) + moved.start_ms
            if start_of(pk) + moved.end_ms > start_ms and at_ms < end_ms:
                yield at_ms, moved.cells.bit_count()
