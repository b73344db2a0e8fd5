"""A driver whose cameras keep recordings: on a list in memory, or on a device that replays over RTSP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from pydantic import BaseModel, ConfigDict, Field

from core.hookspecs.cameras import CameraDriverSpec, ProbeReport
from core.hookspecs.edge import EdgeStretch
from core.hookspecs.marks import hookimpl
from core.media.rtsp.replay import replayed
from core.media.rtsp.session import Target
from core.media.rtsp.tests.replaying import Card, kept
from core.media.source import SourceError
from core.media.tests.footage import Footage
from core.media.units import AccessUnit, StreamInfo
from core.recording.tests.recorded import make_volume
from core.recording.volumes import OpenVolume


class KeeperSettings(BaseModel):
    """A camera with or without a card."""

    model_config = ConfigDict(extra="forbid")

    empty: bool = Field(False, title="Empty", description="Has no card.")


@dataclass
class Keeper:
    """What the cameras keep. footage: on the list; card: or on a device; asked: ranges that were fetched. fail_after:
    batches after which `error` is raised instead; seen: called with each batch's number.
    """

    footage: Footage | None = None
    card: Card | None = None
    stretches: list[EdgeStretch] = field(default_factory=list)
    asked: list[tuple[int, int]] = field(default_factory=list)
    fail_after: int = 10**9
    error: SourceError | None = None
    seen: Callable[[int], None] = lambda number: None
    batch: int = 10

    async def holdings(self, start_ms: int, end_ms: int) -> Sequence[EdgeStretch]:
        if self.error is not None and not self.fail_after:
            raise self.error
        return [one for one in self.stretches if one.start_ms < end_ms and one.end_ms > start_ms]

    async def fetch(
        self, stretch: EdgeStretch, start_ms: int, end_ms: int
    ) -> AsyncGenerator[StreamInfo | Sequence[AccessUnit], None]:
        self.asked.append((start_ms, end_ms))
        if self.card is not None:
            async for part in replayed(Target.of(self.card.url), start_ms, end_ms, silent=2.0):
                yield part
            return
        assert self.footage is not None
        yield self.footage.info
        units = [unit for unit in self.footage.units if start_ms - 2000 <= unit.wall_ms < end_ms + 500]
        for number, at in enumerate(range(0, len(units), self.batch)):
            if number >= self.fail_after and self.error is not None:
                raise self.error
            self.seen(number)
            yield units[at : at + self.batch]


async def _probe(settings: KeeperSettings, seconds: float) -> ProbeReport:
    return ProbeReport()


@pytest.fixture
def keeper(register_temporarily: Callable[..., None]) -> Keeper:
    """What the cameras of the driver "keeper" keep."""
    keeper = Keeper()
    spec = CameraDriverSpec(
        name="keeper",
        title="Keeper",
        settings=KeeperSettings,
        streams=lambda settings: ("main",),
        open=lambda settings, stream: (_ for _ in ()).throw(NotImplementedError),
        probe=_probe,
        edge=lambda settings: None if settings.empty else keeper,
    )

    @hookimpl
    def register_camera_drivers() -> list[CameraDriverSpec]:
        return [spec]

    register_temporarily(
        SimpleNamespace(__name__="keeper_hooks", register_camera_drivers=register_camera_drivers), "keeper"
    )
    return keeper


@pytest.fixture
def volume(transactional_db: None, storage_root: object) -> OpenVolume:
    """An empty volume, known to the index."""
    return make_volume(storage_root)


@pytest.fixture
def device() -> Iterator[Callable[[Card], Card]]:
    """Serve a card by RTSP, on a loop of its own."""
    with ExitStack() as stack:
        yield lambda card: stack.enter_context(_served(card))


class _served:
    def __init__(self, card: Card) -> None:
        self._card, self._ready, self._loop = card, threading.Event(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._stop = asyncio.Event()

    async def _serve(self) -> None:
        async with kept(self._card):
            self._ready.set()
            await self._stop.wait()

    def __enter__(self) -> Card:
        self._thread.start()
        assert self._ready.wait(20)
        return self._card

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        self._loop.close()
