"""The recorder's unix socket: status, live fragments and pictures for the web process. See core.recorder.protocol."""

from __future__ import annotations

import asyncio
import logging
import socket
from pathlib import Path
from typing import Any, Protocol, cast

from core.recorder.live import Viewer
from core.recorder.protocol import (
    LENGTH,
    CameraStatus,
    MediaFlag,
    NoSuchStream,
    json_frame,
    media_header,
    parse,
    status_frame,
)

log = logging.getLogger("eyrie.recorder.server")

MOST_WAITING = 8 * 1024 * 1024
"""Bytes that may wait for a reader; above, its watches skip to the next keyframe."""
MOST_ASKED = 64 * 1024


class Cameras(Protocol):
    """What the socket gives access to."""

    def statuses(self) -> list[CameraStatus]:
        """Of every camera."""

    def watch(self, camera_id: int, stream: str, viewer: Viewer) -> None:
        """Begin to show a stream. Raises LookupError with a sentence."""

    def unwatch(self, camera_id: int, stream: str, viewer: Viewer) -> None:
        """End that; no error when the camera is gone."""

    async def picture(self, camera_id: int, stream: str) -> tuple[int, bytes]:
        """The newest keyframe. Raises LookupError with a sentence."""


class CannotListen(Exception):
    """The socket cannot be made; the message is one sentence."""


class Server:
    """Listens at `path`, readable by this user only."""

    def __init__(self, path: Path, cameras: Cameras) -> None:
        self._path = path
        self._cameras = cameras
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to listen; a socket that a killed recorder left is replaced. Raises CannotListen."""
        listening = socket.socket(socket.AF_UNIX)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.unlink(missing_ok=True)
            listening.bind(str(self._path))
            self._path.chmod(0o600)  # before anybody can connect: it does not listen yet
        except OSError as error:
            listening.close()
            raise CannotListen(
                f"{self._path} cannot be made ({error.strerror or error}); let the user Eyrie runs as write there."
            ) from error
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(lambda: Connection(self), sock=listening)

    async def stop(self) -> None:
        """Close everything."""
        for connection in list(self._connections):
            connection.close()
        if self._server is not None:
            self._server.close()
        self._path.unlink(missing_ok=True)

    def push_status(self, status: CameraStatus) -> None:
        """Tell everybody."""
        if self._connections:
            self._push(status_frame(status))

    def push_gone(self, camera_id: int) -> None:
        """A camera left this recorder."""
        self.end_watches(camera_id)
        self._push(json_frame({"op": "gone", "camera": camera_id}))

    def push_volumes(self, volumes: list[dict[str, Any]]) -> None:
        """What has been written so far."""
        if self._connections:
            self._push(json_frame({"op": "volumes", "volumes": volumes}))

    def end_watches(self, camera_id: int) -> None:
        """The camera was changed or removed: who watches must begin anew."""
        for connection in list(self._connections):
            connection.end_camera(camera_id)

    def connected(self, connection: Connection) -> None:
        """Somebody has connected."""
        self._connections.add(connection)
        for status in self._cameras.statuses():
            connection.write(status_frame(status))

    def lost(self, connection: Connection) -> None:
        """Somebody has gone."""
        self._connections.discard(connection)

    @property
    def cameras(self) -> Cameras:
        """What is served."""
        return self._cameras

    def _push(self, frame: bytes) -> None:
        for connection in list(self._connections):
            connection.write(frame)


class Watch:
    """One watch of a connection: a Viewer that skips to the next keyframe when its reader is slow."""

    def __init__(self, connection: Connection, number: int, camera_id: int, stream: str, patient: bool) -> None:
        self.patient = patient
        self.camera_id = camera_id
        self.stream = stream
        self._connection = connection
        self._number = number
        self._need_key = True

    def send(self, flags: MediaFlag, wall_ms: int, data: bytes) -> None:
        """One media message, unless it must be skipped."""
        if MediaFlag.INIT in flags:
            self._need_key = True
        elif self._connection.behind or (self._need_key and MediaFlag.KEY not in flags):
            self._need_key = True
            return
        else:
            self._need_key = False
        self._connection.write(media_header(self._number, flags, wall_ms, len(data)), data)


class Connection(asyncio.Protocol):
    """One client."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._buffer = bytearray()
        self._watches: dict[int, Watch] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport: asyncio.Transport | None = None

    @property
    def behind(self) -> bool:
        """The reader does not keep up."""
        return self._transport is None or self._transport.get_write_buffer_size() > MOST_WAITING

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet with the status of all cameras."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it
        self._server.connected(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """End its watches."""
        self._transport = None
        self._server.lost(self)
        for number in list(self._watches):
            self._unwatch(number)
        for task in self._tasks:
            task.cancel()

    def data_received(self, data: bytes) -> None:
        """Take requests."""
        self._buffer += data
        while len(self._buffer) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._buffer)
            if length > MOST_ASKED:
                self._refuse(f"a request of {length} bytes")
                return
            if len(self._buffer) < LENGTH.size + length:
                return
            body = bytes(self._buffer[LENGTH.size : LENGTH.size + length])
            del self._buffer[: LENGTH.size + length]
            try:
                self._asked(parse(body))
            except (ValueError, KeyError, TypeError) as error:
                self._refuse(repr(error))
                return

    def write(self, *parts: bytes) -> None:
        """Send, unless the reader is gone or has let more wait than any honest one would."""
        if self._transport is None or self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > 2 * MOST_WAITING:
            self._refuse("it does not read")
            return
        self._transport.writelines(parts)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def end_camera(self, camera_id: int) -> None:
        """Its camera is gone."""
        for number, watch in list(self._watches.items()):
            if watch.camera_id == camera_id:
                del self._watches[number]
                self._ended(number, "The camera was changed or removed.")

    def _asked(self, message: Any) -> None:
        op, number = message["op"], int(message["watch"])
        if op == "unwatch":
            self._unwatch(number)
            return
        camera_id, stream = int(message["camera"]), str(message["stream"])
        if op == "watch":
            self._watch(number, camera_id, stream, bool(message.get("patient")))
        elif op == "keyframe":
            task = asyncio.get_running_loop().create_task(self._picture(number, camera_id, stream))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            raise ValueError(f"unknown op {op!r}")

    def _watch(self, number: int, camera_id: int, stream: str, patient: bool) -> None:
        self._unwatch(number)
        watch = Watch(self, number, camera_id, stream, patient)
        try:
            self._server.cameras.watch(camera_id, stream, watch)
        except LookupError as error:
            self._ended(number, str(error.args[0]), missing=isinstance(error, NoSuchStream))
            return
        self._watches[number] = watch

    def _unwatch(self, number: int) -> None:
        if watch := self._watches.pop(number, None):
            self._server.cameras.unwatch(watch.camera_id, watch.stream, watch)

    async def _picture(self, number: int, camera_id: int, stream: str) -> None:
        try:
            wall_ms, data = await self._server.cameras.picture(camera_id, stream)
        except LookupError as error:
            self._ended(number, str(error.args[0]))
            return
        self.write(media_header(number, MediaFlag.PICTURE, wall_ms, len(data)), data)

    def _ended(self, number: int, reason: str, *, missing: bool = False) -> None:
        self.write(json_frame({"op": "ended", "watch": number, "reason": reason, "missing": missing}))

    def _refuse(self, why: str) -> None:
        log.warning("A client of the recorder's socket was cut off: %s.", why)
        if self._transport is not None:
            self._transport.abort()
