"""The channel layer between the processes of one machine: in memory, and over the supervisor's hub to the others."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import msgpack
from channels.layers import InMemoryChannelLayer

from core.configuration import configuration
from core.publishing import LENGTH, LISTEN, MAX_FRAME, frame, hub_path

MAX_BACKLOG = 1024 * 1024  # bytes not yet taken by the hub, per loop
RECONNECT_SECONDS = (0.05, 0.2, 1.0)
log = logging.getLogger("eyrie.web.layer")


class _Connection:
    """One event loop's connection to the hub: kept up while the loop runs, bounded in both directions."""

    def __init__(self, path: Path, layer: HubChannelLayer) -> None:
        self._path = path
        self._layer = layer
        self._writer: asyncio.StreamWriter | None = None
        self.connected = asyncio.Event()
        self.tried = asyncio.Event()  # the first attempt is over, either way
        self._task = asyncio.get_running_loop().create_task(self._run())

    def send(self, data: bytes) -> None:
        """Hand to the hub, or drop when it is away or does not keep up."""
        writer = self._writer
        if writer is not None and writer.transport.get_write_buffer_size() < MAX_BACKLOG:
            writer.write(data)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        attempt = 0
        while True:
            try:
                reader, self._writer = await asyncio.open_unix_connection(self._path)
                self._writer.write(LISTEN)
                attempt = 0
                self.connected.set()
                self.tried.set()
                await self._listen(reader)
            except (OSError, asyncio.IncompleteReadError, ValueError) as error:
                if attempt == len(RECONNECT_SECONDS):
                    log.info("the hub at %s is away (%s); only messages of this process arrive", self._path, error)
            finally:
                self._disconnect()
            await asyncio.sleep(RECONNECT_SECONDS[min(attempt, len(RECONNECT_SECONDS) - 1)])
            attempt += 1

    def _disconnect(self) -> None:
        self.connected.clear()
        self.tried.set()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while True:
            (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
            if length > MAX_FRAME:
                raise ValueError(f"the hub announced a frame of {length} bytes")
            await self._layer.arrived(msgpack.unpackb(await reader.readexactly(length)))


class HubChannelLayer(InMemoryChannelLayer):  # type: ignore[misc]  # channels has no types
    """Groups across processes; `send` reaches channels of this process only. Messages may be lost, never delayed: at
    most `capacity` wait for a slow consumer.

    A loop that used a group stays connected until it ends; connections are per loop, as their streams belong to it.
    """

    def __init__(self, path: Path | str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._path = Path(path) if path else hub_path(configuration())
        self._connections: WeakKeyDictionary[asyncio.AbstractEventLoop, _Connection] = WeakKeyDictionary()

    def connection(self) -> _Connection:
        """The running loop's connection, begun if there is none."""
        loop = asyncio.get_running_loop()
        found = self._connections.get(loop)
        if found is None:
            found = self._connections[loop] = _Connection(self._path, self)
        return found

    async def arrived(self, body: dict[str, Any]) -> None:
        """Deliver to this process what another one sent."""
        await super().group_send(body["group"], body["message"])

    async def group_add(self, group: str, channel: str) -> None:
        """Let a channel of this process hear a group."""
        self.connection()
        await super().group_add(group, channel)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        """Send to a group's members in all processes."""
        await super().group_send(group, message)
        connection = self.connection()
        await connection.tried.wait()
        connection.send(frame({"group": group, "message": message}))

    async def close(self) -> None:
        """End the running loop's connection."""
        found = self._connections.pop(asyncio.get_running_loop(), None)
        if found is not None:
            await found.close()
        await super().close()
