"""The hub of the channel layer: repeats each frame of one process to all others that listen. It looks into none.

A frame is a big-endian 32-bit length and that many bytes (core.publishing). Whoever wants to listen says so by a frame
of length 0 in the beginning.
"""

from __future__ import annotations

import asyncio
import logging
import struct
from pathlib import Path

LENGTH = struct.Struct(">I")  # as in core.publishing, which this process is too small to import
LISTEN = LENGTH.pack(0)
MAX_FRAME = 1024 * 1024
MAX_BACKLOG = 4 * 1024 * 1024  # bytes that a slow reader may leave lying before it is cut off
log = logging.getLogger("eyrie.supervisor.hub")


class Hub:
    """Listens on a unix socket (mode 0600) from `start` to `stop`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._members: set[_Member] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to listen; a socket file left by a killed predecessor is replaced."""
        self._path.unlink(missing_ok=True)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(lambda: _Member(self), self._path)
        self._path.chmod(0o600)

    async def stop(self) -> None:
        """Cut all connections and remove the socket file."""
        if self._server is not None:
            self._server.close()
            for member in list(self._members):
                member.cut()
            await self._server.wait_closed()
        self._path.unlink(missing_ok=True)

    def joined(self, member: _Member) -> None:
        """A process connected."""
        self._members.add(member)

    def left(self, member: _Member) -> None:
        """A process disconnected or was cut off."""
        self._members.discard(member)

    def relay(self, sender: _Member, data: bytes) -> None:
        """Send whole frames to every listener but their sender."""
        for member in list(self._members):
            if member.listening and member is not sender:
                member.send(data)


class _Member(asyncio.Protocol):
    """One connection."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self.listening = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # for the type checker: unix streams are
        self._transport = transport
        self._hub.joined(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._hub.left(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.listening and self._buffer.startswith(LISTEN):
            self.listening = True
            del self._buffer[: len(LISTEN)]
        end = self._whole_frames()
        if end:
            self._hub.relay(self, bytes(self._buffer[:end]))
            del self._buffer[:end]

    def send(self, data: bytes) -> None:
        """Queue for this process, or cut it off when it does not read: it reconnects and asks the database."""
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > MAX_BACKLOG:
            log.warning("a process does not read its messages and is cut off; it will connect again")
            self.cut()

    def cut(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def _whole_frames(self) -> int:
        end = 0
        while len(self._buffer) >= end + LENGTH.size:
            (length,) = LENGTH.unpack_from(self._buffer, end)
            if length > MAX_FRAME:
                log.warning("a process sent a frame of %d bytes and is cut off", length)
                self._buffer.clear()
                self.cut()
                return 0
            if len(self._buffer) < end + LENGTH.size + length:
                break
            end += LENGTH.size + length
        return end
