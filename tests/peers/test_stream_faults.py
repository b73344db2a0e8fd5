"""Cameras with bad clocks, bad timestamps and restarting encoders: what the client makes of them can be recorded, and
nothing is lost but what the fault itself destroyed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from core.media.avsource import AvSource
from core.media.collector import Collector
from core.media.rtsp.client import RtspSource, Target
from core.media.segmenter import Closed, Event, Opened, Ready, Segmenter
from core.media.units import AccessUnit, StreamInfo
from plugins.simulator.camera import altered, film
from plugins.simulator.clips import Clip
from plugins.simulator.testing import FaultKind, ParkFace, SimulatedCamera
from tests.rig.pictures import coded_pictures, slice_digest

Simulator = Callable[..., ParkFace]
CAMERA = SimulatedCamera("well", fps=25, seconds=4, sub=False)
BAD_CLOCKS = (FaultKind.CLOCK_JUMP, FaultKind.TIMESTAMPS_JUMP, FaultKind.JITTER)
BAD_TIMES = (FaultKind.TIMESTAMPS_BACKWARDS, FaultKind.TIMESTAMPS_REPEATED, *BAD_CLOCKS)
PERIOD_MS = 40
LATE_MS = 150  # of a busy machine: from when a picture is due to when the client reads it


class Recording(Collector):
    """Keeps what comes, and segments it with its changes of parameters as a recorder would."""

    def __init__(self) -> None:
        super().__init__()
        self.segmenter = Segmenter(1, "main", segment_ms=1000)
        self.events: list[Event] = []

    def on_stream(self, info: StreamInfo) -> None:
        super().on_stream(info)
        self.events += self.segmenter.on_stream(info)

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        super().on_units(units)
        self.events += self.segmenter.push(units)


async def _suffer(park: ParkFace, kind: FaultKind) -> tuple[Recording, int]:
    """A session that is well, ill and well again; and how many units had come when it fell ill."""
    collected, loop = Recording(), asyncio.get_running_loop()
    source = RtspSource(Target.of(park.url(kind)))
    source.start(collected)

    async def pictures(more: int) -> int:
        wanted = len(collected.of(0)) + more
        async with asyncio.timeout(30):
            assert await collected.until(lambda: len(collected.of(0)) >= wanted), collected.error
        return len(collected.units)

    well = await pictures(30)
    await loop.run_in_executor(None, park.fault, kind, kind)
    await pictures(40)
    await loop.run_in_executor(None, park.clear, kind)
    await pictures(40)
    await source.stop()
    assert collected.error is None
    return collected, well


async def _all_suffer(simulator: Simulator, *kinds: FaultKind) -> dict[FaultKind, tuple[Recording, int]]:
    """The same for each of these, side by side, each with a camera of its own."""
    park = simulator(*(replace(CAMERA, name=str(kind)) for kind in kinds))
    return dict(zip(kinds, await asyncio.gather(*(_suffer(park, kind) for kind in kinds)), strict=True))


def _places(units: list[AccessUnit], clip: Clip) -> list[int | None]:
    """Where in the clip each unit is."""
    of = {slice_digest(unit.data): place for place, unit in enumerate(u for u in clip.units if u.track == 0)}
    return [of.get(slice_digest(unit.data)) for unit in units]


def _recorded(collected: Recording) -> list[bytes]:
    """The digests of all pictures in the files."""
    collected.events += collected.segmenter.flush()
    files: list[bytes] = []
    for event in collected.events:
        match event:
            case Opened():
                files.append(event.init)
            case Ready():
                files[-1] += event.data
            case Closed():
                pass
    found = []
    for file in files:
        pictures = coded_pictures(file)
        assert all(a.dts < b.dts for a, b in pairwise(pictures))
        found += [picture.digest for picture in pictures]
    return found


def _lateness(units: list[AccessUnit], clip: Clip) -> list[int]:
    """Recorded time less true time, in ms: the simulator takes picture n at n picture durations after a multiple of
    the clip's duration since 1970.
    """
    duration = clip.duration // 90
    return [
        (unit.wall_ms - (place or 0) * PERIOD_MS + duration // 2) % duration - duration // 2
        for unit, place in zip(units, _places(units, clip), strict=True)
    ]


def _well_formed(units: list[AccessUnit]) -> None:
    assert all(a.dts < b.dts for a, b in pairwise(units))
    assert all(b.dts - a.dts < 90_000 for a, b in pairwise(units)), "a leap of the sender's clock got through"


Clips = Callable[[str], Clip]


@pytest.fixture
def clip_of(simulator_cache: Path) -> Clips:
    """What a camera of this name sends."""
    return lambda name: film(replace(CAMERA, name=name), simulator_cache).main


async def test_bad_times_lose_no_picture_and_wall_time_stays_what_it_is(simulator: Simulator, clip_of: Clips) -> None:
    for kind, (collected, _) in (await _all_suffer(simulator, *BAD_TIMES)).items():
        video, clip = collected.of(0), clip_of(kind)
        _well_formed(video)
        places = _places(video, clip)
        count = sum(unit.track == 0 for unit in clip.units)
        known = [place for place in places if place is not None]
        assert len(known) == len(places), kind
        assert all((b - a) % count == 1 for a, b in pairwise(known)), f"{kind}: pictures are missing"
        assert _recorded(collected) == [slice_digest(unit.data) for unit in video], kind
        if kind in BAD_CLOCKS:
            late = _lateness(video, clip)
            assert all(-PERIOD_MS <= each <= LATE_MS for each in late), (kind, late)
            assert all(a.wall_ms < b.wall_ms for a, b in pairwise(video)), kind


async def test_a_bad_network_costs_the_pictures_it_harms(simulator: Simulator, clip_of: Clips) -> None:
    harmed = await _all_suffer(simulator, FaultKind.PACKET_LOSS, FaultKind.CORRUPTION)
    for kind, (collected, well) in harmed.items():
        video, clip = collected.of(0), clip_of(kind)
        _well_formed(video)
        if kind is FaultKind.PACKET_LOSS:
            assert None not in _places(video, clip), "a picture with a hole in it was passed on"
        assert None not in _places([unit for unit in collected.units[:well] if unit.track == 0], clip), kind
        assert _recorded(collected) == [slice_digest(unit.data) for unit in video], kind


async def test_an_encoder_that_restarts_with_other_parameters(
    simulator: Simulator, clip_of: Clips, simulator_cache: Path
) -> None:
    restarted = await _all_suffer(simulator, FaultKind.B_FRAMES, FaultKind.RESOLUTION)
    for kind, (collected, _) in restarted.items():
        video, clip = collected.of(0), clip_of(kind)
        _well_formed(video)
        assert all(unit.dts <= unit.pts for unit in video), f"{kind}: shown before it is decoded"
        other = altered(film(replace(CAMERA, name=str(kind)), simulator_cache), kind, simulator_cache)
        ill = [place is None for place in _places(video, clip)]
        assert [place is None for place in _places(video, other)] == [not each for each in ill], kind
        assert [key for key, _ in groupby(ill)] == [False, True, False], kind
        assert len(collected.infos) == 3, kind
        assert _recorded(collected) == [slice_digest(unit.data) for unit in video], kind


async def test_ffmpegs_units_have_the_time_of_their_pictures_too(simulator: Simulator, clip_of: Clips) -> None:
    collected = Collector()
    source = AvSource(simulator(CAMERA).url("well"), options={"rtsp_transport": "udp"})
    source.start(collected)
    async with asyncio.timeout(30):
        assert await collected.until(lambda: len(collected.of(0)) >= 60), collected.error
    await source.stop()
    late = _lateness(collected.of(0), clip_of("well"))
    assert all(-PERIOD_MS <= each <= LATE_MS for each in late), late
