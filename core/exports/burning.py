"""Time and camera name drawn into the picture, privacy masks covered, and what plugins find there.

This takes a new encoding: the picture is no longer the camera's own.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core.exports.footage import Footage, Read
from core.exports.redacting import Redaction, RedactionFailed
from core.exports.watermark import Watermark
from core.media.covering import Cover
from core.media.masks import masks_of
from core.media.mp4.assemble import VirtualMp4
from core.recording.reading import Place

BUFFER = 1024 * 1024
_WHITE, _BLACK, _NO_COLOUR = 235, 16, 128
_COPIED = ("aac", "opus", "flac")
_ENCODING = {"preset": "veryfast", "crf": "20", "g": "60", "bf": "0"}
_FRAGMENTED = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}


class BurningFailed(Exception):
    """A recording cannot be decoded or encoded; one sentence."""


def burnt(
    footage: Footage,
    read: Read,
    zone: tzinfo | None,
    redact: Sequence[str] = (),
    watermark: str = "",
    tick: Callable[[], None] = lambda: None,
) -> Iterator[bytes]:
    """An MP4 file of the footage with its masks covered and the camera's name and the site's time in each picture.

    zone: the site's; None for no name and time. redact: names of redactors, whose finds are covered too. watermark: a
    text drawn faintly all over the pictures. tick: called often while a picture takes long.

    Sound is copied. Raises BurningFailed; StorageError and EOFError as they come from reading.
    """
    try:
        with (
            av.open(_Reading(footage.file(), read), "r", format="mp4", buffer_size=BUFFER) as source,
            Redaction(redact, footage.item["camera"], footage.wall_clock(), tick) as redaction,
        ):
            marks = _Marks(_label(footage, zone), Watermark(watermark) if watermark else None)
            yield from _encoded(source, footage, marks, redaction)
    except RedactionFailed as error:
        raise BurningFailed(str(error)) from error
    except (av.FFmpegError, ValueError) as error:
        raise BurningFailed(f"Recordings of {footage.item['name']} cannot be drawn into ({error}).") from error


def _label(footage: Footage, zone: tzinfo | None) -> Label | None:
    return Label(footage.item["name"], footage.wall_clock(), zone) if zone else None


def _encoded(source: InputContainer, footage: Footage, marks: _Marks, redaction: Redaction) -> Iterator[bytes]:
    sink = _Sink()
    cover = Cover(masks_of(footage.item.get("masks", ())))
    with av.open(sink, "w", format="mp4", options=_FRAGMENTED) as target:
        pictures = source.streams.video[0]
        made = target.add_stream("libx264", rate=pictures.average_rate or 25, options=_ENCODING)
        made.width, made.height = pictures.width & ~1, pictures.height & ~1
        made.pix_fmt = "yuv420p"
        base = pictures.time_base or Fraction(1, 90_000)
        made.codec_context.time_base = base
        copies = _copied_sound(source, target)
        for packet in source.demux(pictures, *(stream for stream in source.streams.audio if stream.index in copies)):
            if packet.stream.index in copies:
                if packet.dts is not None:
                    packet.stream = copies[packet.stream.index]
                    target.mux(packet)
            else:
                for decoded in pictures.decode(packet):
                    for frame in redaction.push(decoded, base):
                        target.mux(made.encode(_drawn(frame, marks, cover, base)))
            yield from sink.taken()
        for frame in redaction.rest():
            target.mux(made.encode(_drawn(frame, marks, cover, base)))
        target.mux(made.encode(None))
    yield from sink.taken()


def _drawn(frame: VideoFrame, marks: _Marks, cover: Cover, base: Fraction) -> VideoFrame:
    """The frame as it is encoded: even in both directions, in yuv420p, with its time."""
    plain = cover.on(frame)
    width, height = plain.width & ~1, plain.height & ~1
    if marks.label is not None:
        made = marks.label.drawn(plain, base, width, height)
    else:
        made = plain.reformat(width, height, "yuv420p")
        made.pts, made.time_base = frame.pts, base
    return made if marks.watermark is None else marks.watermark.drawn(made)


def _copied_sound(source: InputContainer, target: OutputContainer) -> dict[int, Any]:
    """Streams of the target by index of the source's."""
    return {
        stream.index: target.add_stream_from_template(stream)
        for stream in source.streams.audio
        if stream.codec_context.name in _COPIED
    }


@dataclass(frozen=True, slots=True)
class _Marks:
    """What is drawn over the pictures."""

    label: Label | None
    watermark: Watermark | None


class Label:
    """Draws name and time into the lower left corner. clock: from ms of media time to UTC ms."""

    def __init__(self, name: str, clock: Callable[[int], int], zone: tzinfo) -> None:
        self._name = "".join(letter if letter.isprintable() else "?" for letter in name)
        self._clock, self._zone = clock, zone
        self._text = ""
        self._strip: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)

    def drawn(self, frame: VideoFrame, base: Fraction, width: int, height: int) -> VideoFrame:
        """The frame, labelled, in that size and in yuv420p, with the same time."""
        plain = frame.reformat(width, height, "yuv420p").to_ndarray()
        strip = self._strip_for(self.text(int((frame.pts or 0) * base * 1000)), width, height)
        tall, wide = strip.shape
        plain[height - tall : height, :wide] = strip
        # The planes of colour follow, a quarter of the size each, their rows two by two in a row of the array.
        for plane in range(2):
            colour = plain[height + plane * height // 4 : height + (plane + 1) * height // 4].reshape(height // 2, -1)
            colour[height // 2 - tall // 2 :, : wide // 2] = _NO_COLOUR
        made = VideoFrame.from_ndarray(plain, "yuv420p")
        made.pts, made.time_base = frame.pts, base
        return made

    def text(self, media_ms: int) -> str:
        """What is drawn: `Gate  2026-11-22 16:41:25.3 CET`."""
        wall = self._clock(media_ms)
        moment = datetime.fromtimestamp(wall // 1000, UTC).astimezone(self._zone)
        return f"{self._name}  {moment:%Y-%m-%d %H:%M:%S}.{wall % 1000 // 100} {moment:%Z}"

    def _strip_for(self, text: str, width: int, height: int) -> NDArray[np.uint8]:
        if text != self._text:
            self._text, self._strip = text, _strip(text, width, height)
        return self._strip


def _strip(text: str, width: int, height: int) -> NDArray[np.uint8]:
    """White on black, even in both directions and no larger than the picture."""
    size = max(height // 28, 10)
    font = ImageFont.load_default(size)
    wide, tall = min(int(font.getlength(text)) + size, width) & ~1, min(size * 3 // 2, height) & ~3
    image = Image.new("L", (wide, tall), _BLACK)
    ImageDraw.Draw(image).text((size // 2, tall // 2), text, fill=_WHITE, font=font, anchor="lm")
    return np.asarray(image)


class _Reading(io.RawIOBase):
    """A virtual file as FFmpeg reads files."""

    def __init__(self, file: VirtualMp4[Place], read: Read) -> None:
        self._file, self._read, self._at = file, read, 0

    def read(self, size: int = -1) -> bytes:
        end = self._file.size if size < 0 else min(self._at + size, self._file.size)
        data = b"".join(self._file.chunks(self._at, end, self._read))
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.size}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


class _Sink:
    """Where the encoder's bytes wait until they are taken."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._waiting.append(bytes(data))
        return len(data)

    def taken(self) -> Iterator[bytes]:
        yield from self._waiting
        self._waiting.clear()
