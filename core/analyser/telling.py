"""Objects that cameras see by themselves, told by plugins that read them: datagrams at `<data>/run/sights.sock` (0600).

A datagram is a JSON object `{"camera_id": 1, "wall_ms": …, "objects": [{"label", "score", "box", "text"}, …]}`. They
are treated as what a detector saw: followed, drawn, kept, counted at lines. While nobody listens they are lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.hookspecs.events import SeenObject

MOST_OBJECTS = 100
MOST_BYTES = 60_000
log = logging.getLogger("eyrie.analyser")
_objects = TypeAdapter(tuple[SeenObject, ...])
Heard = Callable[[int, int, tuple[SeenObject, ...]], None]


def socket_path(data: Path) -> Path:
    """Where the analyser listens."""
    return data / "run" / "sights.sock"


class Ear(asyncio.DatagramProtocol):
    """Listens from `start` to `stop`. heard: called with camera, UTC ms and objects."""

    def __init__(self, data: Path, heard: Heard) -> None:
        self._path = socket_path(data)
        self._heard = heard
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self) -> None:
        """Begin. Raises OSError."""
        self._path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        listening.bind(str(self._path))
        self._path.chmod(0o600)
        self._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, sock=listening)

    async def stop(self) -> None:
        """Listen no longer."""
        if self._transport is not None:
            self._transport.close()
        self._path.unlink(missing_ok=True)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """What a plugin tells."""
        try:
            said = json.loads(data)
            objects = _objects.validate_python(said["objects"])
            self._heard(int(said["camera_id"]), int(said["wall_ms"]), objects[:MOST_OBJECTS])
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            log.warning("what a plugin tells of a camera is not understood: %s", error)


class Voice:
    """The other side, for any thread; never waits."""

    def __init__(self, data: Path) -> None:
        self._path = str(socket_path(data))
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def tell(self, camera_id: int, wall_ms: int, objects: Sequence[SeenObject]) -> bool:
        """Tell what a camera sees at a moment, UTC ms; whether the analyser got it."""
        body = {"camera_id": camera_id, "wall_ms": wall_ms, "objects": [asdict(one) for one in objects[:MOST_OBJECTS]]}
        data = json.dumps(body, separators=(",", ":")).encode()
        if len(data) > MOST_BYTES:
            return False
        with self._lock, contextlib.suppress(OSError):
            if self._socket is None:
                self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            self._socket.sendto(data, self._path)
            return True
        return False
