"""Recordings that a camera or recorder keeps, fetched over RTSP (ONVIF Streaming Specification, section 6).

They come as fast as both sides can: `Rate-Control: no`. The reader decides how fast, by how fast it takes them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

from core.media.clock import Clock, SystemClock
from core.media.rtsp.formats import choose
from core.media.rtsp.replay_intake import ReplayIntake
from core.media.rtsp.session import Session, Target, converse
from core.media.source import Fault, SourceError
from core.media.units import AccessUnit, StreamInfo

STEP_S = 10.0
SILENT_S = 10.0
"""After PLAY, or in the middle: a device that has to look for something on its card takes its time."""
_ENOUGH_MS = 2_000
"""Silence so near to the end is the end: not every device says so."""
_OPTION = {"Require": "onvif-replay"}

Part = StreamInfo | Sequence[AccessUnit]


class _Gathered:
    """A sink that keeps what came until it is asked for."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.news = asyncio.Event()

    def on_stream(self, info: StreamInfo) -> None:
        """New tracks."""
        self.parts.append(info)

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        """Units."""
        self.parts.append(units)

    def on_end(self, error: SourceError | None) -> None:
        """Not of this kind of source."""


async def replayed(
    target: Target,
    start_ms: int,
    end_ms: int,
    *,
    audio: bool = True,
    clock: Clock | None = None,
    step: float = STEP_S,
    silent: float = SILENT_S,
) -> AsyncGenerator[Part, None]:
    """What was recorded in [start_ms, end_ms), UTC ms: tracks, then units in batches, whose `wall_ms` says when each
    was recorded. It begins with the keyframe at or before the start, as far as the device does. Ends after the last.

    While nobody asks for the next part nothing is read, and the device waits. step: seconds for each answer; silent:
    seconds without media after which it ends. Raises SourceError; what came before holds all the same.
    """
    extra = {"SETUP": _OPTION, "PLAY": _OPTION | _how(start_ms, end_ms)}
    session, description = await converse(target, step, extra)
    connection = session.connection
    with closing(connection):
        formats = choose(description, audio)
        intake = ReplayIntake(formats, clock or SystemClock(), {"transport": "rtsp/replay"}, start_ms - 60_000)
        for index, (rtp, rtcp) in enumerate(await session.setup(formats)):
            connection.channels[rtp] = partial(intake.packet, index)
            if index == 0:
                connection.channels[rtcp] = intake.report
        gathered = _Gathered()
        connection.on_batch = gathered.news.set
        intake.begin(gathered, await session.play(formats))
        try:
            async for part in _parts(session, intake, gathered, end_ms, silent):
                yield part
        finally:
            session.teardown()


def _how(start_ms: int, end_ms: int) -> dict[str, str]:
    return {
        "Range": f"clock={_clock_time(start_ms)}-{_clock_time(end_ms)}",
        "Rate-Control": "no",
        "Immediate": "yes",
    }


def _clock_time(ms: int) -> str:
    """RFC 2326 section 3.7."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y%m%dT%H%M%S") + f".{ms % 1000:03d}Z"


async def _parts(
    session: Session, intake: ReplayIntake, gathered: _Gathered, end_ms: int, silent: float
) -> AsyncGenerator[Part, None]:
    connection, alive = session.connection, asyncio.create_task(session.stay_alive())
    try:
        while True:
            if alive.done():  # its last question was not answered while nothing was read
                alive = asyncio.create_task(session.stay_alive())
            came = await _wait(session, gathered, silent)
            connection.hold(True)
            intake.deliver()
            parts, gathered.parts = gathered.parts, []
            for part in parts:
                yield part
            if intake.ended or intake.reached_ms >= end_ms:
                return
            if not came:
                _judge(session, intake, end_ms, silent)
                return
            connection.hold(False)
    finally:
        alive.cancel()
        await asyncio.gather(alive, return_exceptions=True)


async def _wait(session: Session, gathered: _Gathered, silent: float) -> bool:
    """For something to come; False when nothing does any more."""
    news = asyncio.ensure_future(gathered.news.wait())
    done, _ = await asyncio.wait((news, session.connection.ended), timeout=silent, return_when=asyncio.FIRST_COMPLETED)
    news.cancel()
    gathered.news.clear()
    return news in done


def _judge(session: Session, intake: ReplayIntake, end_ms: int, silent: float) -> None:
    """Nothing more comes. Raises SourceError unless that was all."""
    if intake.reached_ms >= end_ms - _ENOUGH_MS:
        return
    host = session.target.peer.host
    if session.connection.ended.done():
        raise session.connection.ended.result()
    if not intake.stamped:
        raise SourceError(Fault.TIMEOUT, f"{host} sent nothing of this time within {silent:g} s.")
    raise SourceError(Fault.TIMEOUT, f"{host} stopped sending before the end.")
