"""HTTP as a small device serves it (RFC 9112): POST and GET, bodies of known length, connections kept."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

MAX_HEAD = 16 * 1024
MAX_BODY = 512 * 1024
IDLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request. headers: names in lower case. local: host:port it arrived at; peer: address it came from."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    local: tuple[str, int]
    peer: str

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


@dataclass(slots=True)
class HttpResponse:
    """One answer. headers: pairs, because a device may offer several challenges."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/soap+xml; charset=utf-8"
    headers: list[tuple[str, str]] = field(default_factory=list)

    def encode(self) -> bytes:
        """The answer as it goes out."""
        lines = [
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body)}",
            *(f"{name}: {value}" for name, value in self.headers),
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


class HungUp(Exception):
    """The device closes the connection instead of answering."""


Answering = Callable[[HttpRequest], Awaitable[HttpResponse]]


class HttpServer:
    """Listens at one address. Every method is called on the loop it was started on.

    port 0 takes a free one; `port` is known once started.
    """

    def __init__(self, answer: Answering, host: str, port: int = 0, ssl_context: ssl.SSLContext | None = None) -> None:
        self.host, self.port = host, port
        self._answer = answer
        self._ssl = ssl_context
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self) -> None:
        """Listen. Raises OSError when the address cannot be bound."""
        self._server = await asyncio.start_server(
            self._accept, self.host, self.port, limit=MAX_HEAD, ssl=self._ssl, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the listener and every connection. Idempotent."""
        if self._server is not None:
            self._server.close()
        tasks = list(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._server = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._connections[task] = writer
        task.add_done_callback(self._connections.pop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        local, peer = writer.get_extra_info("sockname"), writer.get_extra_info("peername")
        try:
            while (request := await _read(reader, (local[0], local[1]), peer[0])) is not None:
                writer.write((await self._answer(request)).encode())
                await writer.drain()
                if request.headers.get("connection", "").lower() == "close":
                    return
        except (HungUp, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass  # the client has gone, talks no HTTP, or is to be treated as if it did not
        finally:
            with contextlib.suppress(OSError):
                writer.close()


async def _read(reader: asyncio.StreamReader, local: tuple[str, int], peer: str) -> HttpRequest | None:
    """The next request; None when what came is no request that this server understands."""
    async with asyncio.timeout(IDLE_SECONDS):
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        pairs = (line.partition(":") for line in lines[1:] if ":" in line)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        length = headers.get("content-length", "0")
        if len(words) != 3 or not length.isdigit() or int(length) > MAX_BODY:
            return None
        body = await reader.readexactly(int(length))
    return HttpRequest(words[0], words[1], headers, body, local, peer)
