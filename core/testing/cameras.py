"""What every camera driver must do, and a sink to look at what a source sends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

from pydantic import BaseModel

from core.hookspecs.cameras import CameraDriverSpec
from core.media.source import SourceError
from core.media.units import AccessUnit, StreamInfo
from core.testing.specs import check_descriptor


class CollectingSink:
    """A PacketSink that keeps everything. `ended` holds what `on_end` brought, once for each call."""

    def __init__(self) -> None:
        self.streams: list[StreamInfo] = []
        self.units: list[AccessUnit] = []
        self.ended: list[SourceError | None] = []
        self._news = asyncio.Event()

    def on_stream(self, info: StreamInfo) -> None:
        """Keep the tracks."""
        self.streams.append(info)
        self._news.set()

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        """Keep the units."""
        self.units.extend(units)
        self._news.set()

    def on_end(self, error: SourceError | None) -> None:
        """Keep the reason."""
        self.ended.append(error)
        self._news.set()

    async def until(self, count: int, seconds: float = 20.0) -> None:
        """Wait for that many units or the end. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while len(self.units) < count and not self.ended:
                self._news.clear()
                await self._news.wait()


class CameraDriverContract:
    """Subclass it as `Test…` and give `spec`, `reachable()` and `unreachable()`."""

    spec: CameraDriverSpec

    def reachable(self) -> AbstractAsyncContextManager[BaseModel]:
        """Start a camera and give settings that reach it; it ends with the context."""
        raise NotImplementedError

    def unreachable(self) -> BaseModel:
        """Settings of a camera that is not there."""
        raise NotImplementedError

    def test_descriptor_is_valid(self) -> None:
        """The host accepts the descriptor."""
        check_descriptor(self.spec)

    def test_main_stream_comes_first(self) -> None:
        """Stream names are few and begin with main."""
        streams = self.spec.streams(self.unreachable())
        assert streams[0] == "main"
        assert set(streams) <= {"main", "sub"}

    async def test_source_sends_a_decodable_stream(self) -> None:
        """Tracks first, then units whose time rises, the first video unit a keyframe; the end comes once."""
        sink = CollectingSink()
        async with self.reachable() as settings:
            source = self.spec.open(settings, "main")
            source.start(sink)
            await sink.until(30)
            await source.stop()
            await source.stop()
        assert sink.ended == [None], sink.ended
        assert sink.streams and sink.streams[0].video
        self._check_units(sink)

    async def test_unreachable_camera_ends_with_a_reason(self) -> None:
        """The source does not raise and does not hang: it ends, saying which part is wrong."""
        sink = CollectingSink()
        source = self.spec.open(self.unreachable(), "main")
        source.start(sink)
        await sink.until(1)
        await source.stop()
        assert len(sink.ended) == 1
        assert sink.ended[0] is not None
        assert sink.ended[0].message

    async def test_source_stops_before_it_is_connected(self) -> None:
        """A stop right after the start releases everything."""
        sink = CollectingSink()
        source = self.spec.open(self.unreachable(), "main")
        source.start(sink)
        async with asyncio.timeout(5):
            await source.stop()
        assert len(sink.ended) == 1

    async def test_probe_describes_a_camera_that_is_well(self) -> None:
        """Codec, size and a picture."""
        async with self.reachable() as settings:
            report = await self.spec.probe(settings, 10.0)
        assert report.ok, report.message
        assert report.streams[0].name == "main"
        assert report.streams[0].codec
        assert report.streams[0].width > 0
        assert report.streams[0].height > 0
        assert report.picture[:2] == b"\xff\xd8"  # JPEG

    async def test_probe_says_what_is_wrong(self) -> None:
        """A fault, a sentence, and the field to mend, within the deadline."""
        settings = self.unreachable()
        async with asyncio.timeout(5):
            report = await self.spec.probe(settings, 3.0)
        assert report.fault is not None
        assert report.message
        assert report.field in type(settings).model_fields

    @staticmethod
    def _check_units(sink: CollectingSink) -> None:
        video = sink.streams[0].video
        assert video is not None
        assert next(unit for unit in sink.units if unit.track == video.index).keyframe
        for track in {unit.track for unit in sink.units}:
            times = [unit.dts for unit in sink.units if unit.track == track]
            assert times == sorted(set(times)), f"dts of track {track} must rise"
        assert all(unit.data and unit.wall_ms > 0 for unit in sink.units)
