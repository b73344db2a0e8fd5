"""One session a stream, its tries when it is lost, and what a source may do without hurting anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest

from core.media.source import Fault, PacketSink, SourceError
from core.media.units import AccessUnit, Codec, StreamInfo, Track
from core.recorder.ingest import FLOOD, RECORDED, WATCHED, Ingest
from core.recorder.protocol import CameraState
from core.recorder.tests.waiting import until
from core.testing.clock import FakeClock

INFO = StreamInfo((Track(0, Codec.H264, 90_000, b"config", 640, 360), Track(1, Codec.AAC, 8000, b"config")))
SOUND = StreamInfo((Track(0, Codec.AAC, 8000, b"config"),))


class Session:
    """A source that does what the test says."""

    def __init__(self) -> None:
        self.sink: PacketSink | None = None
        self.stopped = False
        self.paces: list[float] = []

    def start(self, sink: PacketSink) -> None:
        self.sink = sink

    async def stop(self) -> None:
        self.stopped = True

    def opens(self, info: StreamInfo = INFO) -> None:
        assert self.sink is not None
        self.sink.on_stream(info)

    def sends(self, number: int = 0, size: int = 10) -> None:
        assert self.sink is not None
        self.sink.on_units([AccessUnit(0, number, number, 0, True, 5000 + number, bytes(size))])

    def fails(self, fault: Fault = Fault.CLOSED) -> None:
        assert self.sink is not None
        self.sink.on_end(SourceError(fault, "It failed."))


class Sessions:
    """A driver that makes them; `broken` makes it raise."""

    def __init__(self) -> None:
        self.made: list[Session] = []
        self.broken: SourceError | None = None

    def begin(self, stream: str, sink: PacketSink) -> Session:
        if self.broken is not None:
            raise self.broken
        self.made.append(Session())
        self.made[-1].start(sink)
        return self.made[-1]

    def pace(self, source: Any, seconds: float) -> None:
        source.paces.append(seconds)

    async def end(self, source: Any) -> None:
        await source.stop()


class Taker:
    """A consumer that keeps what it gets; `hurt` makes it raise."""

    def __init__(self) -> None:
        self.infos: list[StreamInfo] = []
        self.units: list[int] = []
        self.troubles: list[CameraState] = []
        self.hurt: Callable[[], None] | None = None

    def on_stream(self, info: StreamInfo) -> None:
        self.infos.append(info)

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        if self.hurt is not None:
            self.hurt()
        self.units += [unit.dts for unit in units]

    def on_trouble(self, state: CameraState, message: str) -> None:
        self.troubles.append(state)


class Stream:
    """An ingest with everything around it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.sessions = Sessions()
        self.taker = Taker()
        self.changes = 0
        self.ingest = Ingest("camera", "main", self.sessions, self.clock, Random(1), self._changed)  # noqa: S311
        self.ingest.add(self.taker)
        self.ingest.start()

    @property
    def state(self) -> CameraState:
        return self.ingest.machine.state

    @property
    def newest(self) -> Session:
        return self.sessions.made[-1]

    def passes(self, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self.clock.advance(0.1)
            self.ingest.tick(self.clock.monotonic())

    def _changed(self) -> None:
        self.changes += 1


@pytest.fixture
async def stream() -> Stream:
    return Stream()


async def test_units_reach_consumers_and_latecomers(stream: Stream) -> None:
    stream.newest.opens()
    stream.newest.sends(1)
    late = Taker()
    stream.ingest.add(late)
    stream.newest.sends(2)
    assert (stream.taker.units, late.units, late.infos) == ([1, 2], [2], [INFO])
    assert stream.state is CameraState.STREAMING
    assert stream.ingest.last_frame_ms == 5002
    stream.ingest.remove(late)
    stream.newest.sends(3)
    assert late.units == [2]


async def test_units_may_be_gathered_while_nobody_watches(stream: Stream) -> None:
    assert stream.newest.paces == []  # it has not told its tracks
    stream.newest.opens()
    stream.ingest.watched(True)
    stream.ingest.watched(False)
    assert stream.newest.paces == [RECORDED, WATCHED, RECORDED]
    stream.ingest.watched(True)
    stream.newest.fails()
    stream.passes(1)
    stream.newest.opens()
    assert len(stream.sessions.made) > 1
    assert stream.newest.paces == [WATCHED]


async def test_a_lost_session_is_replaced_and_consumers_know(stream: Stream) -> None:
    stream.newest.opens()
    stream.newest.sends(1)
    stream.newest.fails()
    assert stream.taker.troubles[-1] is CameraState.BACKING_OFF
    stream.passes(0.3)
    assert len(stream.sessions.made) == 2
    stream.newest.opens()
    stream.newest.sends(2)
    assert stream.taker.units == [1, 2]


async def test_a_session_that_was_dropped_is_not_heard(stream: Stream) -> None:
    stream.newest.opens()
    stream.newest.sends(1)
    old = stream.newest
    stream.passes(3.2)
    assert stream.state is CameraState.STALLED
    await until(lambda: old.stopped)
    old.sends(2)
    old.fails()
    assert stream.taker.units == [1]
    assert stream.state is CameraState.STALLED


async def test_silence_is_met_by_fresh_tries_of_which_the_first_to_answer_wins(stream: Stream) -> None:
    stream.newest.opens()
    stream.newest.sends(1)
    stream.passes(3.2)
    first = stream.newest
    stream.passes(5)
    alive = [one for one in stream.sessions.made[1:] if one in (first, stream.newest)]
    await until(lambda: sum(not one.stopped for one in stream.sessions.made) == len(alive) == 2)
    stream.newest.fails(Fault.TIMEOUT)
    assert stream.state is CameraState.STALLED
    first.opens()
    first.sends(2)
    assert stream.state is CameraState.STREAMING
    await until(lambda: sum(not one.stopped for one in stream.sessions.made if one is not first) <= 1)
    made = len(stream.sessions.made)
    stream.passes(0.5)
    assert len(stream.sessions.made) == made


async def test_a_refused_password_ends_all_tries(stream: Stream) -> None:
    stream.newest.opens()
    stream.newest.sends(1)
    stream.passes(4.5)
    made = len(stream.sessions.made)
    stream.newest.fails(Fault.CREDENTIALS)
    assert stream.state is CameraState.AUTH_FAILED
    stream.passes(5)
    assert len(stream.sessions.made) == made


async def test_a_driver_that_raises_is_tried_again(stream: Stream) -> None:
    stream.newest.fails()
    stream.sessions.broken = SourceError(Fault.PROTOCOL, "The driver failed.")
    stream.passes(60)
    assert (stream.state, stream.ingest.machine.message) == (CameraState.BACKING_OFF, "The driver failed.")
    stream.sessions.broken = None
    stream.passes(13)
    stream.newest.opens()
    stream.newest.sends(1)
    assert stream.taker.units == [1]


@pytest.mark.parametrize(("seconds", "told"), [(5, 0), (20, 1)])
async def test_a_camera_that_starts_after_us_is_no_news(
    stream: Stream, caplog: pytest.LogCaptureFixture, seconds: int, told: int
) -> None:
    stream.sessions.broken = SourceError(Fault.PORT, "It refused.")
    stream.newest.fails(Fault.PORT)
    stream.passes(seconds)
    assert caplog.text.count("It refused.") == told
    stream.sessions.broken = None
    stream.passes(1)
    stream.newest.opens()
    stream.newest.sends(1)
    assert caplog.text.count("It failed.") + caplog.text.count("It refused.") == told
    stream.newest.fails()  # it was there: this is told at once
    assert caplog.text.count("It failed.") == 1


async def test_a_stream_without_video_is_refused(stream: Stream) -> None:
    stream.newest.opens(SOUND)
    assert stream.ingest.machine.fault is Fault.CODEC
    assert stream.taker.infos == []


async def test_what_a_consumer_cannot_take_ends_the_session_only(stream: Stream) -> None:
    stream.newest.opens()
    stream.newest.sends(1)

    def hurt() -> None:
        raise ZeroDivisionError("odd units")

    stream.taker.hurt = hurt
    stream.newest.sends(2)
    assert stream.ingest.machine.fault is Fault.PROTOCOL
    assert "odd units" in stream.ingest.machine.message
    stream.taker.hurt = None
    stream.passes(13)
    stream.newest.opens()
    stream.newest.sends(3)
    assert stream.taker.units == [1, 3]


async def test_a_flood_is_cut_off(stream: Stream) -> None:
    stream.newest.opens()
    stream.passes(0.1)
    flooding = stream.newest
    for number in range(9):
        flooding.sends(number, size=FLOOD // 4)
    stream.passes(0.1)
    assert stream.state is CameraState.BACKING_OFF
    assert "320 Mbit/s" in stream.ingest.machine.message


async def test_stopping_lets_the_source_go(stream: Stream) -> None:
    stream.newest.opens()
    await asyncio.wait_for(stream.ingest.stop(), 5)
    assert stream.newest.stopped
    assert stream.state is CameraState.DISABLED
