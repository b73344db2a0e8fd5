"""Finding RTSP servers: each address is asked for its OPTIONS (RFC 2326 section 10.1), which takes no credentials."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence

from core.api import FoundCamera

PORTS = (554, 8554)
"""Where cameras serve RTSP: the port of RFC 2326, and the one that servers take without being root."""
AT_ONCE = 128
PATIENCE = 1.0
"""Seconds for one address to answer: it is on the same network, or next door."""
MOST_SAID = 4096
_SERVER = re.compile(rb"^server:[ \t]*([^\r\n]{1,80})", re.IGNORECASE | re.MULTILINE)


async def search(addresses: Sequence[str], seconds: float, ports: Sequence[int] = PORTS) -> list[FoundCamera]:
    """Those that speak RTSP, of the first that can be asked within `seconds`; AT_ONCE at a time."""
    waiting = iter([place for address in addresses for place in _places(address, ports)])
    found: list[FoundCamera] = []
    askers = [asyncio.create_task(_ask_each(waiting, found)) for _ in range(AT_ONCE)]
    _, late = await asyncio.wait(askers, timeout=seconds)
    for asker in late:
        asker.cancel()
    await asyncio.gather(*askers, return_exceptions=True)
    return found


def _places(address: str, ports: Sequence[int]) -> list[tuple[str, int]]:
    name, _, port = address.partition(":")
    return [(name, int(port))] if port else [(name, port) for port in ports]


async def _ask_each(waiting: Iterator[tuple[str, int]], found: list[FoundCamera]) -> None:
    for address, port in waiting:
        said = await _options(address, port)
        if said.startswith(b"RTSP/1."):
            place = address if port == PORTS[0] else f"{address}:{port}"
            named = _SERVER.search(said)
            title = named[1].decode("utf-8", "replace").strip() if named else ""
            found.append(FoundCamera(place, title, {"url": f"rtsp://{place}/"}))


async def _options(address: str, port: int) -> bytes:
    """What it answers; nothing when it does not, or is no RTSP server."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(address, port)
            try:
                writer.write(f"OPTIONS rtsp://{address}:{port}/ RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
                return await reader.readuntil(b"\r\n\r\n")
            finally:
                writer.close()
    except asyncio.LimitOverrunError:
        return b""
    except asyncio.IncompleteReadError as cut:
        return cut.partial[:MOST_SAID]
    except (OSError, TimeoutError):
        return b""
