"""What a camera recorded, picture by picture, as a detector is to see it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from core.analyser.decoding import Decoding
from core.analyser.hearing import Blocks, Hearing
from core.analyser.rates import Rate
from core.analyser.scaling import Scaler
from core.hookspecs.detectors import AudioRequest, Frame, FrameRequest, Sound
from core.hookspecs.storage import StorageError
from core.media.fragments import cover
from core.media.mp4.reader import samples
from core.media.units import AccessUnit, Track
from core.recording.models import Stream
from core.recording.queries import StoredSegment, segments
from core.recording.reading import Readers

WARM_UP_MS = 10_000
"""Recorded time before the range that is looked at as well, so that a detector knows its background by then."""


@dataclass(slots=True)
class Cost:
    """CPU µs of reading, decoding and scaling."""

    decode_us: int = 0


def stream_for(camera_id: int, asked: str, start_ms: int, end_ms: int) -> Stream:
    """The stream a detector asks for, or main where the other one is not recorded."""
    if asked == "sub" and next(iter(segments(camera_id, start_ms, end_ms, Stream.SUB)), None) is not None:
        return Stream.SUB
    return Stream.MAIN


def frames(
    camera_id: int, wants: FrameRequest, start_ms: int, end_ms: int, readers: Readers, cost: Cost
) -> Iterator[Frame]:
    """The pictures of a range that `wants` asks for; what cannot be read is left out. Motion is not waited for."""
    stream = stream_for(camera_id, wants.stream, start_ms, end_ms)
    scaler, rate = Scaler(wants.width, wants.pixel_format), Rate(wants.fps)
    decoding: Decoding | None = None
    track: Track | None = None
    for segment in segments(camera_id, start_ms, end_ms, stream):
        if not segment.tracks or not segment.tracks[0].is_video:
            continue
        if decoding is None or segment.tracks[0] != track:
            track = segment.tracks[0]
            decoding = Decoding(track)
        rate.begin_anew()
        for unit in _units(segment, 0, start_ms, end_ms, readers):
            began = time.thread_time_ns()
            made = _made(decoding, unit, rate, scaler, camera_id, wants)
            cost.decode_us += (time.thread_time_ns() - began) // 1000
            yield from (one for one in made if start_ms <= one.wall_ms < end_ms)


def sounds(
    camera_id: int, wants: AudioRequest, start_ms: int, end_ms: int, readers: Readers, cost: Cost
) -> Iterator[Sound]:
    """The sound of a range in the blocks that `wants` asks for; what cannot be read is left out."""
    stream = stream_for(camera_id, wants.stream, start_ms, end_ms)
    blocks = Blocks(wants.rate, wants.block_ms)
    hearing: Hearing | None = None
    for segment in segments(camera_id, start_ms, end_ms, stream):
        track = next((one for one in segment.tracks if not one.is_video), None)
        if track is None:
            continue
        if hearing is None or hearing.track != track:
            hearing = Hearing(track)
        for unit in _units(segment, track.index, start_ms, end_ms, readers):
            began = time.thread_time_ns()
            cut = [block for frame, wall_ms in hearing.push(unit) for block in blocks.cut(frame, wall_ms)]
            cost.decode_us += (time.thread_time_ns() - began) // 1000
            yield from (Sound(camera_id, at, wants.rate, pcm) for at, pcm in cut if start_ms <= at < end_ms)


def _made(
    decoding: Decoding, unit: AccessUnit, rate: Rate, scaler: Scaler, camera_id: int, wants: FrameRequest
) -> list[Frame]:
    made = []
    for wall_ms, picture in decoding.push(unit, lambda keyframe: rate.soonest_ms(keyframe=keyframe)):
        if not rate.due(wall_ms, keyframe=picture.key_frame):
            continue
        rate.given(wall_ms)
        width, height = scaler.size(picture)
        pixels = bytearray(scaler.bytes_of(picture))
        scaler.write(picture, memoryview(pixels))
        made.append(Frame(camera_id, wall_ms, width, height, wants.pixel_format, memoryview(pixels).toreadonly()))
    return made


def _units(segment: StoredSegment, track: int, start_ms: int, end_ms: int, readers: Readers) -> Iterator[AccessUnit]:
    stored = segment.fragments()
    first, last = cover(stored, start_ms - segment.start_ms, end_ms - segment.start_ms)
    for fragment in stored[first:last]:
        try:
            data = readers.read_now(segment.place, fragment.offset, fragment.size)
            found = samples(data, segment.tracks)
        except (StorageError, ValueError):
            return  # retention was quicker, or the file is damaged: the rest of it is not there
        yield from (unit for unit in found if unit.track == track)
