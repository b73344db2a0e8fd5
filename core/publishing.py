"""Telling other processes what happened, from code that is not async: recorder threads, the worker, sync views.

Messages travel as frames, a big-endian 32-bit length and a msgpack map `{"group": …, "message": …}`, over the hub's
unix socket `<data>/run/hub.sock`; with EYRIE_REDIS_URL they go through the Redis channel layer. They are small and
may be lost (a process that was away asks the database), so nothing here waits for long. Never send media this way.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgpack

from core.configuration import Configuration, configuration

LENGTH = struct.Struct(">I")
LISTEN = LENGTH.pack(0)  # sent once by who wants to hear the others; a publisher only speaks
MAX_FRAME = 1024 * 1024
_USUAL = 2048  # bytes to pack into at first; by default a quarter of a mebibyte, each time
SEND_TIMEOUT = 0.5  # seconds
log = logging.getLogger("eyrie.publishing")


def hub_path(config: Configuration) -> Path:
    """Where the hub listens."""
    return config.data / "run" / "hub.sock"


def frame(body: Mapping[str, Any]) -> bytes:
    """A message as it goes over the hub. Raises ValueError when it is larger than MAX_FRAME."""
    packed: bytes = msgpack.packb(dict(body), buf_size=_USUAL)
    if len(packed) > MAX_FRAME:
        raise ValueError(f"a message of {len(packed)} bytes is too large for the hub; send what it is about instead")
    return LENGTH.pack(len(packed)) + packed


class Publisher:
    """A connection to the hub for threads: made when first needed, made anew when lost."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._reachable = True

    def publish(self, group: str, message: Mapping[str, Any]) -> bool:
        """Send to every other process; False when no hub took it, which is normal while nothing is served."""
        data = frame({"group": group, "message": dict(message)})
        with self._lock:
            # A connection that the hub has closed is noticed only when it is used, hence the second attempt.
            sent = self._send(data) or self._send(data)
            if sent != self._reachable:
                self._reachable = sent
                log.info("the hub at %s is %s", self._path, "back" if sent else "away; messages are dropped")
        return sent

    def close(self) -> None:
        """Close the connection; the next message opens another."""
        with self._lock:
            self._drop()

    def _send(self, data: bytes) -> bool:
        try:
            if self._socket is None:
                self._socket = self._connect()
            self._socket.sendall(data)
        except OSError:
            self._drop()
            return False
        return True

    def _connect(self) -> socket.socket:
        found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        found.settimeout(SEND_TIMEOUT)
        try:
            found.connect(str(self._path))
        except OSError:
            found.close()
            raise
        return found

    def _drop(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):  # whatever became of it, the next message opens another
                self._socket.close()
            self._socket = None


class RedisPublisher:
    """The same through the Redis channel layer."""

    def __init__(self) -> None:
        self._reachable = True

    def publish(self, group: str, message: Mapping[str, Any]) -> bool:
        """Send to every other process; False when Redis did not take it in time."""
        from asgiref.sync import async_to_sync
        from channels.layers import get_channel_layer
        from redis.exceptions import RedisError

        async def send() -> None:
            await asyncio.wait_for(get_channel_layer().group_send(group, dict(message)), SEND_TIMEOUT)

        why = ""
        try:
            async_to_sync(send)()
        except (RedisError, OSError) as error:  # TimeoutError among them
            why = str(error) or type(error).__name__
        if self._reachable != (not why):
            self._reachable = not why
            log.info("Redis is %s", f"away; messages are dropped ({why})" if why else "back")
        return not why


@cache
def _publisher() -> Publisher | RedisPublisher:
    return RedisPublisher() if configuration().redis_url else Publisher(hub_path(configuration()))


def publish(group: str, message: Mapping[str, Any]) -> None:
    """Send `message` (msgpack-able, with a `type` as Channels wants) to all members of a channel-layer group.

    Blocks at most SEND_TIMEOUT seconds; not for an event loop, which awaits `get_channel_layer().group_send`.
    """
    _publisher().publish(group, message)
