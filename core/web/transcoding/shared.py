"""The live transcodes of this web process: bounded in number, each shared by all who want the same."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast

from core.media.masks import Masks
from core.recorder.client import MOST_WAITING
from core.recorder.protocol import LENGTH, LiveMessage, MediaFlag, media_header, parse
from core.recorder.waiting import Waiting, WatchEnded
from core.web import recorders
from core.web.transcoding.program import LIVE, end, places, start

log = logging.getLogger("eyrie.media")

WIDTHS = (640, 1280)
"""Pixels; few, so that viewers with tiles of about the same size share one."""
MOST_BEHIND_MS = 1500
"""Of the stream may wait for the transcoder when a keyframe comes; more is skipped."""

Wanted = tuple[int, str, int, Masks]
"""Camera, stream, width, what is covered."""


class Transcodes:
    """Streams in H.264. A transcode begins with its first viewer and ends with its last. Of one event loop."""

    def __init__(self) -> None:
        self._running: dict[Wanted, _Transcode] = {}

    async def watch(
        self, camera_id: int, stream: str, width: int, masks: Masks = ()
    ) -> AsyncGenerator[LiveMessage, None]:
        """Live messages in H.264, `width` pixels wide or somewhat more, never more than the largest of WIDTHS.

        Raises TooManyTranscodes, and WatchEnded when the stream is over or cannot be transcoded.
        """
        wanted = camera_id, stream, next((size for size in WIDTHS if size >= width), WIDTHS[-1]), masks
        transcode = self._running.get(wanted) or self._begin(wanted)
        viewer = transcode.add()
        try:
            while True:
                yield await viewer.next()
        finally:
            transcode.remove(viewer)
            if not transcode.watched:
                self._forget(wanted, transcode)
                await transcode.stop()

    def _begin(self, wanted: Wanted) -> _Transcode:
        places.take()
        transcode = self._running[wanted] = _Transcode(wanted)
        transcode.task.add_done_callback(lambda _: self._ended(wanted, transcode))
        return transcode

    def _ended(self, wanted: Wanted, transcode: _Transcode) -> None:
        places.give_back()
        self._forget(wanted, transcode)

    def _forget(self, wanted: Wanted, transcode: _Transcode) -> None:
        if self._running.get(wanted) is transcode:
            del self._running[wanted]


class _Transcode:
    """One process and its viewers."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._viewers: list[Waiting] = []
        self._init: LiveMessage | None = None
        self._recent: list[LiveMessage] = []  # since the last keyframe
        self._end = WatchEnded("The picture could not be converted; the log says why.")
        self.task = asyncio.get_running_loop().create_task(self._run())

    @property
    def watched(self) -> bool:
        """Somebody watches."""
        return bool(self._viewers)

    def add(self) -> Waiting:
        """A further viewer; it is shown the stream from the last keyframe on."""
        viewer = Waiting(MOST_WAITING)
        self._viewers.append(viewer)
        for message in [self._init, *self._recent] if self._init else []:
            viewer.put(message)
        return viewer

    def remove(self, viewer: Waiting) -> None:
        """One viewer less."""
        self._viewers.remove(viewer)

    async def stop(self) -> None:
        """End the process."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            await self._transcode()
        except OSError:
            log.exception("A transcoder could not be started.")
        finally:
            for viewer in self._viewers:
                viewer.end(str(self._end), missing=self._end.missing)

    async def _transcode(self) -> None:
        process = await start(LIVE, self._wanted[2], self._wanted[3])
        feeding = asyncio.create_task(self._feed(cast(asyncio.StreamWriter, process.stdin)))
        try:
            await self._take(cast(asyncio.StreamReader, process.stdout))
        finally:
            await end(process, feeding)

    async def _feed(self, stdin: asyncio.StreamWriter) -> None:
        """What the camera sends, into the process, until either ends."""
        camera_id, stream, *_ = self._wanted
        try:
            async with aclosing((await recorders.client()).watch(camera_id, stream, MOST_BEHIND_MS)) as messages:
                async for message in messages:
                    header = media_header(0, message.flags, message.wall_ms, len(message.data))
                    stdin.writelines((header, message.data))
                    await stdin.drain()
        except WatchEnded as over:
            self._end = over
        except ConnectionError:
            log.error("The transcoder of camera %d, stream %s, ended unexpectedly.", camera_id, stream)
        finally:
            stdin.close()

    async def _take(self, stdout: asyncio.StreamReader) -> None:
        """What comes out, to the viewers, until the process ends."""
        try:
            while True:
                (length,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
                message = parse(await stdout.readexactly(length))
                if isinstance(message, LiveMessage):
                    self._keep(message)
                    for viewer in self._viewers:
                        viewer.put(message)
                else:
                    self._note(message)
        except asyncio.IncompleteReadError:
            return

    def _keep(self, message: LiveMessage) -> None:
        if MediaFlag.INIT in message.flags:
            self._init, self._recent = message, []
        elif MediaFlag.KEY in message.flags:
            self._recent = [message]
        else:  # bounded: the transcoder makes a keyframe every 2 s
            self._recent.append(message)

    def _note(self, line: dict[str, Any]) -> None:
        log.log(int(line["level"]), "Camera %d, stream %s, transcoded: %s", *self._wanted[:2], line["message"])


transcodes = Transcodes()
