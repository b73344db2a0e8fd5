"""A camera driver for tests: replays encoded footage in real time, and misbehaves as a control file says.

Modes: stream, freeze (session open, no units), refuse (port), silent (never answers), auth, raise, die.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from core.hookspecs.cameras import CameraDriverSpec, ProbeReport
from core.hookspecs.marks import hookimpl
from core.media.source import Fault, PacketSink, SourceError
from core.media.tests.footage import Footage, audio, together, video
from core.media.units import AccessUnit, Codec

FPS = 20
SECONDS = 3
STEP = 0.05


class ReplaySettings(BaseModel):
    """control: file that holds the mode; absent means stream. sound: codec of the audio, none when empty."""

    model_config = ConfigDict(extra="forbid")

    control: Path = Field(title="Control", description="File that holds the mode.")
    sound: str = Field("", title="Sound", description="Codec of the audio.")


@cache
def footage(sound: str) -> Footage:
    """Three seconds, a keyframe each second."""
    pictures = video(frames=FPS * SECONDS, fps=FPS, gop=FPS, start_ms=0)
    if not sound:
        return pictures
    return together(pictures, audio(Codec(sound), SECONDS, rate=8000, start_ms=0))


class ReplaySource:
    """One session."""

    def __init__(self, settings: ReplaySettings) -> None:
        self._settings = settings
        self._task: asyncio.Task[None] | None = None
        self._sink: PacketSink | None = None

    def mode(self) -> str:
        try:
            return self._settings.control.read_text().strip()
        except FileNotFoundError:
            return "stream"

    def start(self, sink: PacketSink) -> None:
        if self.mode() == "raise":
            raise RuntimeError("a driver with a bug")
        self._sink = sink
        self._task = asyncio.get_running_loop().create_task(self._run(sink))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, sink: PacketSink) -> None:
        while (mode := self.mode()) == "silent":  # noqa: ASYNC110  the mode is a file
            await asyncio.sleep(STEP)
        if mode == "refuse":
            sink.on_end(SourceError(Fault.PORT, "The camera refused the connection."))
            return
        if mode == "auth":
            sink.on_end(SourceError(Fault.CREDENTIALS, "The camera refused the password."))
            return
        source = footage(self._settings.sound)
        sink.on_stream(source.info)
        await self._play(sink, source)

    async def _play(self, sink: PacketSink, source: Footage) -> None:
        begun, began_ms, turn, at = time.monotonic(), time.time_ns() // 1_000_000, 0, 0
        while True:
            batch = []
            now_ms = (time.monotonic() - begun) * 1000
            while source.units[at].wall_ms + turn * SECONDS * 1000 <= now_ms:
                batch.append(_moved(source, source.units[at], turn, began_ms))
                at += 1
                if at == len(source.units):
                    at, turn = 0, turn + 1
            mode = self.mode()
            if mode in ("refuse", "die"):
                sink.on_end(SourceError(Fault.CLOSED, "The camera hung up."))
                return
            if mode == "stream" and batch:
                sink.on_units(batch)
            await asyncio.sleep(STEP)


def _moved(source: Footage, unit: AccessUnit, turn: int, began_ms: int) -> AccessUnit:
    ticks = source.info.tracks[unit.track].timescale * SECONDS * turn
    wall = began_ms + unit.wall_ms + turn * SECONDS * 1000
    return AccessUnit(unit.track, unit.dts + ticks, unit.pts + ticks, 0, unit.keyframe, wall, unit.data)


async def probe(settings: ReplaySettings, timeout: float) -> ProbeReport:  # noqa: ASYNC109  the contract's signature
    return ProbeReport()


@hookimpl
def register_camera_drivers() -> Iterable[CameraDriverSpec]:
    return [
        CameraDriverSpec(
            name="replay",
            title="Replay",
            settings=ReplaySettings,
            streams=lambda settings: ("main", "sub"),
            open=lambda settings, stream: ReplaySource(settings),
            probe=probe,
        )
    ]
