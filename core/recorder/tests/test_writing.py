"""Recording to real volumes, and what happens when they fail or stall."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.hookspecs.storage import StorageError
from core.media.clock import SystemClock
from core.media.mp4.reader import scan
from core.media.tests.footage import Footage, video
from core.media.units import AccessUnit
from core.recorder import writing as writing_module
from core.recorder.gaps import GapKeeper
from core.recorder.protocol import CameraState
from core.recorder.tests.waiting import until
from core.recorder.volumes import Volumes
from core.recorder.writing import Recording
from core.recording.entries import GapEntry, SegmentEntry
from core.recording.models import State
from core.recording.volumes import OpenVolume
from core.testing.storage import local_disk

FPS = 10


class Index:
    """Takes what the index writer would, and says at once that it is written."""

    def __init__(self) -> None:
        self.segments: dict[int, SegmentEntry] = {}
        self.gaps: list[GapEntry] = []

    def put_segment(self, entry: SegmentEntry, written: Any = None) -> None:
        self.segments[entry.name.start_ms] = entry
        if written is not None:
            written()

    def put_gap(self, gap: GapEntry) -> None:
        if gap not in self.gaps:
            self.gaps.append(gap)


class Bench:
    """A recording of camera 1 on one volume."""

    def __init__(self, root: Path) -> None:
        self.disk = local_disk(root)
        self.index: Any = Index()
        self.reports: list[tuple[str, str, str]] = []
        clock = SystemClock()
        self.volumes = Volumes(self.index, clock, lambda *report: self.reports.append(report))
        self.disk.volume_id()
        self.volumes.update([OpenVolume(1, "disk", self.disk, 0, None)], {})
        self.gaps = GapKeeper(1, 0, self.index.put_gap, clock)
        self._drained = False
        self.recording = Recording(1, "main", self.volumes, self.gaps, 500, 2000)

    async def drain(self) -> None:
        if self._drained:
            return
        self._drained = True
        await self.volumes.drain(10)
        await self.volumes.stop(10)

    def frames(self) -> int:
        """Pictures in all finished objects."""
        return sum(
            fragment.duration_ms * FPS // 1000
            for key in sorted(self.disk.keys())
            for fragment in scan(lambda offset, length, key=key: self.disk.read(key, offset, length)).fragments
        )


@pytest.fixture(scope="module")
def footage() -> Footage:
    return video(frames=100, fps=FPS, gop=10)


@pytest.fixture
async def bench(storage_root: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr("core.recorder.volumes.REST", 0.0)
    made = Bench(storage_root)
    yield made
    await made.drain()


def later(units: list[AccessUnit], ms: int) -> list[AccessUnit]:
    return [
        AccessUnit(one.track, one.dts + ms * 90, one.pts + ms * 90, 0, one.keyframe, one.wall_ms + ms, one.data)
        for one in units
    ]


async def test_every_picture_is_written_and_committed(bench: Bench, footage: Footage) -> None:
    bench.recording.on_stream(footage.info)
    for at in range(0, 100, 7):
        bench.recording.on_units(footage.units[at : at + 7])
    assert bench.recording.active
    bench.recording.close()
    await bench.drain()
    assert bench.frames() == 100
    assert bench.disk.unfinished() == []
    assert {entry.state for entry in bench.index.segments.values()} == {State.CLOSED}
    starts = sorted(bench.index.segments)
    ends = [bench.index.segments[start].end_ms for start in starts]
    assert starts[1:] == ends[:-1]
    assert bench.index.gaps == []


async def test_a_keyframe_sent_again_begins_a_second_segment_and_is_no_volumes_failure(
    bench: Bench, footage: Footage
) -> None:
    """Killed within the first keyframe interval, a recorder gets the same keyframe again from many a camera."""
    for lives in range(3):
        recording = Recording(1, "main", bench.volumes, bench.gaps, 500, 2000)
        recording.on_stream(footage.info)
        recording.on_units(footage.units[: 8 + lives])
        recording.close()
    await bench.drain()
    assert bench.reports == []
    assert bench.frames() == 8 + 9 + 10
    first = footage.units[0].wall_ms
    assert sorted(bench.index.segments) == [first, first + 1, first + 2]
    for key in sorted(bench.disk.keys()):
        meta = scan(lambda offset, length, key=key: bench.disk.read(key, offset, length)).meta
        assert (meta.key, meta.start_ms) == (key, int(key.rpartition("-")[2].removesuffix(".mp4")))


@contextmanager
def full_above(bench: Bench, size: int) -> Iterator[None]:
    """A disk on which no object grows beyond a size."""
    probe = bench.disk.create("1/probe")
    disk_object: Any = type(probe)
    probe.abort()
    real = disk_object.append

    def fill(item: Any, data: bytes) -> None:
        if item._length > size:
            raise StorageError("disk is full.", full=True)
        real(item, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disk_object, "append", fill)
        yield


async def test_a_full_disk_ends_the_segment_and_recording_begins_anew(bench: Bench, footage: Footage) -> None:
    bench.recording.on_stream(footage.info)
    with full_above(bench, 2000):
        bench.recording.on_units(footage.units[:15])
        await until(lambda: bool(bench.reports))
        bench.recording.on_units(footage.units[15:20])
        (gap,) = bench.index.gaps
        assert (gap.reason, gap.end_ms, gap.detail) == ("disk_full", None, "disk is full.")
    assert bench.reports == [("storage.volume_failed", "disk", "disk is full.")]
    bench.recording.on_units(later(footage.units, 20_000))
    bench.recording.close()
    await bench.drain()
    assert gap.end_ms == footage.units[0].wall_ms + 20_000
    assert gap.start_ms in {entry.end_ms for entry in bench.index.segments.values()}
    assert bench.disk.unfinished() == []


async def test_what_fails_behind_our_back_is_a_gap_as_well(bench: Bench, footage: Footage) -> None:
    bench.recording.on_stream(footage.info)
    with full_above(bench, 2000):
        bench.recording.on_units(footage.units)
        bench.recording.close()
        await until(lambda: not bench.recording._waiting())
    bench.recording.on_units(later(footage.units, 10_000))
    bench.recording.close()
    await bench.drain()
    lost = sum(gap.end_ms - gap.start_ms for gap in bench.index.gaps if gap.end_ms is not None)
    kept = sum(entry.end_ms - entry.name.start_ms for entry in bench.index.segments.values())
    assert lost > 0
    assert lost + kept == 20_000
    assert bench.frames() * 1000 // FPS == kept


async def test_a_stalled_disk_neither_blocks_nor_gathers(
    bench: Bench, footage: Footage, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    real = bench.disk.create

    def stall(key: str) -> Any:
        go.wait(30)
        return real(key)

    limit = sum(len(unit.data) for unit in footage.units[:30])
    monkeypatch.setattr(writing_module, "BACKLOG", limit)
    monkeypatch.setattr(bench.disk, "create", stall)
    bench.recording.on_stream(footage.info)
    for turn in range(20):
        bench.recording.on_units(later(footage.units, turn * 10_000))
        assert bench.recording._waiting() <= limit
    (gap,) = bench.index.gaps
    assert (gap.reason, gap.end_ms) == ("storage_slow", None)
    dropped = bench.recording.dropped
    assert 10 * len(footage.units) < dropped < 20 * len(footage.units)
    go.set()
    await until(lambda: not bench.recording._waiting())
    bench.recording.on_units(later(footage.units, 200_000))
    assert bench.recording.dropped == dropped
    bench.recording.close()
    await bench.drain()
    assert gap.end_ms is not None
    assert gap.start_ms in {entry.end_ms for entry in bench.index.segments.values()}
    assert bench.disk.unfinished() == []


async def test_without_a_volume_there_is_a_gap_until_there_is_one(
    bench: Bench, footage: Footage, storage_root: Path
) -> None:
    volume = OpenVolume(1, "disk", bench.disk, 0, None)
    bench.volumes.update([], {"disk": "The disk is not mounted."})
    bench.recording.on_stream(footage.info)
    bench.recording.on_units(footage.units[:30])
    (gap,) = bench.index.gaps
    assert (gap.reason, gap.detail) == ("storage_failed", "The disk is not mounted.")
    bench.volumes._failed.clear()
    bench.volumes.update([volume], {})
    bench.recording.on_units(footage.units[30:])
    assert gap.end_ms == footage.units[30].wall_ms
    bench.recording.close()
    await bench.drain()
    assert bench.frames() == 70


async def test_a_camera_that_is_lost_closes_its_segment(bench: Bench, footage: Footage) -> None:
    bench.recording.on_stream(footage.info)
    bench.recording.on_units(footage.units[:15])
    bench.recording.on_trouble(CameraState.AUTH_FAILED, "The camera refused the password.")
    (gap,) = bench.index.gaps
    assert (gap.start_ms, gap.reason) == (footage.units[0].wall_ms + 1500, "auth")
    await bench.drain()
    assert bench.frames() == 15
