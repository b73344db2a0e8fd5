"""Each fault does to the stream what its name says, and nothing to the other camera; and it ends."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import av
import pytest

from core.api import AccessUnit, SourceError, StreamInfo, SystemClock
from plugins.simulator.camera import film
from plugins.simulator.clips import Clip
from plugins.simulator.faults import FaultKind
from plugins.simulator.park import Park, UnknownCamera
from plugins.simulator.stream import CLOCK_JUMP_MS, TIMESTAMP_JUMP_SECONDS, LoopingStream
from plugins.simulator.testing import ParkFace, SimulatedCamera, frame_number

Simulator = Callable[..., ParkFace]
DURATION = 90_000 // 50


@dataclass
class Sink:
    """Takes units and tells who waits for them."""

    units: list[AccessUnit] = field(default_factory=list)
    batches: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)

    def on_stream(self, info: StreamInfo) -> None:
        pass

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        self.units += units
        self.batches += 1
        self.came.set()

    def on_end(self, error: SourceError | None) -> None:
        pass

    async def pictures(self, count: int) -> list[AccessUnit]:
        """The next pictures, from now on."""
        self.units.clear()
        async with asyncio.timeout(20):
            while len(found := [unit for unit in self.units if unit.track == 0]) < count:
                self.came.clear()
                await self.came.wait()
        return found[:count]


@pytest.fixture(scope="module")
def clip(simulator_cache: Path) -> Clip:
    return film(SimulatedCamera("quick", fps=50, seconds=2, audio="none", sub=False), simulator_cache).main


@contextmanager
def suffering(clip: Clip, kind: FaultKind) -> Iterator[Sink]:
    stream, sink = LoopingStream(clip, SystemClock()), Sink()
    stream.start(sink)
    stream.suffer(kind)
    yield sink
    stream.stop()


def steps(units: list[AccessUnit]) -> list[int]:
    return [after.pts - before.pts for before, after in itertools.pairwise(units)]


async def test_timestamps_backwards(clip: Clip) -> None:
    with suffering(clip, FaultKind.TIMESTAMPS_BACKWARDS) as sink:
        assert set(steps(await sink.pictures(30))) == {DURATION, -19 * DURATION, 21 * DURATION}


async def test_timestamps_repeated(clip: Clip) -> None:
    with suffering(clip, FaultKind.TIMESTAMPS_REPEATED) as sink:
        assert set(steps(await sink.pictures(30))) == {0, 3 * DURATION}


async def test_timestamps_jump(clip: Clip) -> None:
    stream, sink = LoopingStream(clip, SystemClock()), Sink()
    stream.start(sink)
    before = (await sink.pictures(2))[-1]
    stream.suffer(FaultKind.TIMESTAMPS_JUMP)
    after = (await sink.pictures(1))[0]
    stream.stop()
    assert after.pts - before.pts == pytest.approx(TIMESTAMP_JUMP_SECONDS * 90_000, abs=90_000)
    assert after.wall_ms - before.wall_ms < 1000


async def test_clock_jump(clip: Clip) -> None:
    stream, sink = LoopingStream(clip, SystemClock()), Sink()
    stream.start(sink)
    before = (await sink.pictures(2))[-1]
    stream.suffer(FaultKind.CLOCK_JUMP)
    after = (await sink.pictures(1))[0]
    stream.stop()
    assert after.wall_ms - before.wall_ms == pytest.approx(CLOCK_JUMP_MS, abs=1000)
    assert after.pts - before.pts < 90_000


async def test_jitter_sends_everything_but_in_bursts(clip: Clip) -> None:
    with suffering(clip, FaultKind.JITTER) as sink:
        units = await sink.pictures(60)
        assert set(steps(units)) == {DURATION}
        assert sink.batches < 40


async def test_freeze_and_its_end(clip: Clip) -> None:
    stream, sink = LoopingStream(clip, SystemClock()), Sink()
    stream.start(sink)
    stream.suffer(FaultKind.FREEZE)
    sink.units.clear()
    await asyncio.sleep(0.2)  # what must not happen has no event to wait for
    assert not sink.units
    stream.suffer(None)
    assert (await_now := sink.units[0]).keyframe, "after a freeze the stream resumes with a keyframe"
    assert await_now.track == 0
    stream.stop()


def opened(url: str) -> av.container.InputContainer:
    return av.open(url, options={"rtsp_transport": "tcp", "timeout": "1000000", "analyzeduration": "300000"})


def plays(url: str, count: int = 2) -> bool:
    with opened(url) as container:
        return len([next(frames) for frames in [container.decode(video=0)] for _ in range(count)]) == count


@pytest.fixture
def park(simulator: Simulator) -> ParkFace:
    return simulator(
        SimulatedCamera("ill", fps=25, seconds=2, sub=False, audio="none"),
        SimulatedCamera("well", fps=25, seconds=2, seed=1, sub=False),
    )


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.DROP, av.FFmpegError),
        (FaultKind.WRONG_PASSWORD, av.error.HTTPUnauthorizedError),
        (FaultKind.HALF_OPEN, av.FFmpegError),
    ],
)
def test_connections_end_or_hang_and_recover(park: ParkFace, kind: FaultKind, error: type[Exception]) -> None:
    with opened(park.url("ill")) as container, opened(park.url("well")) as other:
        frames, others = container.decode(video=0), other.decode(video=0)
        next(frames)
        next(others)
        park.fault("ill", kind)
        with pytest.raises((av.FFmpegError, StopIteration)):
            for _ in range(100):
                next(frames)
        with pytest.raises(error):
            opened(park.url("ill"))
        assert all(next(others) for _ in range(5))
    park.clear("ill")
    assert plays(park.url("ill"))


def test_resolution_changes_and_comes_back(park: ParkFace) -> None:
    with opened(park.url("ill")) as container:
        widths: list[int] = []
        for frame in container.decode(video=0):
            if not widths or widths[-1] != frame.width:
                widths.append(frame.width)
                if frame.width == 320 and len(widths) == 1:
                    park.fault("ill", "resolution")
                elif frame.width == 160:
                    park.clear("ill")
            if widths == [320, 160, 320]:
                break
    assert widths == [320, 160, 320]


def test_b_frames_begin(park: ParkFace) -> None:
    with opened(park.url("ill")) as container:
        kinds = set()
        for number, frame in enumerate(container.decode(video=0)):
            kinds.add(frame.pict_type)
            assert frame_number(frame.to_ndarray(format="gray")) is not None
            if number == 1:
                assert av.video.frame.PictureType.B not in kinds
                park.fault("ill", FaultKind.B_FRAMES)
            if av.video.frame.PictureType.B in kinds:
                break
            assert number < 100


@pytest.mark.parametrize("kind", [FaultKind.PACKET_LOSS, FaultKind.CORRUPTION])
def test_the_network_harms_packets(park: ParkFace, kind: FaultKind) -> None:
    """Compared packet by packet with the same frames of the same camera in good health."""
    good = _packets(park, "ill", 60)
    park.fault("ill", kind)
    bad = _packets(park, "ill", 60)
    known = set(good)
    assert any(data not in known for data in bad), "nothing was harmed"
    assert any(data in known for data in bad), "everything was harmed"


def _packets(park: ParkFace, name: str, count: int) -> list[bytes]:
    with opened(park.url(name)) as container:
        found = []
        for packet in container.demux(video=0):
            found.append(bytes(packet))
            if len(found) == count:
                break
    return found


def test_a_fault_ends_by_itself(park: ParkFace) -> None:
    park.fault("ill", "wrong_password", seconds=0.3)
    with pytest.raises(av.error.HTTPUnauthorizedError):
        opened(park.url("ill"))
    clock, deadline = SystemClock(), SystemClock().monotonic() + 20
    while True:
        try:
            assert plays(park.url("ill"))
            break
        except av.error.HTTPUnauthorizedError:
            assert clock.monotonic() < deadline, "the fault has not ended"


async def test_unknown_cameras_and_faults_are_named(simulator_cache: Path) -> None:
    park = Park(simulator_cache)
    await park.start(SimulatedCamera("gate", sub=False))
    with pytest.raises(UnknownCamera, match="there are: gate"):
        park.clear("shed")
    with pytest.raises(ValueError, match="in the park already"):
        await park.add(SimulatedCamera("gate"))
    with pytest.raises(ValueError, match="becomes part of an address"):
        SimulatedCamera("a/b")
    await park.stop()
