"""Motion grids: kept, found by region, counted, and gone with their recordings."""

from __future__ import annotations

import random
import zlib

import numpy as np
import pytest
from django.db import connections

from core.cameras.models import Camera
from core.media.tests.footage import START_MS
from core.recording import motion_search
from core.recording.ids import id_range, start_of
from core.recording.models import MotionMinute, Segment
from core.recording.motion import (
    CELLS,
    COLUMNS,
    EVERYWHERE,
    GRID_BYTES,
    MINUTE_MS,
    ROWS,
    MotionGrid,
    Moved,
    blocks,
    minute_of,
    pack,
    region,
    unpack,
)
from core.recording.motion_search import Find, activity, motion_in
from core.recording.motion_store import UNRECORDED_MS, store_motion
from core.recording.retention import DAY_MS, Retention
from core.recording.router import index_alias
from core.recording.steps import statement
from core.recording.store import remove_rows
from core.recording.tests.recorded import record
from core.recording.volumes import OpenVolume
from core.testing.clock import FakeClock

pytestmark = pytest.mark.django_db(databases="__all__")

MINUTE = minute_of(START_MS)
LEFT_TOP = [(0.0, 0.0), (0.25, 0.0), (0.25, 0.25), (0.0, 0.25)]
RIGHT_LOW = [(0.75, 0.75), (1.0, 0.75), (1.0, 1.0), (0.75, 1.0)]


def cells(left: int, top: int, width: int = 2, height: int = 2) -> bytes:
    """A grid in which that rectangle of cells moved, made as a detector makes it."""
    picture = np.zeros((ROWS, COLUMNS), bool)
    picture[top : top + height, left : left + width] = True
    return np.packbits(picture).tobytes()


def grid(at_ms: int, what: bytes = b"\0" * GRID_BYTES, ms: int = 2000) -> MotionGrid:
    return MotionGrid(MINUTE + at_ms, MINUTE + at_ms + ms, what)


def found(finds: list[Find]) -> list[tuple[int, int, int]]:
    return [(find.camera_id, find.start_ms - MINUTE, find.end_ms - MINUTE) for find in finds]


def mask_of(what: bytes) -> int:
    return int.from_bytes(what)


@pytest.mark.parametrize("bad", [(0, 499, GRID_BYTES), (0, 60_001, GRID_BYTES), (0, 2000, GRID_BYTES - 1)])
def test_a_wrong_grid_is_refused_with_a_sentence(bad: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"^(end_ms|cells): .*; give .*\.$"):
        MotionGrid(bad[0], bad[1], b"\0" * bad[2])


def test_packing_keeps_what_it_is_given_and_says_when_it_is_damaged() -> None:
    rng = random.Random(4)  # noqa: S311 - test data
    grids = [Moved(at, at + 2000, rng.getrandbits(CELLS) | 1) for at in range(0, MINUTE_MS, 2000)]
    assert unpack(pack(grids)) == grids
    assert unpack(pack([])) == unpack(b"") == []
    with pytest.raises(ValueError, match="damaged"):
        unpack(pack(grids)[:-9])
    with pytest.raises(ValueError, match="damaged"):
        unpack(b"\1" + zlib.compress(b"123"))
    with pytest.raises(ValueError, match="version 9"):
        unpack(b"\x09")


def test_a_minute_of_a_street_takes_some_hundred_bytes() -> None:
    """A walker and a car that cross the picture, seen every two seconds."""
    walker = [mask_of(cells(n * 2, 20, 3, 6)) for n in range(30)]
    cars = [mask_of(cells(60 - n * 8, 26, 8, 5)) if n < 8 else 0 for n in range(30)]
    minute = [Moved(n * 2000, n * 2000 + 2000, one | other) for n, (one, other) in enumerate(zip(walker, cars))]  # noqa: B905
    assert len(pack(minute)) < 700


def test_regions_are_the_cells_they_touch() -> None:
    assert region([(0, 0), (1, 0), (1, 1), (0, 1)]) == EVERYWHERE
    assert region(LEFT_TOP) == mask_of(cells(0, 0, 16, 9))
    assert region(RIGHT_LOW) == mask_of(cells(48, 27, 16, 9))
    triangle = region([(0, 0), (1, 0), (0, 1)])
    assert 0.45 < triangle.bit_count() / CELLS < 0.58
    thin = region([(0.501, 0.501), (0.502, 0.501), (0.502, 0.502)])
    assert thin == mask_of(cells(32, 18, 1, 1))
    for bad in ([(0, 0), (1, 1)], [(0, 0), (1, 0), (1, 1.2)]):
        with pytest.raises(ValueError, match="corners"):
            region(bad)


def test_blocks_tell_whenever_two_grids_may_share_a_cell() -> None:
    rng = random.Random(5)  # noqa: S311 - test data
    for _ in range(200):
        one = mask_of(cells(rng.randrange(COLUMNS - 3), rng.randrange(ROWS - 3), 3, 3))
        other = mask_of(cells(rng.randrange(COLUMNS - 3), rng.randrange(ROWS - 3), 3, 3))
        assert blocks(one) & blocks(other) or not one & other
    assert blocks(EVERYWHERE) == (1 << 48) - 1
    assert blocks(0) == 0


def test_motion_is_found_in_its_region_and_its_time_only() -> None:
    seen = [grid(at, cells(4, 4) if 10_000 <= at < 16_000 else b"\0" * GRID_BYTES) for at in range(0, 60_000, 2000)]
    store_motion({1: seen, 2: [grid(20_000, cells(60, 34))]})
    result = motion_in([1, 2], region(LEFT_TOP), MINUTE, MINUTE + MINUTE_MS)
    assert found(result.finds) == [(1, 10_000, 16_000)]
    assert result.finds[0].share == pytest.approx(4 / 144)
    assert (result.from_ms, result.analysed) == (MINUTE, True)
    assert found(motion_in([1, 2], region(RIGHT_LOW), MINUTE, MINUTE + MINUTE_MS).finds) == [(2, 20_000, 22_000)]
    assert found(motion_in([1, 2], EVERYWHERE, MINUTE + 11_000, MINUTE + 21_000).finds) == [
        (2, 20_000, 21_000),
        (1, 11_000, 16_000),
    ]
    assert found(motion_in([1], EVERYWHERE, MINUTE + 16_000, MINUTE + MINUTE_MS).finds) == []


def test_short_pauses_join_and_the_peak_is_told() -> None:
    store_motion({1: [grid(58_000, cells(0, 0)), grid(62_000, cells(0, 0, 6, 6)), grid(70_000, cells(0, 0))]})
    finds = motion_in([1], EVERYWHERE, MINUTE, MINUTE + 2 * MINUTE_MS).finds
    assert found(finds) == [(1, 70_000, 72_000), (1, 58_000, 64_000)]
    assert finds[1].peak_ms == MINUTE + 62_000
    assert finds[1].share == pytest.approx(36 / CELLS)


def test_a_grid_across_a_full_minute_is_one_find() -> None:
    store_motion({1: [grid(59_000, cells(0, 0), 3000)]})
    assert MotionMinute.objects.count() == 2
    assert found(motion_in([1], EVERYWHERE, MINUTE, MINUTE + 2 * MINUTE_MS).finds) == [(1, 59_000, 62_000)]


def test_batches_add_up_and_may_be_repeated() -> None:
    first, second = [grid(0, cells(1, 1))], [grid(2000, cells(30, 30)), grid(4000)]
    for batch in (first, second, second):
        store_motion({1: batch})
    row = MotionMinute.objects.get()
    assert [moved.start_ms for moved in unpack(row.grids)] == [0, 2000]
    assert row.cells == 4
    store_motion({1: [grid(0)]})  # what was there is replaced: nothing moved
    assert [moved.start_ms for moved in unpack(MotionMinute.objects.get().grids)] == [2000]


def test_quiet_time_is_told_from_time_that_nobody_looked_at() -> None:
    store_motion({1: [grid(0)]})
    assert motion_in([1], EVERYWHERE, MINUTE, MINUTE + 1000).analysed
    assert not motion_in([1], EVERYWHERE, MINUTE + MINUTE_MS, MINUTE + 2 * MINUTE_MS).analysed
    assert not motion_in([2], EVERYWHERE, MINUTE, MINUTE + 1000).analysed


def test_a_long_search_goes_on_where_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    for camera in (1, 2):
        store_motion({camera: [grid(n * MINUTE_MS + camera * 9000, cells(n, n)) for n in range(30)]})
    end, finds = MINUTE + 30 * MINUTE_MS, []
    whole = motion_in([1, 2], EVERYWHERE, MINUTE, end)
    assert len(whole.finds) == 60
    for limit, value in (("MOST_LOOKS", 7), ("_CHUNK", 5), ("_WINDOW_MS", 4 * MINUTE_MS), ("MOST_SCANNED", 9)):
        monkeypatch.setattr(motion_search, limit, value)
        until, finds, calls = end, [], 0
        while until > MINUTE:
            part = motion_in([1, 2], EVERYWHERE, MINUTE, until, most=11)
            finds += part.finds
            assert part.from_ms < until
            until, calls = part.from_ms, calls + 1
        assert finds == whole.finds
        assert calls > 3


def test_activity_is_the_most_that_moved_in_each_step() -> None:
    store_motion({1: [grid(0, cells(0, 0)), grid(30_000, cells(0, 0, 8, 6)), grid(150_000, cells(0, 0, 16, 9))]})
    whole = activity([1, 2], MINUTE, MINUTE + 4 * MINUTE_MS, MINUTE_MS)
    assert whole == {1: [round(48 / CELLS, 4), 0, round(144 / CELLS, 4), 0], 2: [0, 0, 0, 0]}
    fine = activity([1], MINUTE + 29_000, MINUTE + 33_000, 1000)
    assert fine == {1: [0, round(48 / CELLS, 4), 0, 0]}
    shifted = activity([1], MINUTE + 30_000, MINUTE + 30_000 + 2 * MINUTE_MS, MINUTE_MS)
    assert shifted == {1: [round(48 / CELLS, 4), round(144 / CELLS, 4)]}


def test_motion_goes_with_the_recordings_of_its_time(volume: OpenVolume) -> None:
    camera = Camera.objects.create(name="gate", driver="none")
    for hour in range(3):
        record(volume, camera.pk, seconds=2, start_ms=START_MS + hour * 3_600_000)
        store_motion({camera.pk: [grid(hour * 3_600_000 + START_MS - MINUTE, cells(1, 1), 1000)]})
    Camera.objects.update(retention_days=1)
    Retention(FakeClock(START_MS + DAY_MS + 3_600_000)).run()
    left = [start_of(pk) for pk in MotionMinute.objects.order_by("pk").values_list("pk", flat=True)]
    assert left == [minute_of(start_of(pk)) for pk in Segment.objects.order_by("pk").values_list("pk", flat=True)]
    assert len(left) == 2


def test_a_minute_that_another_segment_still_shows_stays(volume: OpenVolume) -> None:
    entries = record(volume, 1, seconds=4, start_ms=MINUTE + 10_000, segment_ms=2000)
    store_motion({1: [grid(10_000, cells(1, 1))]})
    remove_rows([entries[0].id])
    assert MotionMinute.objects.count() == 1
    remove_rows([entries[1].id])
    assert MotionMinute.objects.count() == 0


def test_leftovers_are_swept(volume: OpenVolume) -> None:
    recorded, unrecorded = (Camera.objects.create(name=name, driver="none") for name in ("one", "two"))
    record(volume, recorded.pk, seconds=2)
    now = START_MS + UNRECORDED_MS
    for camera_id in (recorded.pk, unrecorded.pk, 777):
        store_motion({camera_id: [grid(-MINUTE_MS, cells(1, 1)), grid(0, cells(1, 1)), grid(3_600_000, cells(1, 1))]})
    Retention(FakeClock(now)).run()

    def left(camera_id: int) -> list[int]:
        low, high = id_range(camera_id, 0, -1, now)
        rows = MotionMinute.objects.filter(pk__gt=low, pk__lt=high).order_by("pk")
        return [start_of(pk) - MINUTE for pk in rows.values_list("pk", flat=True)]

    assert left(recorded.pk) == [0, 3_600_000]
    assert left(unrecorded.pk) == [3_600_000]
    assert left(777) == []


def test_the_search_reads_the_covering_index_alone() -> None:
    connection = connections[index_alias()]
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's plan")
    ridge = statement(MotionMinute, "cells")
    for sql, values in ((motion_search._SCAN, (1, 2, 3)), (ridge, (1, 2, 3, 4))):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values)
            plan = [row[3] for row in cursor]
        assert plan[0] == "SEARCH recording_motionminute USING COVERING INDEX motion_scan (id>? AND id<?)"
