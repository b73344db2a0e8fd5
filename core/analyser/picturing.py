"""What a detector shows of itself, as a gray PNG (ISO/IEC 15948): a dozen lines instead of a library in each worker."""

from __future__ import annotations

import struct
import zlib

MOST_BYTES = 128 * 1024
"""Of a picture; what takes more is shown at half the size."""
_QUICKLY = 1  # zlib's level


def gray_png(pixels: bytes, width: int, height: int) -> bytes:
    """A picture of width x height bytes as PNG, smaller where it would take more than MOST_BYTES.

    Raises ValueError for another number of bytes.
    """
    if not width * height or len(pixels) != width * height:
        raise ValueError(f"{len(pixels)} bytes are no picture of {width} x {height}")
    made = _png(pixels, width, height)
    while len(made) > MOST_BYTES:
        pixels = b"".join(pixels[row * width : (row + 1) * width : 2] for row in range(0, height, 2))
        width, height = (width + 1) // 2, (height + 1) // 2
        made = _png(pixels, width, height)
    return made


def _png(pixels: bytes, width: int, height: int) -> bytes:
    rows = b"".join(b"\0" + pixels[row * width : (row + 1) * width] for row in range(height))  # 0: not filtered
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, _QUICKLY)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
