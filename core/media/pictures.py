"""JPEG pictures of single frames. Pure functions of bytes: they run in a process pool, apart from whatever must not
stall. A picture costs 15 to 40 ms of CPU at 1080p."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Literal

import av
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange

from core.media.masks import Masks
from core.media.units import AccessUnit, Codec, Track

_DECODERS: dict[Codec, Literal["h264", "hevc", "mjpeg"]] = {
    Codec.H264: "h264",
    Codec.H265: "hevc",
    Codec.MJPEG: "mjpeg",
}


class PictureError(Exception):
    """No picture can be made of these bytes; one sentence."""

    def __reduce__(self) -> tuple[type[PictureError], tuple[str]]:
        return type(self), (str(self),)


def picture(track: Track, data: bytes, max_width: int = 0) -> bytes:
    """A JPEG of one keyframe, `data` being its access unit. max_width: pixels, 0 keeps the size.

    Raises PictureError when it cannot be decoded.
    """
    if track.codec is Codec.MJPEG and not 0 < max_width < track.width:
        return data
    return picture_at(track, [AccessUnit(track.index, 0, 0, 0, True, 0, data)], 0, max_width)


def picture_at(track: Track, units: Iterable[AccessUnit], pts: int, max_width: int = 0) -> bytes:
    """A JPEG of the frame shown at `pts` (ticks of the track): the last one at or before it.

    units: from a keyframe on, in decoding order, past `pts` if B-frames may follow. Raises PictureError.
    """
    return _nearest(_decoded(track, units), pts, max_width)


def picture_of_file(data: bytes, at_ms: int = 0, max_width: int = 0, masks: Masks = ()) -> bytes:
    """A JPEG of the frame that an MP4 file shows at a time on its own time line: the last at or before it.

    data: an initialization segment and fragments from a keyframe on; times as stored, counted from the segment's start.
    masks: what is covered. Raises PictureError.
    """
    try:
        with av.open(io.BytesIO(data), "r", format="mp4") as container:
            if not container.streams.video:
                raise PictureError("no picture: the file holds no video")
            stream = container.streams.video[0]
            base = stream.time_base or Fraction(1, 90_000)
            return _nearest(container.decode(stream), int(Fraction(at_ms, 1000) / base), max_width, masks)
    except av.FFmpegError as error:
        raise PictureError(f"no picture: the recording cannot be read ({error})") from error


def _decoded(track: Track, units: Iterable[AccessUnit]) -> Iterator[VideoFrame]:
    name = _DECODERS.get(track.codec)
    if name is None:
        raise PictureError(f"no picture: {track.codec.value} is no video that can be decoded")
    try:
        decoder = av.CodecContext.create(name, "r")
        if track.config:
            decoder.extradata = track.config
        for unit in units:
            packet = av.Packet(unit.data)
            packet.pts, packet.dts = unit.pts, unit.dts
            yield from decoder.decode(packet)
        yield from decoder.decode(None)
    except (av.FFmpegError, ValueError) as error:
        raise PictureError(f"no picture: the frame cannot be decoded ({error})") from error


def _nearest(frames: Iterable[VideoFrame], pts: int, max_width: int, masks: Masks = ()) -> bytes:
    best: VideoFrame | None = None
    for frame in frames:
        if best is not None and frame.pts is not None and frame.pts > pts:
            break
        best = frame
    if best is None:
        raise PictureError("no picture: nothing could be decoded")
    return _jpeg(_covered(best, masks), max_width)


def _covered(frame: VideoFrame, masks: Masks) -> VideoFrame:
    if not masks:
        return frame
    from core.media.covering import Cover  # numpy only where there is something to cover

    return Cover(masks).on(frame)


def _jpeg(frame: VideoFrame, max_width: int) -> bytes:
    width, height = frame.width, frame.height
    if 0 < max_width < width:
        width, height = max_width, max(round(height * max_width / width), 1)
    try:
        scaled = frame.reformat(width, height, "yuvj420p", dst_color_range=ColorRange.JPEG)
        encoder = av.CodecContext.create("mjpeg", "w")
        encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
        encoder.time_base = Fraction(1, 25)
        encoder.options = {"qmin": "3", "qmax": "3"}  # "q" would be ignored without a word
        scaled.pts = 0
        return b"".join(bytes(packet) for packet in [*encoder.encode(scaled), *encoder.encode(None)])
    except (av.FFmpegError, ValueError) as error:
        raise PictureError(f"no picture: it cannot be made a JPEG ({error})") from error
