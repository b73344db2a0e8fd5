"""One stream of one camera, watched at its recorder and decoded once for all that look at it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from core.analyser.decoding import Decoding
from core.analyser.hearing import Hearing
from core.analyser.looker import Looker
from core.hookspecs.detectors import FrameRequest
from core.media.mp4.reader import samples
from core.media.mp4.tracks_of import tracks_of
from core.media.units import AccessUnit, Track
from core.recorder.client import RecorderClient
from core.recorder.protocol import LiveMessage, MediaFlag
from core.recorder.waiting import WatchEnded

log = logging.getLogger("eyrie.analyser")

MOST_BEHIND_MS = 1500
AGAIN = 2.0
"""Seconds after which a stream that ended is asked for again."""
MOST_HELD = 16 * 1024 * 1024
"""Bytes of a group of pictures that are kept while nobody wants any."""
JUMP_MS = 10_000
BEFORE_MS = 1000
"""From how long before the first motion pictures are given to those who look only at what moves."""

Moving = Callable[[int], int | None]
"""Given a picture's UTC ms: since when something has been moving, None while nothing is."""


@dataclass(slots=True)
class StreamFigures:
    """What decoding a stream took since it began: pictures decoded, and CPU µs for it all."""

    decoded: int = 0
    cpu_us: int = 0
    behind: int = 0


class Feed:
    """From `start` to `stop`. Nothing is decoded but for lookers and listeners."""

    def __init__(
        self, camera_id: int, stream: str, client: RecorderClient, pool: ThreadPoolExecutor, moving: Moving
    ) -> None:
        self.camera_id = camera_id
        self.stream = stream
        self._lookers: tuple[Looker, ...] = ()
        self._listeners: tuple[Looker, ...] = ()
        self.figures = StreamFigures()
        self.width = self.height = 0
        self._client, self._pool, self._moving = client, pool, moving
        self._tracks: tuple[Track, ...] = ()
        self._decoding: Decoding | None = None
        self._hearing: Hearing | None = None
        self._held: list[AccessUnit] = []
        self._held_bytes = 0
        self._last_ms = 0
        self._task: asyncio.Task[None] | None = None

    def serve(self, lookers: Iterable[Looker]) -> None:
        """These look at it, or listen, from now on."""
        found = tuple(lookers)
        self._lookers = tuple(one for one in found if not one.hears)
        self._listeners = tuple(one for one in found if one.hears)

    def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """End it."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        stream = self.stream
        while True:
            try:
                async for messages in self._client.gathered(self.camera_id, stream, MOST_BEHIND_MS):
                    await loop.run_in_executor(self._pool, self._take, messages)
            except WatchEnded as ended:
                if ended.missing and stream != "main":
                    stream = "main"  # the camera has no other
                    continue
            await asyncio.sleep(AGAIN)
            stream = self.stream

    # In the pool, by one thread at a time

    def _take(self, messages: list[LiveMessage]) -> None:
        began = time.thread_time_ns()
        try:
            for message in messages:
                self._message(message)
        except ValueError as error:
            log.error("Camera %d, %s: its live stream cannot be read: %s", self.camera_id, self.stream, error)
        self.figures.cpu_us += (time.thread_time_ns() - began) // 1000

    def _message(self, message: LiveMessage) -> None:
        if MediaFlag.INIT in message.flags:
            self._begin(message.data)
            return
        for unit in samples(message.data, self._tracks):
            if unit.track == 0 and self._decoding is not None and self._lookers:
                self._unit(unit, self._decoding)
            elif self._hearing is not None and unit.track == self._hearing.track.index and self._listeners:
                for frame, wall_ms in self._hearing.push(unit):
                    for one in self._listeners:
                        one.hear(frame, wall_ms)

    def _begin(self, init: bytes) -> None:
        self._tracks = tracks_of(init)
        video = self._tracks[0] if self._tracks and self._tracks[0].is_video else None
        self._decoding = Decoding(video, rough=self._may_be_rough(video.width)) if video else None
        heard = next((track for track in self._tracks if not track.is_video), None)
        self._hearing = Hearing(heard) if heard is not None else None
        self.width, self.height = (video.width, video.height) if video else (0, 0)
        self._held, self._held_bytes = [], 0

    def _unit(self, unit: AccessUnit, decoding: Decoding) -> None:
        if abs(unit.wall_ms - self._last_ms) > JUMP_MS:
            for one in self._lookers:
                one.rate.begin_anew()
        self._last_ms = unit.wall_ms
        if unit.keyframe and decoding.rough != (rough := self._may_be_rough(decoding.track.width)):
            self._decoding = decoding = Decoding(decoding.track, rough=rough)
        since = self._moving(unit.wall_ms)
        active = [one for one in self._lookers if since is not None or not one.only_moving]
        if unit.keyframe or self._held_bytes > MOST_HELD:
            self._held, self._held_bytes = [], 0
        if not active:
            if unit.keyframe or self._held:
                self._held.append(unit)
                self._held_bytes += len(unit.data)
            return
        held, self._held, self._held_bytes = self._held, [], 0
        for each in (*held, unit):
            self._decode(each, decoding, active, (since or 0) - BEFORE_MS)

    def _may_be_rough(self, width: int) -> bool:
        """Whether everybody looks at gray pictures of half the size at most."""
        wants = [one.wants for one in self._lookers]
        return all(
            isinstance(want, FrameRequest) and want.pixel_format == "gray" and 0 < want.width <= width // 2
            for want in wants
        )

    def _decode(self, unit: AccessUnit, decoding: Decoding, active: list[Looker], from_ms: int) -> None:
        def soonest(keyframe: bool) -> float:
            return min(one.rate.soonest_ms(keyframe=keyframe) for one in active)

        for wall_ms, frame in decoding.push(unit, soonest):
            self.figures.decoded += 1
            for one in active:
                early = one.only_moving and wall_ms < from_ms
                if not early and one.rate.due(wall_ms, keyframe=frame.key_frame):
                    one.offer(frame, wall_ms)
