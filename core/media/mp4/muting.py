"""Sound taken out of a fragment without moving a byte: its table becomes free space, its samples become zeros.

So a file without sound has the same size as one with it, and byte ranges are as cheap. Players skip a `free` box
wherever it lies (ISO/IEC 14496-12 section 8.1.2).
"""

from __future__ import annotations

import struct
from collections.abc import Collection

from core.media.mp4.boxes import HEADER
from core.media.mp4.fragment import FIRST_TRAF, FREE, PRFT_SIZE

_TRACK_ID = HEADER + 12
_DATA_OFFSET = HEADER + 32 + 20 + 16
_U32 = struct.Struct(">I")
Span = tuple[int, int]


def mute(head: bytearray, size: int, sound: Collection[int]) -> list[Span]:
    """Hide the tracks `sound` (track_IDs) of a fragment made by `build`, in place, and tell where their samples lie.

    head: the fragment's bytes up to its media data, or more of it; size: of the whole fragment. Returns stretches
    [begin, end) of the fragment's bytes to be overwritten. Raises ValueError when these bytes are no such head.
    """
    if head[PRFT_SIZE + 4 : PRFT_SIZE + HEADER] != b"moof":
        raise ValueError("not the head of a fragment of ours")
    (moof_size,) = _U32.unpack_from(head, PRFT_SIZE)
    at, begins, hidden = FIRST_TRAF, list[int](), list[int]()
    while at < PRFT_SIZE + moof_size:
        (length,) = _U32.unpack_from(head, at)
        if head[at + 4 : at + 8] != b"traf" or length <= _DATA_OFFSET:
            raise ValueError("not the head of a fragment of ours")
        begin = PRFT_SIZE + int(_U32.unpack_from(head, at + _DATA_OFFSET)[0])
        begins.append(begin)
        if _U32.unpack_from(head, at + _TRACK_ID)[0] in sound:
            head[at + 4 : at + 8] = FREE
            hidden.append(begin)
        at += length
    ends = [*sorted(begins), size]
    return [(begin, next(end for end in ends if end > begin)) for begin in hidden]


def blank(data: bytearray, spans: Collection[Span], offset: int = 0) -> None:
    """Overwrite the stretches with zeros, in place. offset: of the fragment's byte with which `data` begins."""
    for begin, end in spans:
        low, high = max(begin - offset, 0), min(end - offset, len(data))
        if low < high:
            data[low:high] = bytes(high - low)


def muted(fragment: bytes, sound: Collection[int]) -> bytes:
    """A whole fragment without its sound."""
    data = bytearray(fragment)
    blank(data, mute(data, len(data), sound))
    return bytes(data)
