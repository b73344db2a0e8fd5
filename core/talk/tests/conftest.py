"""A driver whose cameras have loudspeakers that remember."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from pydantic import BaseModel, ConfigDict, Field

from core.hookspecs.cameras import CameraDriverSpec, ProbeReport
from core.hookspecs.marks import hookimpl
from core.media.source import Fault, SourceError


class MouthSettings(BaseModel):
    """A camera with or without a loudspeaker."""

    model_config = ConfigDict(extra="forbid")

    mute: bool = Field(False, title="Mute", description="Has none.")
    rate: int = Field(8000, title="Rate", description="Hz.")
    fault: str = Field("", title="Fault", description="What goes wrong.")


class Mouth:
    """One camera's loudspeaker. said: by sample rate all that it was given; open: how many are talking to it."""

    def __init__(self) -> None:
        self.sample_rate = 8000
        self.said: list[bytes] = []
        self.times: list[float] = []
        self.open = 0
        self.fault = ""

    async def say(self, pcm: bytes) -> None:
        if self.fault == "leaves":
            raise SourceError(Fault.CLOSED, "gate closed the connection.")
        self.said.append(pcm)
        self.times.append(asyncio.get_running_loop().time())


async def _probe(settings: MouthSettings, seconds: float) -> ProbeReport:
    return ProbeReport()


@pytest.fixture
def mouth(register_temporarily: Callable[..., None]) -> Iterator[Mouth]:
    """What the cameras of the driver "mouth" say."""
    mouth = Mouth()

    @asynccontextmanager
    async def way(settings: MouthSettings) -> AsyncIterator[Mouth]:
        if settings.fault == "silent":
            await asyncio.sleep(60)
        if settings.fault == "refuses":
            raise SourceError(Fault.CODEC, "gate offers no loudspeaker that Eyrie can talk to.")
        mouth.sample_rate = settings.rate
        mouth.open += 1
        try:
            yield mouth
        finally:
            mouth.open -= 1

    spec = CameraDriverSpec(
        name="mouth",
        title="Mouth",
        settings=MouthSettings,
        streams=lambda settings: ("main",),
        open=lambda settings, stream: (_ for _ in ()).throw(NotImplementedError),
        probe=_probe,
        talk=lambda settings: None if settings.mute else way(settings),
    )

    @hookimpl
    def register_camera_drivers() -> list[CameraDriverSpec]:
        return [spec]

    register_temporarily(
        SimpleNamespace(__name__="mouth_hooks", register_camera_drivers=register_camera_drivers), "mouth"
    )
    yield mouth
    assert not mouth.open, "every way is closed again"
