"""The strip in the upper left corner that says, to machines, which frame of which camera a picture is.

28 cells from left to right: white, black, 8 bits of the camera's tag, 16 bits of the frame number (most significant
first), 2 bits of checksum. It survives scaling and lossy coding, so that a test knows each decoded picture.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

CELLS = 28


def _bits(tag: int, number: int) -> list[int]:
    word = (tag & 0xFF) << 16 | (number & 0xFFFF)
    return [1, 0, *((word >> shift) & 1 for shift in range(23, -1, -1)), *((_checksum(word) >> s) & 1 for s in (1, 0))]


def _checksum(word: int) -> int:
    return sum((word >> shift) & 3 for shift in range(0, 24, 2)) & 3


def strip_size(width: int, height: int) -> tuple[int, int]:
    """Width of one cell and height of the strip in a picture of this size."""
    return max(4, width // 40), max(6, height // 24)


def stamp(luma: npt.NDArray[Any], tag: int, number: int) -> None:
    """Write the strip into a picture's luma plane, an array of height x width bytes."""
    cell, height = strip_size(luma.shape[1], luma.shape[0])
    row = np.repeat(np.array(_bits(tag, number), dtype=np.uint8) * 200 + 28, cell)
    luma[:height, : row.size] = row


def read(luma: npt.NDArray[Any]) -> tuple[int, int] | None:
    """Camera tag and frame number of a decoded picture's luma plane, or None when no sound strip is there."""
    cell, height = strip_size(luma.shape[1], luma.shape[0])
    band = luma[height // 4 : max(height // 4 + 1, height * 3 // 4), : CELLS * cell].astype(np.float32)
    if band.shape[1] < CELLS * cell:
        return None
    margin = cell // 4
    cells = band.mean(axis=0).reshape(CELLS, cell)[:, margin : cell - margin].mean(axis=1)
    bits = [int(value > 128) for value in cells]
    word = int("".join(map(str, bits[2:26])), 2)
    if bits[:2] != [1, 0] or bits[26] << 1 | bits[27] != _checksum(word):
        return None
    return word >> 16, word & 0xFFFF
