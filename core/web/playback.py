"""Recorded ranges as one MP4 file, and single frames of recordings: from the index to bytes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from core.media.fragments import cover
from core.media.mp4.assemble import Piece, VirtualMp4
from core.media.mp4.init import init_segment
from core.recording import queries
from core.recording.reading import Place, Readers
from core.web.plans import Asked, Continuing, Plan, Plans
from core.web.ranges import ThreadedSource

MAX_GOP_BYTES = 64 * 1024 * 1024
SETTLED_MS = 2000
"""Further back than this from the end of what is recorded, nothing new comes in between."""
_plans = Plans()


class NothingRecorded(LookupError):
    """There is no recording at that time; the message says so and what to do."""


@cache
def readers() -> Readers:
    """The volume readers of this process."""
    return Readers()


def playback(
    camera_id: int,
    start_ms: int,
    end_ms: int,
    stream: int,
    continuing: Continuing | None = None,
    *,
    silent: bool = False,
) -> Plan:
    """The recording of a range, from the keyframe at or before its start; gaps are skipped. silent: without sound.

    continuing: what a request for a later part says of the file that it has begun to read (core.web.plans).
    Raises NothingRecorded, and StorageError when not even its first bytes can be read.
    """
    asked = camera_id, stream, start_ms, end_ms, silent
    plan = _plans.find(asked, queries.extents(camera_id, start_ms, end_ms, stream), continuing)
    if plan is None:
        plan = _plan(asked)
        _plans.keep(asked, plan)
    place, offset = plan.first
    readers().read_now(place, offset, 16)
    return plan


def _plan(asked: Asked) -> Plan:
    camera_id, stream, start_ms, end_ms, silent = asked
    extents: dict[int, int] = {}
    pieces: list[Piece[Place]] = []
    for segment in queries.segments(camera_id, start_ms, end_ms, stream):
        extents[segment.id] = segment.size
        piece = _piece(segment, start_ms, end_ms)
        if piece.first < piece.last:
            pieces.append(piece)
    if not pieces:
        raise NothingRecorded("Nothing is recorded in this range; GET /api/v1/recordings/ says what is.")
    file = VirtualMp4(pieces, silent=silent)
    return Plan(file, file.etag, extents, (pieces[0].source, pieces[0].fragments()[0].offset))


def source(file: VirtualMp4[Place]) -> ThreadedSource:
    """The file's bytes for `range_response`, read in threads at the client's pace."""
    return ThreadedSource(file.size, lambda start, end: file.chunks(start, end, readers().read_now))


@dataclass(frozen=True, slots=True)
class FrameFile:
    """A small MP4 file and the moment on its time line, in ms. settled: that moment's picture will not change."""

    data: bytes
    at_ms: int
    settled: bool


def frame_file(camera_id: int, at_ms: int, stream: int, *, keyframe: bool = False) -> FrameFile:
    """What a picture of a moment is decoded from: all from the keyframe before it on, or the keyframe alone.

    Raises NothingRecorded, StorageError.
    """
    segment = queries.segment_at(camera_id, at_ms, stream)
    fragments = segment.fragments() if segment else []
    if segment is None or not fragments:
        raise NothingRecorded("Nothing is recorded at this time; GET /api/v1/recordings/ says what is.")
    at = at_ms - segment.start_ms
    first, last = cover(fragments, at, at + 1)
    if first == last:
        raise NothingRecorded("Nothing is recorded at this time; GET /api/v1/recordings/ says what is.")
    settled = not segment.open or at + SETTLED_MS < fragments[-1].end_ms
    if keyframe:
        at, last = fragments[first].start_ms, first + 1
    begin, end = fragments[first].offset, fragments[last - 1].offset + fragments[last - 1].size
    if end - begin > MAX_GOP_BYTES:
        raise NothingRecorded("The last keyframe before this time is too far away to decode a picture.")
    data = init_segment(segment.tracks) + readers().read_now(segment.place, begin, end - begin)
    return FrameFile(data, at, settled)


def _piece(segment: queries.StoredSegment, start_ms: int, end_ms: int) -> Piece[Place]:
    first, last = cover(segment.fragments(), start_ms - segment.start_ms, end_ms - segment.start_ms)
    return Piece(segment.place, segment.tracks, segment.encoded, first, last)
