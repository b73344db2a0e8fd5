"""Clips: media files held in memory as access units, ready to be looped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from core.api import AccessUnit, Codec, StreamInfo, Track

VIDEO_CLOCK = 90_000
G711_FRAME = 320  # samples of a G.711 unit: 40 ms, as cameras send it
_CODECS = {
    "h264": Codec.H264,
    "hevc": Codec.H265,
    "mjpeg": Codec.MJPEG,
    "aac": Codec.AAC,
    "pcm_mulaw": Codec.PCMU,
    "pcm_alaw": Codec.PCMA,
    "opus": Codec.OPUS,
}
# Containers whose H.264 and H.265 packets are length-prefixed and carry both timestamps.
_CONTAINERS = ("mov", "mp4", "matroska")


class UnservableFile(Exception):
    """A file that cannot be served as a camera; the message is one sentence for a person."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a camera sends at one moment: a picture and the audio since the one before. due: 90 kHz ticks."""

    due: int
    units: tuple[AccessUnit, ...]
    keyframe: bool


@dataclass(frozen=True, slots=True)
class Clip:
    """One loop of a stream. duration: 90 kHz ticks; pictures' `pts` start at 0, `wall_ms` of all units is 0."""

    info: StreamInfo
    batches: tuple[Batch, ...]
    duration: int

    def with_video_of(self, other: Clip) -> Clip:
        """Another clip's pictures with this one's sound."""
        pictures = [unit for unit in other.units if unit.track == 0]
        sounds = [unit for unit in self.units if unit.track == 1]
        tracks = (other.info.tracks[0], *self.info.tracks[1:])
        return Clip(StreamInfo(tracks), _batches(pictures, sounds, tracks[-1].timescale), other.duration)

    def dressed(self, batch: Batch, turn: int) -> list[AccessUnit]:
        """A batch's units with the times they have in one turn of the loop, counted from 1970."""
        found = []
        for unit in batch.units:
            timescale = self.info.tracks[unit.track].timescale
            offset = turn * self.duration * timescale // VIDEO_CLOCK
            pts = offset + unit.pts
            found.append(replace(unit, dts=offset + unit.dts, pts=pts, wall_ms=pts * 1000 // timescale))
        return found

    @property
    def units(self) -> Iterator[AccessUnit]:
        """All units in sending order."""
        return (unit for batch in self.batches for unit in batch.units)


def is_servable(path: Path) -> bool:
    """Whether a file can be sent as it is; otherwise it must be transcoded first. Raises UnservableFile."""
    try:
        with av.open(str(path)) as container:
            video = next(iter(container.streams.video), None)
            if video is None:
                raise UnservableFile(f"{path} holds no video.")
            known = any(name in container.format.name for name in _CONTAINERS)
            return known and video.codec_context.name in _CODECS
    except (av.FFmpegError, OSError) as error:
        raise UnservableFile(f"{path} cannot be read as a video ({error}).") from error


def load(path: Path, *, audio: bool = True) -> Clip:
    """Read a servable file whole. Audio in a codec that cameras do not send is left out. Raises UnservableFile."""
    try:
        with av.open(str(path)) as container:
            video = container.streams.video[0]
            sound = next((s for s in container.streams.audio if audio and s.codec_context.name in _CODECS), None)
            packets = [p for p in container.demux(*(s for s in (video, sound) if s)) if p.size and p.dts is not None]
            pictures = _pictures(video, [p for p in packets if p.stream is video])
            sounds = _sounds(sound, [p for p in packets if p.stream is sound]) if sound else []
            tracks = (_video_track(video), *((_audio_track(sound),) if sound else ()))
    except (av.FFmpegError, OSError, IndexError) as error:
        raise UnservableFile(f"{path} cannot be read as a video ({error}).") from error
    if not pictures:
        raise UnservableFile(f"{path} holds no keyframe to start with.")
    duration = max(unit.pts + unit.duration for unit in pictures)
    sounds = [unit for unit in sounds if unit.pts * VIDEO_CLOCK < duration * tracks[-1].timescale]
    return Clip(StreamInfo(tracks), _batches(pictures, sounds, tracks[-1].timescale), duration)


def _video_track(stream: Any) -> Track:
    context = stream.codec_context
    codec = _CODECS[context.name]
    config = bytes(context.extradata or b"") if codec is not Codec.MJPEG else b""
    rate = float(stream.average_rate or 0)
    return Track(0, codec, VIDEO_CLOCK, config, context.width, context.height, rate)


def _audio_track(stream: Any) -> Track:
    context = stream.codec_context
    codec = _CODECS[context.name]
    config = bytes(context.extradata or b"") if codec in (Codec.AAC, Codec.OPUS) else b""
    config = config.removeprefix(b"OpusHead")
    return Track(1, codec, context.sample_rate, config, sample_rate=context.sample_rate, channels=context.channels)


def _pictures(stream: Any, packets: list[Any]) -> list[AccessUnit]:
    """In decoding order from the first keyframe on, moved so that the first picture shown has pts 0."""
    scale = stream.time_base * VIDEO_CLOCK
    usual = round(VIDEO_CLOCK / (stream.average_rate or 25))
    first = next((number for number, packet in enumerate(packets) if packet.is_keyframe), len(packets))
    units = [
        AccessUnit(
            0,
            round(p.dts * scale),
            round((p.dts if p.pts is None else p.pts) * scale),
            usual,
            p.is_keyframe,
            0,
            bytes(p),
        )
        for p in packets[first:]
    ]
    start = units[0].pts if units else 0
    return [replace(unit, dts=unit.dts - start, pts=unit.pts - start) for unit in units if unit.pts >= start]


def _sounds(stream: Any, packets: list[Any]) -> list[AccessUnit]:
    """From pts 0 on: what lies before is the encoder's priming, and would make the loop go backwards."""
    scale: Fraction = stream.time_base * stream.codec_context.sample_rate
    if stream.codec_context.name.startswith("pcm"):
        data = b"".join(bytes(packet) for packet in packets)
        size = G711_FRAME * stream.codec_context.channels
        pieces = [data[at : at + size] for at in range(0, len(data) - size + 1, size)]
        return [AccessUnit(1, n * G711_FRAME, n * G711_FRAME, G711_FRAME, True, 0, d) for n, d in enumerate(pieces)]
    units = []
    for packet in packets:
        pts = round(packet.dts * scale)
        if pts >= 0:
            units.append(AccessUnit(1, pts, pts, round((packet.duration or 0) * scale), True, 0, bytes(packet)))
    return units


def _batches(pictures: list[AccessUnit], sounds: list[AccessUnit], rate: int) -> tuple[Batch, ...]:
    """A picture is due when the camera has seen it and all it refers to: its dts, late by the reordering delay."""
    delay = -min(unit.dts for unit in pictures)
    batches: list[Batch] = []
    at = 0
    for picture in pictures:
        due = picture.dts + delay
        upto = at
        while upto < len(sounds) and sounds[upto].pts * VIDEO_CLOCK <= due * rate:
            upto += 1
        batches.append(Batch(due, (picture, *sounds[at:upto]), picture.keyframe))
        at = upto
    if at < len(sounds):
        last = batches[-1]
        batches[-1] = replace(last, units=last.units + tuple(sounds[at:]))
    return tuple(batches)
