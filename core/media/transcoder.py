"""Video that a browser cannot play, made anew as H.264 that every browser can: picture by picture, without delay."""

from __future__ import annotations

import logging
import os
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

import av
from av.codec.context import Flags, ThreadType
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import ColorRange, Interpolation

from core.media.h26x import annexb_to_prefixed, video_track
from core.media.masks import Masks
from core.media.tracks import VIDEO_TIMESCALE
from core.media.units import AccessUnit, Codec, Track

if TYPE_CHECKING:
    from core.media.covering import Cover

log = logging.getLogger("eyrie.media")

DECODERS: dict[Codec, Literal["h264", "hevc", "mjpeg"]] = {
    Codec.H264: "h264",
    Codec.H265: "hevc",
    Codec.MJPEG: "mjpeg",
}
KEYFRAME_TICKS = 2 * VIDEO_TIMESCALE
"""How far apart the keyframes of what comes out are."""
LEVEL = "4.0"
CODEC = "avc1.42c028"
"""What comes out, for Media Source Extensions (RFC 6381): Constrained Baseline at that level, whatever the size."""
_MOST_UNANSWERED = 64
_BITS_PER_PIXEL = 3
"""A cap, per second: 2.8 Mbit/s at 1280x720."""


class Transcoder:
    """Makes one video track into H.264 Constrained Baseline, at most `max_width` pixels wide, each picture at once.

    A picture that cannot be decoded is left out; never raises for what a camera sends. Not for several threads.
    """

    def __init__(self, track: Track, max_width: int, masks: Masks = ()) -> None:
        self.track: Track | None = None
        """What comes out; None before the first picture, another when the pictures' size changes."""
        self.from_pts = 0
        """Pictures shown before are only decoded."""
        self._max_width = max_width
        self._cover = _cover(masks) if masks else None
        self._decoder = _decoder(track)
        self._walls: dict[int, int] = {}
        self._encoder: VideoCodecContext | None = None
        self._source_size = (0, 0)
        self._last_pts = -1
        self._key_pts = 0
        self._broken = False

    def push(self, unit: AccessUnit, *, show: bool = True) -> list[AccessUnit]:
        """The units that come out for one that goes in, times and wall_ms as they went in.

        show=False: decode it, for those that follow need it, but make nothing of it.
        """
        self._walls[unit.pts] = unit.wall_ms
        packet = av.Packet(unit.data)
        packet.pts, packet.dts = unit.pts, unit.dts
        return self._decoded(packet, show)

    def end(self) -> list[AccessUnit]:
        """The pictures that the decoder has kept back; nothing can be pushed after."""
        return self._decoded(None, show=True)

    def _decoded(self, packet: Any, show: bool) -> list[AccessUnit]:
        try:
            frames = self._decoder.decode(packet)
        except (av.FFmpegError, ValueError) as error:
            self._complain(error)
            return []
        return [made for frame in frames for made in self._encoded(frame, show)]

    def _complain(self, error: Exception) -> None:
        if not self._broken:
            log.warning("a picture cannot be decoded and is left out: %s", error)
        self._broken = True

    def _encoded(self, frame: VideoFrame, show: bool) -> list[AccessUnit]:
        pts = frame.pts
        wall = self._walls.pop(pts, None) if pts is not None else None
        if len(self._walls) > _MOST_UNANSWERED:
            del self._walls[next(iter(self._walls))]
        if pts is None or wall is None or pts <= self._last_pts or pts < self.from_pts or not show:
            return []
        self._broken = False
        encoder = self._fitting(frame)
        key = self._last_pts < 0 or pts - self._key_pts >= KEYFRAME_TICKS
        if key:
            self._key_pts = pts
        self._last_pts = pts
        picture = frame.reformat(
            encoder.width, encoder.height, "yuv420p", dst_color_range=ColorRange.MPEG, interpolation=Interpolation.AREA
        )
        if self._cover is not None:
            picture = self._cover.on(picture)
        picture.pts, picture.time_base = pts, Fraction(1, VIDEO_TIMESCALE)
        picture.pict_type = PictureType.I if key else PictureType.NONE
        return [
            AccessUnit(0, pts, pts, 0, packet.is_keyframe, wall, annexb_to_prefixed(bytes(packet)))
            for packet in encoder.encode(picture)
        ]

    def _fitting(self, frame: VideoFrame) -> VideoCodecContext:
        """The encoder, another one when the pictures' size has changed."""
        if self._encoder is None or self._source_size != (frame.width, frame.height):
            self._source_size = (frame.width, frame.height)
            self._encoder = _encoder(*_fitted(frame.width, frame.height, self._max_width))
            self.track = video_track(0, Codec.H264, bytes(self._encoder.extradata or b""))
            self._last_pts = -1
        return self._encoder


def _cover(masks: Masks) -> Cover:
    from core.media.covering import Cover  # numpy only where there is something to cover

    return Cover(masks)


def _decoder(track: Track) -> VideoCodecContext:
    decoder = av.CodecContext.create(DECODERS[track.codec], "r")
    if track.config:
        decoder.extradata = track.config
    # Threads on whole frames would each keep a picture back.
    decoder.thread_type, decoder.thread_count = ThreadType.SLICE, min(4, os.cpu_count() or 1)
    return decoder


def _encoder(width: int, height: int) -> VideoCodecContext:
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, VIDEO_TIMESCALE), Fraction(30)
    encoder.flags |= Flags.global_header
    most = str(width * height * _BITS_PER_PIXEL)
    encoder.options = {
        "preset": "superfast",
        "tune": "zerolatency",
        "profile": "baseline",
        "crf": "24",
        "maxrate": most,
        "bufsize": most,
        "g": "1000",  # keyframes are asked for, by time
        "sc_threshold": "0",
        "forced-idr": "1",
        "level": LEVEL,
    }
    encoder.thread_count = 1
    encoder.open()
    return encoder


def _fitted(width: int, height: int, max_width: int) -> tuple[int, int]:
    """The size at which it is shown, even in both directions as H.264 wants it."""
    if width > max_width:
        width, height = max_width, round(height * max_width / width)
    return max(width // 2 * 2, 2), max(height // 2 * 2, 2)
