"""What is let through to the disk around a trigger: every picture from the pre-roll's keyframe on, and none twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from core.media.tests.footage import START_MS, Footage, video
from core.media.units import AccessUnit
from core.recorder import gate as gate_module
from core.recorder.gaps import GapKeeper
from core.recorder.gate import FOREVER, Gate
from core.recorder.protocol import CameraState
from core.recorder.tests.test_writing import FPS, Bench, later
from core.recorder.writing import Recording
from core.recording.schedule import Mode
from core.testing.clock import FakeClock

FRAME_MS = 1000 // FPS
Stretches = Sequence[tuple[int, int]]


class Camera:
    """Sends footage with a keyframe each second through a gate to a disk. Times: ms since the first picture."""

    def __init__(self, bench: Bench, footage: Footage) -> None:
        self.bench, self.footage = bench, footage
        self.clock = FakeClock(START_MS)
        bench.gaps = GapKeeper(1, 0, bench.index.put_gap, self.clock)
        bench.recording = Recording(1, "main", bench.volumes, bench.gaps, 500, 2000)
        self.gate = Gate(bench.recording, bench.gaps)
        self.gate.on_stream(footage.info)
        self.at = 0

    def follow(self, mode: Mode, stretches: Stretches = (), pre_roll_ms: int = 2000) -> None:
        self.gate.follow(mode, [(START_MS + start, START_MS + end) for start, end in stretches], pre_roll_ms)

    def send(self, until_ms: int, batch: int = 3) -> None:
        """Up to a moment, some pictures at a time."""
        units = self.footage.units[self.at : until_ms // FRAME_MS]
        for first in range(0, len(units), batch):
            self.gate.on_units(units[first : first + batch])
        self.at = until_ms // FRAME_MS
        self.clock.advance((START_MS + until_ms - self.clock.wall_ms()) / 1000)

    async def recorded(self) -> list[tuple[int, int]]:
        """From when to when there are segments; neighbours joined."""
        self.gate.close()
        await self.bench.drain()
        joined: list[tuple[int, int]] = []
        for start, entry in sorted(self.bench.index.segments.items()):
            begin, end = start - START_MS, entry.end_ms - START_MS
            joined = (
                [*joined[:-1], (joined[-1][0], end)] if joined and joined[-1][1] == begin else [*joined, (begin, end)]
            )
        assert self.bench.frames() * FRAME_MS == sum(end - start for start, end in joined)  # none missing, none twice
        return joined

    def gaps(self) -> list[tuple[int, int | None, str]]:
        return [
            (gap.start_ms - START_MS, None if gap.end_ms is None else gap.end_ms - START_MS, gap.reason.value)
            for gap in self.bench.index.gaps
            if not gap.void
        ]


@pytest.fixture(scope="module")
def footage() -> Footage:
    return video(frames=300, fps=FPS, gop=10)


@pytest.fixture
async def bench(storage_root: Path) -> AsyncIterator[Bench]:
    made = Bench(storage_root)
    yield made
    await made.drain()


@pytest.fixture
def camera(bench: Bench, footage: Footage) -> Camera:
    return Camera(bench, footage)


async def test_nothing_is_written_without_a_trigger(camera: Camera) -> None:
    camera.follow(Mode.EVENT)
    camera.send(10_000)
    assert not camera.gate.active
    assert await camera.recorded() == []
    assert camera.gaps() == [(0, None, "no_event")]


async def test_the_pre_roll_begins_with_its_keyframe_and_the_end_is_a_keyframe(camera: Camera) -> None:
    camera.follow(Mode.EVENT)
    camera.send(9_000)
    camera.follow(Mode.EVENT, [(5_300, 12_400)])  # it is told late, as it always is
    camera.send(20_000)
    assert not camera.gate.active
    assert await camera.recorded() == [(5_000, 13_000)]
    assert [(end, reason) for _, end, reason in camera.gaps()] == [(5_000, "no_event"), (None, "no_event")]
    assert camera.gaps()[1][0] == 13_000


async def test_what_memory_does_not_reach_is_not_to_be_had(camera: Camera) -> None:
    camera.follow(Mode.MOTION, pre_roll_ms=1000)
    camera.send(20_000)
    camera.follow(Mode.MOTION, [(2_000, 22_500)], pre_roll_ms=1000)
    camera.send(25_000)
    ((start, end),) = await camera.recorded()
    assert (20_000 - start) in range(1000 + gate_module.SLACK_MS, 1000 + gate_module.SLACK_MS + 1001)
    assert end == 23_000


async def test_one_that_is_over_already_is_recorded_from_memory(camera: Camera) -> None:
    camera.follow(Mode.EVENT)
    camera.send(9_500)
    camera.follow(Mode.EVENT, [(6_500, 7_500)])
    camera.send(9_600)
    assert not camera.gate.active
    assert await camera.recorded() == [(6_000, 8_000)]


async def test_overlapping_triggers_make_it_longer(camera: Camera) -> None:
    camera.follow(Mode.EVENT)
    camera.send(3_000)
    camera.follow(Mode.EVENT, [(2_000, 6_000)])
    camera.send(5_000)
    camera.follow(Mode.EVENT, [(2_000, 11_500)])
    camera.send(15_000)
    assert await camera.recorded() == [(2_000, 12_000)]


async def test_one_that_follows_at_once_leaves_no_hole(camera: Camera) -> None:
    camera.follow(Mode.EVENT)
    camera.send(3_000)
    camera.follow(Mode.EVENT, [(2_000, 5_500)])
    camera.send(8_000)
    camera.follow(Mode.EVENT, [(5_800, 9_000)])  # its pre-roll reaches into what was recorded
    camera.send(12_000)
    assert await camera.recorded() == [(2_000, 9_000)]


async def test_one_in_the_future_waits(camera: Camera) -> None:
    camera.follow(Mode.EVENT, [(7_200, 8_100)])
    camera.send(6_000)
    assert not camera.gate.active
    camera.send(10_000)
    assert await camera.recorded() == [(7_000, 9_000)]


async def test_a_long_pre_roll_goes_to_the_volume_bit_by_bit(camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[int] = []
    take = camera.bench.recording.on_units

    def watched(units: Sequence[AccessUnit]) -> None:
        given.append(sum(len(unit.data) for unit in units))
        take(units)

    monkeypatch.setattr(camera.bench.recording, "on_units", watched)
    monkeypatch.setattr(gate_module, "BURST", 2000)
    camera.follow(Mode.EVENT, pre_roll_ms=8_000)
    camera.send(10_000)
    camera.follow(Mode.EVENT, [(2_000, 14_000)], pre_roll_ms=8_000)
    camera.send(20_000)
    biggest = max(len(unit.data) for unit in camera.footage.units)
    assert max(given) <= 2000 + 4 * biggest
    assert len(given) > 5
    assert await camera.recorded() == [(2_000, 14_000)]


async def test_a_stream_without_keyframes_ends_all_the_same(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "LATE_MS", 3_000)
    camera = Camera(bench, video(frames=200, fps=FPS, gop=1000))
    camera.follow(Mode.EVENT, [(0, 5_000)])
    camera.send(20_000)
    ((start, end),) = await camera.recorded()
    assert start == 0
    assert 8_000 <= end <= 8_500


async def test_a_schedule_goes_from_mode_to_mode(camera: Camera) -> None:
    camera.follow(Mode.OFF)
    camera.send(3_000)
    camera.follow(Mode.CONTINUOUS)
    camera.send(6_500)
    camera.follow(Mode.EVENT)
    camera.send(9_000)  # until the keyframe at seven seconds
    camera.follow(Mode.EVENT, [(8_500, 9_500)])
    camera.send(12_500)
    camera.follow(Mode.CONTINUOUS)  # from the keyframe at twelve, which is in memory
    camera.send(14_500)
    camera.follow(Mode.OFF)  # at once
    camera.send(16_000)
    assert await camera.recorded() == [(3_000, 7_000), (8_000, 10_000), (12_000, 14_500)]
    assert [(start, reason) for start, _, reason in camera.gaps()] == [
        (0, "not_scheduled"),
        (7_000, "no_event"),
        (10_000, "no_event"),
        (14_500, "not_scheduled"),
    ]


async def test_continuous_while_triggered_has_no_seam(camera: Camera) -> None:
    camera.follow(Mode.EVENT, [(1_000, 4_000)])
    camera.send(2_500)
    camera.follow(Mode.CONTINUOUS)
    camera.send(9_500)
    assert await camera.recorded() == [(1_000, 9_500)]


async def test_a_camera_that_is_lost_while_waiting_is_trouble(camera: Camera) -> None:
    camera.follow(Mode.EVENT)
    camera.send(3_000)
    camera.gate.on_trouble(CameraState.BACKING_OFF, "No answer.")
    camera.clock.advance(1)
    camera.gate.on_stream(camera.footage.info)
    camera.send(6_000)
    assert camera.gaps() == [(0, 3_000, "no_event"), (3_000, 4_000, "offline"), (4_000, None, "no_event")]
    camera.follow(Mode.EVENT, [(1_000, 8_000)])
    camera.send(9_000)
    assert await camera.recorded() == [(3_000, 8_000)]  # what was kept before is not joined to what came after


async def test_a_camera_that_is_lost_while_triggered_goes_on_when_it_is_back(camera: Camera) -> None:
    camera.follow(Mode.EVENT, [(0, 12_000)])
    camera.send(3_500)
    camera.gate.on_trouble(CameraState.STALLED, "No picture.")
    camera.gate.on_stream(camera.footage.info)
    camera.at = 60
    camera.send(14_000)
    assert await camera.recorded() == [(0, 3_500), (6_000, 12_000)]
    assert (3_500, 6_000, "stalled") in camera.gaps()


async def test_without_a_schedule_to_record_trouble_is_none(camera: Camera) -> None:
    camera.follow(Mode.OFF)
    camera.gate.on_trouble(CameraState.BACKING_OFF, "No answer.")
    assert [reason for _, _, reason in camera.gaps()] == ["not_scheduled"]


async def test_continuous_is_recorded_whole(camera: Camera) -> None:
    camera.follow(Mode.CONTINUOUS, [(START_MS, FOREVER)])
    for turn in range(2):
        camera.gate.on_units(later(camera.footage.units, turn * 30_000))
    assert await camera.recorded() == [(0, 60_000)]
