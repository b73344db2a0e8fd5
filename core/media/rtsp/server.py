"""A small RTSP server on asyncio (RFC 2326): the simulator's cameras, and Eyrie's own RTSP output.

    server = RtspServer("127.0.0.1", 0, users={"viewer": "secret"})
    server.mount("/street/main", feed)
    await server.start()          # server.port is known from here on
    await server.stop()

Interleaved TCP and UDP, RTSPS with an `ssl.SSLContext`, digest or basic authentication. Mounts may come and go while it
runs.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import ssl
from collections.abc import Mapping
from functools import partial
from typing import Any

from core.media.rtsp.serving_connection import Connection
from core.media.rtsp.serving_message import MAX_HEAD
from core.media.rtsp.serving_mount import Conduct, Feed, Mount
from core.media.rtsp.serving_replay import Archive, Piece, ReplayMount

__all__ = ["Archive", "Conduct", "Feed", "Mount", "Piece", "RtspServer"]

log = logging.getLogger("eyrie.rtsp.server")


class RtspServer:
    """Serves feeds at paths. Every method is called on the loop the server was started on.

    host, port: where to listen; port 0 takes a free one.
    users: name to password; empty lets everybody in. A mount may have users of its own.
    schemes: accepted authentication; the first of "digest" and "basic" present is the one offered.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        users: Mapping[str, str] | None = None,
        ssl_context: ssl.SSLContext | None = None,
        schemes: tuple[str, ...] = ("digest", "basic"),
    ) -> None:
        self.users: Mapping[str, str] = users or {}
        self.schemes = schemes
        self.port = port
        self._host = host
        self._ssl = ssl_context
        self._mounts: dict[str, Mount] = {}
        self._server: asyncio.Server | None = None
        self._connections: dict[Connection, asyncio.Task[None]] = {}
        self._datagrams: tuple[asyncio.DatagramTransport, asyncio.DatagramTransport] | None = None
        self._datagrams_opening = asyncio.Lock()

    def mount(self, path: str, feed: Feed, users: Mapping[str, str] | None = None) -> Mount:
        """Serve a feed at a path such as "/street/main". Raises ValueError when the path is taken."""
        path = "/" + path.strip("/")
        if path in self._mounts:
            raise ValueError(f"{path} is served already")
        self._mounts[path] = Mount(path, feed, self.users if users is None else users)
        return self._mounts[path]

    def mount_archive(self, path: str, archive: Archive, users: Mapping[str, str] | None = None) -> Mount:
        """Replay what an archive has recorded at a path. Raises ValueError when the path is taken."""
        path = "/" + path.strip("/")
        if path in self._mounts:
            raise ValueError(f"{path} is served already")
        self._mounts[path] = ReplayMount(path, archive, self.users if users is None else users)
        return self._mounts[path]

    def unmount(self, path: str) -> None:
        """Serve a path no longer; its clients are disconnected. An unknown path is no error."""
        mount = self._mounts.pop("/" + path.strip("/"), None)
        if mount is not None:
            mount.disconnect()

    def find(self, path: str) -> Mount | None:
        """The mount of a path, or of the path of one of its tracks."""
        return self._mounts.get(path) or self._mounts.get(path.rpartition("/")[0])

    async def start(self) -> None:
        """Listen. Raises OSError when the address cannot be bound."""
        self._server = await asyncio.start_server(
            self._accept, self._host, self.port, ssl=self._ssl, limit=MAX_HEAD, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the listener and every connection, and wait until all are gone. Idempotent."""
        if self._server is not None:
            self._server.close()
        tasks = list(self._connections.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._datagrams is not None:
            for transport in self._datagrams:
                transport.close()
            self._datagrams = None
        self._server = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: one that asyncio's streams make reports its cancellation as an error (Python 3.11).
        connection = Connection(self, reader, writer)
        task = asyncio.get_running_loop().create_task(connection.run())
        self._connections[connection] = task
        task.add_done_callback(partial(self._ended, connection))

    def _ended(self, connection: Connection, task: asyncio.Task[None]) -> None:
        del self._connections[connection]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the connection of %s failed", connection.peer, exc_info=error)

    async def datagram_sockets(self) -> tuple[asyncio.DatagramTransport, asyncio.DatagramTransport]:
        """One pair for all UDP clients, opened when the first comes: an even port and the next (RFC 3550 11)."""
        async with self._datagrams_opening:
            if self._datagrams is None:
                self._datagrams = await self._open_pair()
            return self._datagrams

    async def _open_pair(self) -> tuple[asyncio.DatagramTransport, asyncio.DatagramTransport]:
        loop = asyncio.get_running_loop()
        for _ in range(50):
            port = 20_000 + 2 * secrets.randbelow(10_000)
            opened: list[asyncio.DatagramTransport] = []
            try:
                for number in (port, port + 1):
                    transport, _ = await loop.create_datagram_endpoint(
                        lambda: _Incoming(self), local_addr=(self._host, number)
                    )
                    opened.append(transport)
            except OSError:
                for transport in opened:
                    transport.close()
                continue
            return opened[0], opened[1]
        raise OSError("no free pair of UDP ports between 20000 and 40000")

    def take_datagram(self, address: tuple[str, int], data: bytes) -> None:
        """A UDP client has sent something: its session lives, and it may be sound."""
        for connection in self._connections:
            connection.take_datagram(address, data)


class _Incoming(asyncio.DatagramProtocol):
    """What UDP clients send: receiver reports, of which only the fact that they come is of use, and sound."""

    def __init__(self, server: RtspServer) -> None:
        self._server = server

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._server.take_datagram((str(addr[0]), addr[1]), data)
