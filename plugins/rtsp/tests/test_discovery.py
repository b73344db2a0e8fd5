"""Finding RTSP servers among addresses that answer something else, nothing, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from plugins.rtsp.discovery import search
from plugins.rtsp.tests.test_driver import camera, free_port

HERE = "127.0.0.1"


@asynccontextmanager
async def speaking(said: bytes) -> AsyncIterator[int]:
    """A server that says one thing to everybody, or stays silent."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        if said:
            writer.close()

    server = await asyncio.start_server(answer, HERE, 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def port_of(url: str) -> int:
    return int(url.split(":")[2].split("/")[0])


async def test_a_camera_is_found_without_its_credentials() -> None:
    async with camera() as settings:
        port = port_of(settings.url)
        found = await search([f"{HERE}:{port}"], 5)
    assert [(one.address, one.settings) for one in found] == [(f"{HERE}:{port}", {"url": f"rtsp://{HERE}:{port}/"})]


async def test_the_server_says_what_it_is() -> None:
    async with speaking(b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nServer: Acme Eye 3\r\n\r\n") as port:
        found = await search([HERE], 5, (port,))
    assert [one.title for one in found] == ["Acme Eye 3"]


async def test_what_is_no_camera_is_left_out() -> None:
    for said in (b"HTTP/1.1 200 OK\r\n\r\n", b"", b"x" * 100_000):
        async with speaking(said) as port:
            assert await search([HERE], 5, (port, free_port())) == []


async def test_the_time_is_kept_and_what_was_found_is_told() -> None:
    """Thousands of silent addresses: the first asked answers, the others would take hours."""
    async with camera() as settings, speaking(b"") as silent:
        found = await search([HERE] * 100_000, 2, (port_of(settings.url), silent))
    assert found
