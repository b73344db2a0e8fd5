"""Viewers of live pictures that do nothing but take them: a process of its own, so that their cost is not the server's.

Arguments: host:port, token, how many, camera ids they are spread over. With `--stalled` they stop reading after the
first bytes; with `--converted` they want H.264 whatever the camera sends. Prints one line when all have their first
bytes; at SIGTERM one JSON line: seconds, bytes, the fewest bytes of one viewer.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import signal
import socket
import sys
import time
from typing import cast

SMALL_BUFFER = 64 * 1024


class Taker(asyncio.Protocol):
    """One viewer: shakes hands (RFC 6455), then counts bytes or, stalled, reads no more after the first."""

    def __init__(self, host: str, path: str, token: str, stalled: bool) -> None:
        self.bytes = 0
        self.begun = asyncio.get_running_loop().create_future()
        self._request = "\r\n".join(
            [
                f"GET {path} HTTP/1.1",
                f"Host: {host}",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
                f"Authorization: Token {token}",
                "\r\n",
            ]
        )
        self._stalled = stalled
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request.encode())

    def data_received(self, data: bytes) -> None:
        self.bytes += len(data)
        if self.bytes > 2000 and not self.begun.done():
            self.begun.set_result(None)
            if self._stalled and self._transport is not None:
                self._transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.begun.done():
            self.begun.set_exception(ConnectionError(f"hung up after {self.bytes} bytes"))


async def view(address: str, token: str, count: int, cameras: list[int], flags: set[str]) -> None:
    """Watch until SIGTERM."""
    stalled, converted = "--stalled" in flags, "&as=h264&width=1280" if "--converted" in flags else ""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    host, _, port = address.partition(":")
    takers = []
    for number in range(count):
        path = f"/ws/v1/cameras/{cameras[number % len(cameras)]}/live/?stream=main{converted}"
        line = socket.create_connection((host, int(port)))
        if stalled:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        line.setblocking(False)
        _, taker = await loop.create_connection(lambda path=path: Taker(address, path, token, stalled), sock=line)  # type: ignore[misc]
        takers.append(taker)
    await asyncio.gather(*(taker.begun for taker in takers))
    began, before = time.monotonic(), [taker.bytes for taker in takers]
    print("watching", flush=True)
    await ended.wait()
    taken = [taker.bytes - old for taker, old in zip(takers, before, strict=True)]
    print(json.dumps({"seconds": time.monotonic() - began, "bytes": sum(taken), "fewest": min(taken)}), flush=True)


def main() -> int:
    flags = {word for word in sys.argv[1:] if word.startswith("--")}
    address, token, count, *cameras = (word for word in sys.argv[1:] if word not in flags)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(view(address, token, int(count), [int(camera) for camera in cameras], flags))
    return 0


if __name__ == "__main__":
    sys.exit(main())
