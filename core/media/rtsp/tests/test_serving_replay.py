"""Replaying an archive: to our own client, and what goes over the wire."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from core.media.rtsp.replay import replayed
from core.media.rtsp.replay_stamps import BROKEN, CLEAN, END, Stamp, stamp_of
from core.media.rtsp.server import Piece, RtspServer
from core.media.rtsp.session import Target
from core.media.rtsp.tests.clips import Clip, clip
from core.media.source import Fault, SourceError
from core.media.units import AccessUnit, StreamInfo

START_MS = 1_700_000_000_000
GAP_MS = 60_000


class Shelf:
    """A clip, recorded twice with a minute between."""

    def __init__(self, what: Clip) -> None:
        self.what = what
        rate = what.info.tracks[0].timescale
        self.length_ms = len(what.of(0)) * 1000 // 30
        pieces: list[list[AccessUnit]] = []
        for unit in what.units:
            if unit.track == 0 and unit.keyframe:
                pieces.append([])
            if not pieces:
                continue  # sound before the first picture
            scale = what.info.tracks[unit.track].timescale
            first = what.of(0)[0].pts * scale // rate
            at_ms = START_MS + (unit.pts - first) * 1000 // scale
            pieces[-1].append(replace(unit, wall_ms=at_ms))
        self.pieces_ = [Piece(units, False, number == len(pieces) - 1) for number, units in enumerate(pieces)]
        for number, units in enumerate(pieces):
            later = [self._later(unit, scale_of=what.info) for unit in units]
            self.pieces_.append(Piece(later, number == 0, number == len(pieces) - 1))

    def _later(self, unit: AccessUnit, scale_of: StreamInfo) -> AccessUnit:
        ticks = (self.length_ms + GAP_MS) * scale_of.tracks[unit.track].timescale // 1000
        return replace(unit, dts=unit.dts + ticks, pts=unit.pts + ticks, wall_ms=unit.wall_ms + self.length_ms + GAP_MS)

    async def describe(self) -> StreamInfo:
        return self.what.info

    def span(self) -> tuple[int, int]:
        return START_MS, START_MS + 2 * self.length_ms + GAP_MS

    def pieces(self, start_ms: int, end_ms: int, *, backwards: bool) -> Iterator[Piece]:
        keys = [piece.units[0].wall_ms for piece in self.pieces_]
        first = max((key for key in keys if key <= start_ms), default=keys[0])
        chosen = [piece for piece, key in zip(self.pieces_, keys, strict=True) if first <= key < end_ms]
        yield from reversed(chosen) if backwards else chosen


@asynccontextmanager
async def served(shelf: Shelf) -> AsyncIterator[RtspServer]:
    server = RtspServer()
    server.mount_archive("/card", shelf, {"ann": "secret"})
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def fetch(server: RtspServer, start_ms: int, end_ms: int) -> list[AccessUnit]:
    found: list[AccessUnit] = []
    async with asyncio.timeout(40):
        async for part in replayed(
            Target.of(f"rtsp://ann:secret@127.0.0.1:{server.port}/card"), start_ms, end_ms, silent=5
        ):
            if not isinstance(part, StreamInfo):
                found += part
    return found


@pytest.mark.parametrize(("video", "audio"), [("libx264", "aac"), ("libx265", "pcm_mulaw")])
async def test_our_client_gets_all_of_it_with_its_times(video: str, audio: str) -> None:
    shelf = Shelf(clip(video, audio))
    async with served(shelf) as server:
        got = await fetch(server, *shelf.span())
    pictures = [unit for unit in got if unit.track == 0]
    sent = [unit for piece in shelf.pieces_ for unit in piece.units if unit.track == 0]
    assert [unit.data for unit in pictures] == [unit.data for unit in sent]
    assert max(abs(unit.wall_ms - one.wall_ms) for unit, one in zip(pictures, sent, strict=True)) <= 1
    assert max(after.wall_ms - before.wall_ms for before, after in pairwise(pictures)) >= GAP_MS


async def test_a_range_begins_at_the_keyframe_before_it() -> None:
    shelf = Shelf(clip())
    second = shelf.pieces_[1].units[0].wall_ms
    async with served(shelf) as server:
        got = await fetch(server, second + 100, second + 200)
    assert got[0].keyframe and abs(got[0].wall_ms - second) <= 1
    with pytest.raises(SourceError) as refused:
        async with served(shelf) as server:
            await fetch(server, START_MS - 10_000_000, START_MS - 9_000_000)
    assert refused.value.fault in (Fault.PATH, Fault.PROTOCOL)


class Wire:
    """An RTSP client by hand, that keeps each packet's stamp and RTP time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, url: str) -> None:
        self.reader, self.writer, self.url = reader, writer, url
        self.packets: list[bytes] = []
        self.count = 0

    async def ask(self, method: str, path: str = "", **headers: str) -> tuple[int, str]:
        self.count += 1
        lines = [f"{method} {self.url}{path} RTSP/1.0", f"CSeq: {self.count}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.writer.write("\r\n".join([*lines, "", ""]).encode())
        while not (first := await self.reader.readexactly(1)).isalpha():
            await self.packet()
        head = (first + await self.reader.readuntil(b"\r\n\r\n")).decode()
        length = next((int(line[16:]) for line in head.split("\r\n") if line.startswith("Content-Length: ")), 0)
        body = (await self.reader.readexactly(length)).decode()
        return int(head.split()[1]), head + body

    async def packet(self) -> bool:
        """One interleaved packet after its dollar sign; whether it was a goodbye."""
        channel, size = struct.unpack("!BH", await self.reader.readexactly(3))
        data = await self.reader.readexactly(size)
        if channel == 0:
            self.packets.append(data)
        return channel % 2 == 1 and data[8:10] == b"\x81\xcb"

    async def rest(self) -> None:
        """All packets until the goodbye."""
        while await self.reader.readexactly(1) == b"$" and not await self.packet():
            pass

    @property
    def stamps(self) -> list[Stamp]:
        return [stamp for data in self.packets if (stamp := stamp_of(data, 0, len(data))) is not None]


@asynccontextmanager
async def wired(shelf: Shelf) -> AsyncIterator[Wire]:
    server = RtspServer()
    server.mount_archive("/card", shelf)
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    wire = Wire(reader, writer, f"rtsp://127.0.0.1:{server.port}/card")
    assert urlsplit(wire.url).port == server.port
    try:
        async with asyncio.timeout(40):
            assert (await wire.ask("SETUP", "/trackID=0", Transport="RTP/AVP/TCP;unicast;interleaved=0-1"))[0] == 200
            yield wire
    finally:
        writer.close()
        await server.stop()


async def test_what_is_special_is_marked() -> None:
    shelf = Shelf(clip())
    async with wired(shelf) as wire:
        status, told = await wire.ask("PLAY", Require="onvif-replay", Rate_Control="no")
        assert status == 200 and "Rate-Control: no" in told and "Range: clock=20231114T221320" in told
        await wire.rest()
    sent = [(piece, unit) for piece in shelf.pieces_ for unit in piece.units if unit.track == 0]
    assert len(wire.stamps) == len(sent)
    for stamp, (piece, unit) in zip(wire.stamps, sent, strict=True):
        assert abs(stamp.wall_ms - unit.wall_ms) < 1
        assert bool(stamp.flags & CLEAN) == unit.keyframe
        assert bool(stamp.flags & BROKEN) == (piece.broken and unit is piece.units[0])
        assert bool(stamp.flags & END) == (piece.ends and unit is piece.units[-1])


async def test_keyframes_only_and_backwards() -> None:
    shelf = Shelf(clip())
    async with wired(shelf) as wire:
        await wire.ask("PLAY", Rate_Control="no", Frames="intra", Scale="-1.0")
        await wire.rest()
    keys = [unit.wall_ms for piece in shelf.pieces_ for unit in piece.units if unit.track == 0 and unit.keyframe]
    assert [round(stamp.wall_ms) for stamp in wire.stamps] == keys[::-1]
    assert all(stamp.flags & BROKEN for stamp in wire.stamps)


async def test_pause_and_go_on() -> None:
    shelf = Shelf(clip())
    async with wired(shelf) as wire:
        await wire.ask("PLAY", Scale="0.5")
        assert await wire.reader.readexactly(1) == b"$"
        await wire.packet()
        assert (await wire.ask("PAUSE"))[0] == 200
        before = len(wire.stamps)
        await wire.ask("PLAY", Rate_Control="no")
        await wire.rest()
    assert before < 10 and len(wire.stamps) >= 2 * len(shelf.what.of(0))


@pytest.mark.parametrize("asked", ["npt=0-", "clock=20010101T000000Z-20010102T000000Z", "clock=20239999T000000Z-"])
async def test_other_ranges_are_refused(asked: str) -> None:
    async with wired(Shelf(clip())) as wire:
        assert (await wire.ask("PLAY", Range=asked))[0] == 457


async def test_the_description_tells_the_span_and_the_tracks() -> None:
    shelf = Shelf(clip(audio="aac"))
    async with wired(shelf) as wire:
        _, told = await wire.ask("DESCRIBE", Require="onvif-replay")
    assert "a=range:clock=20231114T221320.000Z-" in told
    assert "a=x-onvif-track:VIDEO001" in told and "a=x-onvif-track:AUDIO001" in told
