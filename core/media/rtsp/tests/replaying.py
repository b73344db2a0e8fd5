"""A device that keeps recordings and replays them by RTSP with the extension 0xABAC: as little as the tests need."""

from __future__ import annotations

import asyncio
import re
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from core.media.rtsp.message import Request, encode_response, parse_head
from core.media.rtsp.packetise import clock_rate, packetiser, payload_type
from core.media.rtsp.replay_stamps import BROKEN, CLEAN, TERMINAL
from core.media.rtsp.serving_sdp import session_description
from core.media.rtsp.tests.clips import Clip
from core.media.units import AccessUnit

NTP = 2_208_988_800


@dataclass
class Card:
    """start_ms: UTC of the clip's begin. breaks: after so many pictures so many ms are missing. flags: whether T is
    set; bye: whether RTCP says goodbye; stop_after: pictures after which nothing more comes, or `hang_up`; stamped.
    """

    clip: Clip
    start_ms: int = 1_700_000_000_000
    breaks: dict[int, int] = field(default_factory=dict)
    terminal: bool = True
    bye: bool = False
    stop_after: int = 10**9
    hang_up: bool = False
    stamped: bool = True
    repeat: int = 1
    sent: int = 0
    port: int = 0
    requests: list[Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/card"

    @property
    def length_ms(self) -> int:
        return len(self.clip.of(0)) * 1000 * self.repeat // 30

    def units(self) -> Iterator[tuple[AccessUnit, int, bool]]:
        """Units with the UTC ms at which they were recorded, and whether something is missing before."""
        pictures, missing, length = 0, 0, len(self.clip.of(0)) * 1000 // 30
        for turn in range(self.repeat):
            zero = self.clip.of(0)[0].dts
            for unit in self.clip.units:
                rate = self.clip.info.tracks[unit.track].timescale
                broken = False
                if unit.track == 0:
                    broken = pictures in self.breaks
                    missing += self.breaks.get(pictures, 0)
                    pictures += 1
                shift = turn * length * rate // 1000
                at_ms = self.start_ms + missing + turn * length
                at_ms += round((unit.pts - zero * rate / self.clip.info.tracks[0].timescale) * 1000 / rate)
                yield replace(unit, dts=unit.dts + shift, pts=unit.pts + shift), at_ms, broken

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = session_description(self.clip.info, "127.0.0.1", 1)
        try:
            while True:
                request = parse_head(await reader.readuntil(b"\r\n\r\n"))
                if not isinstance(request, Request):
                    continue
                self.requests.append(request)
                fields = [("CSeq", request.headers.get("CSeq")), ("Session", "1;timeout=60")]
                if request.method == "SETUP":
                    fields.append(("Transport", request.headers.get("Transport")))
                body = session if request.method == "DESCRIBE" else b""
                writer.write(encode_response(200, "OK", fields, body))
                if request.method == "PLAY":
                    await self._play(request, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _play(self, request: Request, writer: asyncio.StreamWriter) -> None:
        found = re.fullmatch(r"clock=(\S+)-(\S+)", request.headers.get("Range"))
        assert found is not None
        start, end = (datetime.strptime(text, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC) for text in found.groups())
        start_ms, end_ms = round(start.timestamp() * 1000), round(end.timestamp() * 1000)
        tracks, sequence, pictures = self.clip.info.tracks, [0] * 9, 0
        makers = {track.index: packetiser(track) for track in tracks}
        keys = [at for unit, at, _ in self.units() if unit.track == 0 and unit.keyframe and at <= start_ms]
        chosen = [one for one in self.units() if max(keys, default=0) <= one[1] <= end_ms]
        for number, (unit, at_ms, broken) in enumerate(chosen):
            pictures += unit.track == 0
            if pictures > self.stop_after:
                break
            last = not any(one[0].track == 0 for one in chosen[number + 1 :])
            flags = (CLEAN if unit.keyframe else 0) | (BROKEN if broken else 0)
            flags |= TERMINAL if last and self.terminal and unit.track == 0 else 0
            for payload, marker in _marked(makers[unit.track].payloads(unit)):
                track = tracks[unit.track]
                time = (unit.pts * clock_rate(track) // track.timescale + 12345) & 0xFFFFFFFF
                packet = struct.pack(
                    "!BBHII", 0x90, payload_type(track) | marker, sequence[unit.track] & 0xFFFF, time, 7
                )
                sequence[unit.track] += 1
                if not self.stamped:
                    packet = bytes((0x80,)) + packet[1:]
                else:
                    packet += struct.pack(
                        "!HHIIBBH", 0xABAC, 3, at_ms // 1000 + NTP, (at_ms % 1000 << 32) // 1000, flags, 0, 0
                    )
                packet += payload
                writer.write(b"$" + bytes((2 * unit.track,)) + len(packet).to_bytes(2) + packet)
            self.sent += 1
            await writer.drain()
        if self.bye:
            writer.write(
                b"$\x01\x00\x10" + struct.pack("!BBHI", 0x80, 201, 1, 7) + struct.pack("!BBHI", 0x81, 203, 1, 7)
            )
        if self.hang_up:
            writer.close()


def _marked(payloads: list[bytes]) -> Iterator[tuple[bytes, int]]:
    for number, payload in enumerate(payloads):
        yield payload, 0x80 if number == len(payloads) - 1 else 0


@asynccontextmanager
async def kept(card: Card) -> AsyncIterator[Card]:
    """The device, on a free port."""
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await card.serve(reader, writer)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    card.port = server.sockets[0].getsockname()[1]
    try:
        yield card
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
