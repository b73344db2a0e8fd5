"""The fragment index of a segment: where each fragment lies and which time it covers, a few bytes a fragment.

Stored with each segment's row, so that any time range is served by byte ranges without opening a file.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

VERSION = 2
_KEYFRAME, _OFFSET_GAP, _TIME_GAP, _MEASURED, _OTHER_DURATION = 1, 2, 4, 8, 16


class Fragment(NamedTuple):
    """One fragment of a segment.

    offset, size: bytes in the file, from its `prft` box to the end of its `mdat`. head: bytes before the media data.
    start_ms: since the segment's start. duration_ms: up to the next fragment. keyframe: its video begins with one.
    motion, loudness: 0 to 255, 0 where not measured.
    """

    offset: int
    size: int
    head: int
    start_ms: int
    duration_ms: int
    keyframe: bool
    motion: int = 0
    loudness: int = 0

    @property
    def end_ms(self) -> int:
        """End of its time, exclusive, since the segment's start."""
        return self.start_ms + self.duration_ms


EMPTY = bytes((VERSION,))
"""An index without fragments."""
NONE = Fragment(0, 0, 0, 0, 0, keyframe=False)
"""What the first fragment of an index follows."""


def encode(fragments: Iterable[Fragment]) -> bytes:
    """The index as bytes: a version byte, then a flags byte and variable-length numbers for each fragment.

    Offsets, times and durations that simply follow the fragment before are left out; of the head only the difference
    is kept. A minute is about 600 bytes, and the fewer they are, the fewer pages of the database an hour is read from.
    """
    out, before = bytearray(EMPTY), NONE
    for item in fragments:
        out += following(before, item)
        before = item
    return bytes(out)


def following(before: Fragment, item: Fragment) -> bytes:
    """What `item` adds to an index that ends with `before`; the first one follows NONE, and its index EMPTY."""
    flags = item.keyframe * _KEYFRAME
    flags |= (item.offset != before.offset + before.size) * _OFFSET_GAP | (item.start_ms != before.end_ms) * _TIME_GAP
    flags |= bool(item.motion or item.loudness) * _MEASURED
    flags |= (item.duration_ms != before.duration_ms) * _OTHER_DURATION
    out = bytearray((flags,))
    if flags & _OFFSET_GAP:
        _put(out, _zigzag(item.offset - before.offset - before.size))
    if flags & _TIME_GAP:
        _put(out, _zigzag(item.start_ms - before.end_ms))
    _put(out, item.size)
    _put(out, _zigzag(item.head - before.head))
    if flags & _OTHER_DURATION:
        _put(out, item.duration_ms)
    if flags & _MEASURED:
        out += bytes((item.motion, item.loudness))
    return bytes(out)


def decode(data: bytes | memoryview) -> list[Fragment]:
    """The fragments of an index made by `encode`; empty bytes are an empty index. Raises ValueError when damaged."""
    data = bytes(data)
    if data and data[0] != VERSION:
        raise ValueError(f"fragment index of version {data[0]}, this Eyrie reads version {VERSION}")
    try:
        return _decode(data)
    except IndexError:
        raise ValueError("the fragment index ends too early") from None


def _decode(data: bytes) -> list[Fragment]:
    found: list[Fragment] = []
    at, end, offset, time, head, duration = 1, len(data), 0, 0, 0, 0
    while at < end:
        flags = data[at]
        at += 1
        if flags & _OFFSET_GAP:
            step, at = _get(data, at)
            offset += _unzigzag(step)
        if flags & _TIME_GAP:
            step, at = _get(data, at)
            time += _unzigzag(step)
        size, at = _get(data, at)
        step, at = _get(data, at)
        head += _unzigzag(step)
        if flags & _OTHER_DURATION:
            duration, at = _get(data, at)
        motion = loudness = 0
        if flags & _MEASURED:
            motion, loudness, at = data[at], data[at + 1], at + 2
        found.append(Fragment(offset, size, head, time, duration, bool(flags & _KEYFRAME), motion, loudness))
        offset, time = offset + size, time + duration
    return found


def find(fragments: Sequence[Fragment], at_ms: int) -> int:
    """Position of the fragment at which decoding starts for a time since the segment's start.

    That is the last one at or before it that begins with a keyframe, else the first. Raises ValueError when empty.
    """
    if not fragments:
        raise ValueError("the segment has no fragment")
    at = max(bisect_right(fragments, at_ms, key=_start) - 1, 0)
    while at and not fragments[at].keyframe:
        at -= 1
    return at


def cover(fragments: Sequence[Fragment], start_ms: int, end_ms: int) -> tuple[int, int]:
    """Positions [first, last) of the fragments that show the times [start, end) since the segment's start.

    Begins at the keyframe at or before `start_ms`; empty (n, n) when nothing lies in the range.
    """
    if not fragments or start_ms >= fragments[-1].end_ms or end_ms <= fragments[0].start_ms or end_ms <= start_ms:
        return 0, 0
    return find(fragments, start_ms), max(bisect_right(fragments, end_ms - 1, key=_start), 1)


def _start(item: Fragment) -> int:
    return item.start_ms


def _put(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _get(data: bytes, at: int) -> tuple[int, int]:
    value = data[at]
    at += 1
    if value < 128:
        return value, at
    value &= 127
    shift = 7
    while (byte := data[at]) > 127:
        value |= (byte & 127) << shift
        shift += 7
        at += 1
    return value | byte << shift, at + 1


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _unzigzag(value: int) -> int:
    return -(value >> 1) - 1 if value & 1 else value >> 1
