"""A bare RTSP client for tests of the server: says what it is told to, and shows every byte that comes back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from core.media.rtsp.serving_auth import digest_response

SECONDS = 10


@dataclass
class Reply:
    """An answer of the server."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Packet:
    """An interleaved packet; RTP fields mean nothing for RTCP."""

    channel: int
    data: bytes

    @property
    def sequence(self) -> int:
        return int.from_bytes(self.data[2:4])

    @property
    def timestamp(self) -> int:
        return int.from_bytes(self.data[4:8])

    @property
    def marker(self) -> bool:
        return bool(self.data[1] & 0x80)


class Talker:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self.writer = reader, writer
        self._sequence = 0
        self.session = ""
        self.packets: list[Packet] = []

    @classmethod
    async def to(cls, port: int) -> Talker:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def say(self, method: str, url: str, **headers: str) -> Reply:
        """Send a request and wait for its answer; packets that come in between are kept."""
        self._sequence += 1
        lines = [f"{method} {url} RTSP/1.0", f"CSeq: {self._sequence}"]
        if self.session:
            lines.append(f"Session: {self.session}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.writer.write("\r\n".join([*lines, "", ""]).encode())
        async with asyncio.timeout(SECONDS):
            while not isinstance(item := await self._next(), Reply):
                self.packets.append(item)
        assert item.headers["cseq"] == str(self._sequence)
        self.session = self.session or item.headers.get("session", "").partition(";")[0]
        return item

    async def say_as(self, user: str, password: str, method: str, url: str, challenge: str) -> Reply:
        """Say it again with digest credentials for this challenge."""
        given = dict(part.strip().split("=", 1) for part in challenge.removeprefix("Digest ").split(","))
        given = {name: value.strip('"') for name, value in given.items()} | {"username": user, "uri": url}
        given["response"] = digest_response(given, method, password)
        value = ", ".join(f'{name}="{text}"' for name, text in given.items())
        return await self.say(method, url, Authorization=f"Digest {value}")

    async def packet(self) -> Packet:
        """The next interleaved packet."""
        if self.packets:
            return self.packets.pop(0)
        async with asyncio.timeout(SECONDS):
            item = await self._next()
        assert isinstance(item, Packet), item
        return item

    async def closed(self) -> None:
        """Wait until the server has closed; what it still sends is dropped."""
        async with asyncio.timeout(SECONDS):
            while await self._reader.read(65536):
                pass

    async def _next(self) -> Reply | Packet:
        first = await self._reader.readexactly(1)
        if first == b"$":
            head = await self._reader.readexactly(3)
            return Packet(head[0], await self._reader.readexactly(int.from_bytes(head[1:])))
        lines = (first + await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, colon, value = line.partition(": ")
            if colon:
                headers[name.lower()] = value
        body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        return Reply(int(lines[0].split(" ")[1]), headers, body)
