"""Boxes: a 32-bit size, four letters, the content (ISO/IEC 14496-12 section 4.2)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

HEADER = 8
_SIZE_TYPE = struct.Struct(">I4s")
_LARGE = struct.Struct(">Q")


def box(kind: bytes, *content: bytes) -> bytes:
    """A box of four letters around its content."""
    return b"".join((_SIZE_TYPE.pack(HEADER + sum(map(len, content)), kind), *content))


def full_box(kind: bytes, version: int, flags: int, *content: bytes) -> bytes:
    """A box that starts with a version and 24 flag bits (section 4.2.2)."""
    return box(kind, struct.pack(">I", version << 24 | flags), *content)


def parse_header(data: bytes) -> tuple[bytes, int, int] | None:
    """Type, header size and whole size of the box that starts here; None when these bytes are no box header.

    `data` should be 16 bytes for boxes over 4 GiB. A size of 0 (up to the end of the file) is none of ours.
    """
    if len(data) < HEADER:
        return None
    size, kind = _SIZE_TYPE.unpack_from(data)
    if size != 1:
        return (kind, HEADER, size) if size >= HEADER else None
    if len(data) < HEADER + _LARGE.size:
        return None
    (size,) = _LARGE.unpack_from(data, HEADER)
    return (kind, HEADER + _LARGE.size, size) if size >= HEADER + _LARGE.size else None


def children(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Type, content start and end of each box between two positions. Raises ValueError on a broken one."""
    at, end = start, len(data) if end is None else end
    while at < end:
        header = parse_header(data[at : at + 16])
        if header is None or at + header[2] > end:
            raise ValueError(f"broken box at byte {at}")
        kind, size, whole = header
        yield kind, at + size, at + whole
        at += whole


def find(data: bytes, *path: bytes, start: int = 0, end: int | None = None) -> tuple[int, int] | None:
    """Content start and end of the first box along a path of types, None when there is none."""
    end = len(data) if end is None else end
    for kind in path:
        for found, inner, outer in children(data, start, end):
            if found == kind:
                start, end = inner, outer
                break
        else:
            return None
    return start, end
