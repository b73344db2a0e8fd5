"""Decodes one stream, no further than somebody asks. Costs nearly all that detection costs, so it does nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from core.media.transcoder import DECODERS
from core.media.units import AccessUnit, Track

log = logging.getLogger("eyrie.analyser")

_MOST_UNANSWERED = 64
_NEARLY_MS = 25
"""A picture wanted so shortly before the next keyframe is that keyframe."""
Soonest = Callable[[bool], float]
"""UTC ms before which no picture is wanted; the argument says whether a keyframe is meant."""


class Decoding:
    """One video track. Not for several threads; never raises for what a camera sends.

    A group of pictures is decoded from its keyframe up to the last picture that is wanted before the next keyframe is
    expected, by the length of the group before. rough: without the loop filter, which takes a fifth of the time. At
    half the size that is hardly seen: one pixel in a thousand differs by more than six grey levels, as measured.
    """

    def __init__(self, track: Track, *, rough: bool = False) -> None:
        self.track, self.rough = track, rough
        self._decoder = _decoder(track, rough)
        self._walls: dict[int, int] = {}
        self._key_ms = 0
        self._group_ms = float("inf")
        self._whole = False  # all since the keyframe was decoded, so the next can be
        self._broken = False

    def push(self, unit: AccessUnit, soonest: Soonest) -> list[tuple[int, VideoFrame]]:
        """(wall_ms, picture) of what could be decoded by now, in the order of time."""
        if unit.keyframe:
            self._begin_group(unit)
        elif not self._whole:
            return []
        if soonest(unit.keyframe) >= self._key_ms + self._group_ms - _NEARLY_MS:
            self._whole = False
            return self._end_group()
        self._walls[unit.pts] = unit.wall_ms
        packet = av.Packet(unit.data)
        packet.pts, packet.dts = unit.pts, unit.dts
        return self._decoded(packet)

    def _begin_group(self, unit: AccessUnit) -> None:
        if self._key_ms and unit.wall_ms > self._key_ms:
            self._group_ms = unit.wall_ms - self._key_ms
        self._key_ms = unit.wall_ms
        self._whole = True

    def _end_group(self) -> list[tuple[int, VideoFrame]]:
        """What the decoder has kept back to put it in order; then it is as new."""
        if not self._walls:
            return []
        made = self._decoded(None)
        self._decoder.flush_buffers()
        self._walls.clear()
        return made

    def _decoded(self, packet: Any) -> list[tuple[int, VideoFrame]]:
        try:
            frames = self._decoder.decode(packet)
        except (av.FFmpegError, ValueError) as error:
            if not self._broken:
                log.warning("a picture cannot be decoded and is left out: %s", error)
            self._broken = True
            return []
        made = []
        for frame in frames:
            wall = self._walls.pop(frame.pts, None) if frame.pts is not None else None
            if wall is not None:
                made.append((wall, frame))
        while len(self._walls) > _MOST_UNANSWERED:
            del self._walls[next(iter(self._walls))]
        self._broken = self._broken and not made
        return made


def _decoder(track: Track, rough: bool) -> VideoCodecContext:
    decoder = av.CodecContext.create(DECODERS[track.codec], "r")
    if track.config:
        decoder.extradata = track.config
    if rough:
        decoder.options = {"skip_loop_filter": "all"}
    decoder.thread_count = 1  # each stream has a thread at a time; more would only keep pictures back
    return decoder
