"""The metadata track, from a server that sends it in pieces."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from core.media.rtsp.metadata import Documents, documents
from core.media.rtsp.session import Target
from core.media.source import Fault, SourceError

VIDEO = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:video\r\n"
METADATA = "m=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\na=control:meta\r\n"


def packet(sequence: int, stamp: int, payload: bytes, marker: bool = False, kind: int = 107) -> bytes:
    return struct.pack(">BBHII", 0x80, kind | (128 if marker else 0), sequence & 0xFFFF, stamp, 7) + payload


@asynccontextmanager
async def serving(description: str, packets: list[bytes], asked: list[str]) -> AsyncIterator[Target]:
    """An RTSP server of a few lines: it sends these packets on channel 0 after PLAY, then nothing."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                method, url, _ = head.split(" ", 2)
                cseq = next(line.split(":")[1].strip() for line in head.split("\r\n") if line.startswith("CSeq"))
                asked.append(f"{method} {url.rpartition('/')[2]}")
                body = f"v=0\r\n{description}".encode() if method == "DESCRIBE" else b""
                more = "Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n" if method == "SETUP" else ""
                writer.write(
                    f"RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body
                )
                if method == "PLAY":
                    for one in packets:
                        writer.write(b"$\x00" + struct.pack(">H", len(one)) + one)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield Target.of(f"rtsp://127.0.0.1:{port}/cam")


async def test_documents_come_whole_and_the_pictures_are_not_asked_for() -> None:
    packets = [
        packet(1, 5, b"<a>"),
        packet(2, 5, b"</a>", marker=True),
        packet(3, 9, b"<b/>"),
        packet(4, 12, b"<c/>", True),
    ]
    asked: list[str] = []
    async with serving(VIDEO + METADATA, packets, asked) as target, aclosing(documents(target)) as found:
        assert [await asyncio.wait_for(anext(found), 20) for _ in range(3)] == [b"<a></a>", b"<b/>", b"<c/>"]
    assert [one for one in asked if one.startswith("SETUP")] == ["SETUP meta"]


async def test_a_stream_without_metadata_says_so() -> None:
    async with serving(VIDEO, [], []) as target:
        with pytest.raises(SourceError, match="sends no metadata") as caught:
            await anext(documents(target))
        assert caught.value.fault is Fault.PATH


async def test_silence_ends_it() -> None:
    async with serving(METADATA, [], []) as target:
        with pytest.raises(SourceError, match=r"no metadata for 0\.2 s"):
            await anext(documents(target, silent=0.2))


def whole(found: Documents) -> list[bytes]:
    return [found.whole.get_nowait() for _ in range(found.whole.qsize())]


async def test_what_lacks_a_packet_is_passed_over_and_what_is_too_long_as_well() -> None:
    found = Documents(107)
    for one in (packet(1, 5, b"<a>"), packet(3, 5, b"</a>", True), packet(4, 6, b"<b/>", True)):
        found.packet(one, 0, len(one))
    assert whole(found) == [b"<b/>"]
    for number in range(5, 40):
        one = packet(number, 7, bytes(60_000), number == 39)
        found.packet(one, 0, len(one))
    one = packet(40, 8, b"<c/>", True)
    found.packet(one, 0, len(one))
    assert whole(found) == [b"<c/>"]


async def test_a_reader_that_is_slow_gets_the_newest() -> None:
    found = Documents(107)
    for number in range(100):
        one = packet(number, number, b"%d" % number, True)
        found.packet(one, 0, len(one))
    assert whole(found) == [b"%d" % number for number in range(68, 100)]
