"""Row ids that say what a row is of: `camera << 43 | stream << 42 | start_ms`, a piece's with three bits more below.

SQLite keeps a table in the order of its ids, so the minutes of one stream lie side by side on the disk although all
cameras write at once, a range of time is a range of ids, and names need no index of their own. The times fit until
the year 2109.
"""

from __future__ import annotations

TIME_BITS = 42
STREAM_BITS = 1
PIECE_BITS = 3
CAMERAS = 1 << (63 - TIME_BITS - STREAM_BITS - PIECE_BITS)
"""Camera ids are below this: 131,072."""

ALWAYS = 1 << TIME_BITS
"""A time after all others, UTC ms."""

_TIMES = 1 << TIME_BITS
_STREAMS = 1 << STREAM_BITS


def segment_id(camera_id: int, stream: int, start_ms: int) -> int:
    """The row id of a segment. Raises ValueError for what cannot have one."""
    if not (0 <= camera_id < CAMERAS and 0 <= stream < _STREAMS and 0 <= start_ms < _TIMES):
        raise ValueError(f"camera {camera_id}, stream {stream}, {start_ms} ms: has no place in the segment index")
    return _first(camera_id, stream) + start_ms


def id_range(camera_id: int, stream: int, after_ms: int, before_ms: int) -> tuple[int, int]:
    """Ids (low, high), both exclusive, of a stream's segments that start after and before these times.

    Any times may be asked for, and any camera: one that the index cannot hold has an empty range of its own.
    """
    first = _first(camera_id, stream) if 0 <= camera_id < CAMERAS else _first(CAMERAS, 0)
    return first + min(max(after_ms, -1), _TIMES - 1), first + min(max(before_ms, 0), _TIMES)


def camera_range(camera_id: int) -> tuple[int, int]:
    """Ids (low, high), both exclusive, of all segments of a camera."""
    return _first(camera_id, 0) - 1, _first(camera_id + 1, 0)


def camera_of(segment: int) -> int:
    """The camera of a segment's row id."""
    return segment >> (TIME_BITS + STREAM_BITS)


def stream_of(segment: int) -> int:
    """The stream of a segment's row id."""
    return segment >> TIME_BITS & (_STREAMS - 1)


def start_of(segment: int) -> int:
    """The start of a segment's row id, UTC ms."""
    return segment & (_TIMES - 1)


def piece_id(segment: int, ordinal: int = 0) -> int:
    """The row id of a segment's piece, counted from 0. Raises ValueError beyond the eighth."""
    if not 0 <= ordinal < 1 << PIECE_BITS:
        raise ValueError(f"piece {ordinal}: a segment has at most {1 << PIECE_BITS}")
    return segment << PIECE_BITS | ordinal


def piece_ids(segment: int) -> list[int]:
    """The row ids that a segment's pieces may have."""
    return [piece_id(segment, ordinal) for ordinal in range(1 << PIECE_BITS)]


def segment_of(piece: int) -> int:
    """The segment of a piece's row id."""
    return piece >> PIECE_BITS


def piece_range(first: int, last: int) -> tuple[int, int]:
    """Ids (low, high), both inclusive, of the pieces of the segments `first` to `last`."""
    return first << PIECE_BITS, (last + 1 << PIECE_BITS) - 1


def _first(camera_id: int, stream: int) -> int:
    return camera_id << (TIME_BITS + STREAM_BITS) | stream << TIME_BITS
