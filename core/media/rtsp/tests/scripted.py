"""An RTSP server that does exactly what a test tells it: for what no decent server does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from core.media.rtsp.message import Request, encode_response, parse_head

SDP = (
    b"v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n"
    b"a=fmtp:96 sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==\r\n"
)
PICTURE = b"\x65\x88" + bytes(100)

Answer = bytes | None


def ok(*fields: tuple[str, str], body: bytes = b"", status: int = 200, reason: str = "OK") -> Callable[[str], bytes]:
    """An answer to be completed with the request's CSeq."""
    return lambda cseq: encode_response(status, reason, (("CSeq", cseq), *fields), body)


def media(sequence: int, timestamp: int, payload: bytes = PICTURE, channel: int = 0) -> bytes:
    """One interleaved packet with the marker bit set."""
    packet = b"\x80\xe0" + sequence.to_bytes(2, "big") + timestamp.to_bytes(4, "big") + b"\0\0\0\1" + payload
    return b"$" + bytes((channel,)) + len(packet).to_bytes(2, "big") + packet


@dataclass
class Scripted:
    """answers: what a method is answered with, in order, the last for ever. after_play: sent behind PLAY's answer."""

    answers: dict[str, list[Callable[[str], bytes]]] = field(default_factory=dict)
    after_play: list[bytes] = field(default_factory=list)
    close_after_play: bool = False
    requests: list[Request] = field(default_factory=list)
    port: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        setup = ok(("Session", "7;timeout=60"), ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1"))
        decent = {
            "OPTIONS": ok(("Public", "DESCRIBE, SETUP, PLAY")),
            "DESCRIBE": ok(body=SDP),
            "SETUP": setup,
            "PLAY": ok(),
            "TEARDOWN": ok(),
            "GET_PARAMETER": ok(),
        }
        self.answers = {method: [answer] for method, answer in decent.items()} | self.answers

    def methods(self) -> list[str]:
        """What was asked so far."""
        return [request.method for request in self.requests]

    async def asked(self, method: str, times: int = 1) -> None:
        """Wait until a method was asked for so often."""
        while self.methods().count(method) < times:
            self.news.clear()
            await self.news.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        try:
            while True:
                head = parse_head(await reader.readuntil(b"\r\n\r\n"))
                if not isinstance(head, Request):
                    continue
                self.requests.append(head)
                self.news.set()
                rest = self.answers[head.method]
                answer = rest.pop(0) if len(rest) > 1 else rest[0]
                writer.write(answer(head.headers.get("CSeq")))
                if head.method == "PLAY":
                    for data in self.after_play:
                        writer.write(data)
                    await writer.drain()
                    if self.close_after_play:
                        return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def running(script: Scripted) -> AsyncIterator[Scripted]:
    """The server on a free port of the loopback."""
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await script.serve(reader, writer)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()
        await asyncio.sleep(0)
        for task in tasks:
            if not task.done():
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
