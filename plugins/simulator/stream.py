"""One simulated camera stream: a clip in an endless loop, in step with the wall clock, and its troubles."""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_right
from collections.abc import Sequence

from core.api import AccessUnit, Clock, PacketSink, StreamInfo
from core.api.media import picture
from plugins.simulator.clips import VIDEO_CLOCK, Batch, Clip
from plugins.simulator.faults import FaultKind

JITTER_SECONDS = 0.4
CLOCK_JUMP_MS = 3_600_000
TIMESTAMP_JUMP_SECONDS = 600


class LoopingStream:
    """A Feed. The clip runs whether watched or not: its picture n is taken at every wall time that lies n picture
    durations after a multiple of the clip's duration since 1970. So whoever has a frame and its time can check both.
    """

    def __init__(self, clip: Clip, clock: Clock, seed: int = 0) -> None:
        self._clip = clip
        self._clock = clock
        self._random = random.Random(seed)  # noqa: S311 - reproducible trouble, no secret
        self._sink: PacketSink | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._fault: FaultKind | None = None
        self._sent = 0
        self._next = (0, 0)  # loop number, batch number
        self._anchor = (0.0, 0)  # loop time and the ticks since 1970 that it was

    @property
    def clip(self) -> Clip:
        """What it sends."""
        return self._clip

    @property
    def info(self) -> StreamInfo:
        """The tracks it sends."""
        return self._clip.info

    def snapshot(self) -> bytes:
        """A JPEG of the newest keyframe. Blocks. Raises PictureError."""
        return picture(self._clip.info.tracks[0], self.newest_keyframe())

    def newest_keyframe(self) -> bytes:
        """The data of the picture that a client would begin with."""
        _, number = self._last_keyframe(self._clock.wall_ms() * (VIDEO_CLOCK // 1000))
        return next(unit.data for unit in self._clip.batches[number].units if unit.track == 0)

    async def describe(self) -> StreamInfo:
        """The clip's tracks."""
        return self._clip.info

    def start(self, sink: PacketSink) -> None:
        """Send from the last keyframe on, so that a client has a picture at once."""
        self._sink = sink
        sink.on_stream(self._clip.info)
        self._resume()

    def stop(self) -> None:
        """Nobody watches."""
        self._sink = None
        self._cancel()

    def show(self, clip: Clip) -> None:
        """Change to another clip, from its last keyframe on."""
        self._clip = clip
        if self._sink is not None:
            self._sink.on_stream(clip.info)
            self._resume()

    def suffer(self, fault: FaultKind | None) -> None:
        """Have this fault from now on, or none. Faults that are not of the media stream are no business of this."""
        was, self._fault = self._fault, fault
        if FaultKind.FREEZE in (was, fault) or FaultKind.HALF_OPEN in (was, fault):
            self._resume()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _resume(self) -> None:
        self._cancel()
        if self._sink is None or self._fault in (FaultKind.FREEZE, FaultKind.HALF_OPEN):
            return
        loop = asyncio.get_running_loop()
        ticks = self._clock.wall_ms() * (VIDEO_CLOCK // 1000)
        self._anchor = loop.time(), ticks
        self._next = self._last_keyframe(ticks)
        self._send_due()

    def _last_keyframe(self, ticks: int) -> tuple[int, int]:
        turn, position = divmod(ticks, self._clip.duration)
        number = bisect_right(self._clip.batches, position, key=lambda batch: batch.due) - 1
        while number >= 0 and not self._clip.batches[number].keyframe:
            number -= 1
        if number >= 0:
            return turn, number
        # Before the first picture of a clip with B-frames is due, the loop before is still being sent.
        keyframes = [number for number, batch in enumerate(self._clip.batches) if batch.keyframe]
        return turn - 1, keyframes[-1]

    def _send_due(self) -> None:
        loop = asyncio.get_running_loop()
        now = self._anchor[1] + round((loop.time() - self._anchor[0]) * VIDEO_CLOCK)
        due: list[AccessUnit] = []
        turn, number = self._next
        while (batch := self._clip.batches[number]).due + turn * self._clip.duration <= now:
            due += self._dress(batch, turn)
            number += 1
            if number == len(self._clip.batches):
                turn, number = turn + 1, 0
        self._next = turn, number
        wait = (batch.due + turn * self._clip.duration - self._anchor[1]) / VIDEO_CLOCK
        if self._fault is FaultKind.JITTER:
            wait += self._random.random() * JITTER_SECONDS
        self._timer = loop.call_at(self._anchor[0] + wait, self._send_due)
        if due and self._sink is not None:
            self._sink.on_units(due)

    def _dress(self, batch: Batch, turn: int) -> Sequence[AccessUnit]:
        """The batch's units with the times of this turn, and with what the fault does to them."""
        dressed = self._clip.dressed(batch, turn)
        for unit in dressed:
            if self._fault is FaultKind.CLOCK_JUMP:
                unit.wall_ms += CLOCK_JUMP_MS
            elif self._fault is not None and self._clip.info.tracks[unit.track].is_video:
                unit.pts = self._disturbed(unit.pts, unit.duration)
        return dressed

    def _disturbed(self, pts: int, duration: int) -> int:
        self._sent += 1
        match self._fault:
            case FaultKind.TIMESTAMPS_BACKWARDS if self._sent % 7 == 0:
                return pts - 20 * duration
            case FaultKind.TIMESTAMPS_REPEATED if self._sent % 3:
                return pts - (self._sent % 3) * duration
            case FaultKind.TIMESTAMPS_JUMP:
                return pts + TIMESTAMP_JUMP_SECONDS * VIDEO_CLOCK
            case _:
                return pts
