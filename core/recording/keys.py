"""Names of segments, and the keys of their objects."""

from __future__ import annotations

import re
from typing import NamedTuple

from core.media.segmenter import segment_header, segment_key
from core.media.units import Track
from core.recording import ids
from core.recording.models import Piece, Stream

_KEY = re.compile(r"(\d+)/\d{4}-\d{2}-\d{2}/\d{2}/([a-z]+)-(\d+)\.mp4")


class SegmentName(NamedTuple):
    """What identifies a segment, in the index and in its key."""

    camera_id: int
    stream: int
    start_ms: int

    @property
    def id(self) -> int:
        """Its row id. Raises ValueError for a name that the index cannot hold."""
        return ids.segment_id(self.camera_id, self.stream, self.start_ms)

    @classmethod
    def of(cls, segment: int) -> SegmentName:
        """The name of a row id."""
        return cls(ids.camera_of(segment), ids.stream_of(segment), ids.start_of(segment))


def object_key(name: SegmentName) -> str:
    """The key at which a segment is stored."""
    return segment_key(name.camera_id, str(Stream(name.stream).label), name.start_ms)


def header(name: SegmentName, tracks: tuple[Track, ...], *, edge: bool = False) -> bytes:
    """The first bytes of its object."""
    return segment_header(name.camera_id, str(Stream(name.stream).label), name.start_ms, tracks, edge=edge)


def piece_key(piece: Piece) -> str:
    """The key of a piece's object."""
    return piece.stored_key or object_key(SegmentName.of(piece.segment_id))


def parse_key(key: str) -> SegmentName | None:
    """The segment of a key; None when no recorder made it."""
    found = _KEY.fullmatch(key)
    if found is None or found[2] not in Stream.labels:
        return None
    name = SegmentName(int(found[1]), stream_number(found[2]), int(found[3]))
    try:
        return name if object_key(SegmentName.of(name.id)) == key else None
    except ValueError:
        return None


def stream_number(name: str) -> int:
    """The number under which the index keeps a stream ("main", "sub"). Raises ValueError for another name."""
    return Stream.values[Stream.labels.index(name)]
