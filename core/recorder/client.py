"""The web process's end of the recorders' sockets: states, live streams, pictures. Runs on one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

from core.recorder.protocol import (
    LENGTH,
    MAX_FRAME,
    CameraState,
    CameraStatus,
    LiveMessage,
    json_frame,
    parse,
)
from core.recorder.waiting import NEVER, Waiting, WatchEnded

log = logging.getLogger("eyrie.recorder.client")

RECONNECT = 0.2
MOST_WAITING = 4 * 1024 * 1024
"""Bytes that may wait for one viewer; above, it skips to the next keyframe."""
PICTURE_SECONDS = 5.0

Listener = Callable[[CameraStatus], None]


def socket_path(directory: Path, index: int) -> Path:
    """Where recorder `index` listens."""
    return directory / f"recorder-{index}.sock"


class RecorderClient:
    """Persistent connections to all recorders. While one does not answer, its cameras' state is `unknown` and its
    watches wait; when it is back they go on with a new initialization segment.
    """

    def __init__(self, directory: Path, recorders: int) -> None:
        self._links = [_Link(socket_path(directory, index), self._changed) for index in range(recorders)]
        self._listeners: list[Listener] = []

    async def start(self) -> None:
        """Begin to connect; returns at once."""
        for link in self._links:
            link.start()

    async def stop(self) -> None:
        """Hang up; watches end."""
        for link in self._links:
            await link.stop()

    def states(self) -> dict[int, CameraStatus]:
        """The last state of every camera a recorder told of."""
        return {camera_id: status for link in self._links for camera_id, status in link.states.items()}

    def state(self, camera_id: int) -> CameraStatus:
        """A camera's last state; unknown when no recorder told of it."""
        return self._link(camera_id).states.get(camera_id) or CameraStatus(camera_id, CameraState.UNKNOWN, 0)

    def connected(self) -> dict[int, bool]:
        """By recorder index, whether it answers."""
        return {index: link.connected for index, link in enumerate(self._links)}

    def volumes(self) -> dict[int, list[dict[str, Any]]]:
        """By recorder index, its volumes: name, and since it began bytes `written` and seconds `busy` with that."""
        return {index: link.volumes for index, link in enumerate(self._links)}

    def on_status(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every state that is told from now on; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def watch(
        self, camera_id: int, stream: str = "main", most_behind_ms: int = NEVER
    ) -> AsyncGenerator[LiveMessage, None]:
        """Live messages: initialization segments and fragments, skipping to a keyframe when taken too slowly.

        most_behind_ms: of the stream that may wait when a keyframe comes. Raises WatchEnded when the recorder ends it.
        """
        link = self._link(camera_id)
        watch = link.watch(camera_id, stream, most_behind_ms)
        try:
            while True:
                yield await watch.next()
        finally:
            link.unwatch(watch)

    async def gathered(
        self, camera_id: int, stream: str, most_behind_ms: int
    ) -> AsyncGenerator[list[LiveMessage], None]:
        """The same for one who is in no hurry: all messages that have come since the last time, at once."""
        link = self._link(camera_id)
        watch = link.watch(camera_id, stream, most_behind_ms, patient=True)
        try:
            while True:
                yield [await watch.next(), *watch.rest()]
        finally:
            link.unwatch(watch)

    async def keyframe(self, camera_id: int, stream: str = "main", patience: float = PICTURE_SECONDS) -> LiveMessage:
        """The newest keyframe as a tiny MP4 file. Raises WatchEnded when there is none in time."""
        link = self._link(camera_id)
        asked = link.ask_picture(camera_id, stream)
        try:
            return await asyncio.wait_for(asked.next(), patience)
        except TimeoutError as error:
            raise WatchEnded("The recorder does not answer.") from error
        finally:
            link.unwatch(asked)

    def _link(self, camera_id: int) -> _Link:
        return self._links[camera_id % len(self._links)]

    def _changed(self, status: CameraStatus) -> None:
        for listener in list(self._listeners):
            listener(status)


class _Watch(Waiting):
    """What waits of one watch or request."""

    def __init__(self, number: int, request: dict[str, Any], most_behind_ms: int) -> None:
        super().__init__(MOST_WAITING, most_behind_ms)
        self.number = number
        self.request = request


class _Link:
    """One recorder's connection, made again whenever it breaks."""

    def __init__(self, path: Path, changed: Listener) -> None:
        self.states: dict[int, CameraStatus] = {}
        self.connected = False
        self.volumes: list[dict[str, Any]] = []
        self._path = path
        self._changed = changed
        self._watches: dict[int, _Watch] = {}
        self._last = 0
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to connect."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Hang up."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        for watch in self._watches.values():
            watch.end("The server is stopping.")

    def watch(self, camera_id: int, stream: str, most_behind_ms: int, *, patient: bool = False) -> _Watch:
        """Begin a watch."""
        request = {"op": "watch", "camera": camera_id, "stream": stream, "patient": patient}
        return self._ask(request, most_behind_ms)

    def ask_picture(self, camera_id: int, stream: str) -> _Watch:
        """Ask for a picture."""
        return self._ask({"op": "keyframe", "camera": camera_id, "stream": stream})

    def unwatch(self, watch: _Watch) -> None:
        """End a watch or forget a request."""
        if self._watches.pop(watch.number, None) is not None and watch.request["op"] == "watch":
            self._send({"op": "unwatch", "watch": watch.number})

    def _ask(self, request: dict[str, Any], most_behind_ms: int = NEVER) -> _Watch:
        self._last = (self._last + 1) & 0xFFFFFFFF
        watch = _Watch(self._last, {**request, "watch": self._last}, most_behind_ms)
        self._watches[watch.number] = watch
        self._send(watch.request)
        return watch

    def _send(self, message: dict[str, Any]) -> None:
        if self._writer is not None:
            self._writer.write(json_frame(message))

    async def _run(self) -> None:
        while True:
            try:
                reader, self._writer = await asyncio.open_unix_connection(str(self._path), limit=1024 * 1024)
                self.connected = True
                for watch in self._watches.values():
                    self._send(watch.request)
                while True:
                    self._take(await self._frame(reader))
            except (OSError, asyncio.IncompleteReadError):
                pass  # it is being restarted
            except ValueError as error:
                log.error("%s speaks nonsense (%s); connecting anew.", self._path.name, error)
            finally:
                self._lost()
            await asyncio.sleep(RECONNECT)

    async def _frame(self, reader: asyncio.StreamReader) -> bytes:
        (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
        if not 0 < length <= MAX_FRAME:
            raise ValueError(f"a frame of {length} bytes")
        return await reader.readexactly(length)

    def _take(self, body: bytes) -> None:
        message = parse(body)
        if isinstance(message, LiveMessage):
            if watch := self._watches.get(message.watch):
                watch.put(message)
        elif message.get("op") == "status":
            values = {key: value for key, value in message.items() if key != "op"}
            self._state(CameraStatus(**{**values, "state": CameraState(values["state"])}))
        elif message.get("op") == "volumes":
            self.volumes = list(message["volumes"])
        elif message.get("op") == "gone":
            self.states.pop(int(message["camera"]), None)
        elif message.get("op") == "ended" and (watch := self._watches.get(int(message["watch"]))):
            watch.end(str(message["reason"]), missing=bool(message.get("missing")))

    def _state(self, status: CameraStatus) -> None:
        self.states[status.camera] = status
        self._changed(status)

    def _lost(self) -> None:
        self.connected = False
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
        for status in list(self.states.values()):
            if status.state is not CameraState.UNKNOWN:
                message = "Its recorder does not answer."
                self._state(CameraStatus(status.camera, CameraState.UNKNOWN, status.since_ms, message))
