"""The strip in the upper left corner that says, to machines, which frame of which camera a picture is.

28 cells from left to right: white, black, 8 bits of the camera's tag, 16 bits of the frame number (most significant
first), 2 bits of checksum. It survives scaling and lossy coding, so that a test knows each decoded picture.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

CELLS = 28
WIDTH_CELLS = 64  # cells that would fill the picture's width


def _bits(tag: int, number: int) -> list[int]:
    word = (tag & 0xFF) << 16 | (number & 0xFFFF)
    return [1, 0, *((word >> shift) & 1 for shift in range(23, -1, -1)), *((_checksum(word) >> s) & 1 for s in (1, 0))]


def _checksum(word: int) -> int:
    return sum((word >> shift) & 3 for shift in range(0, 24, 2)) & 3


def _cell_edges(width: int) -> npt.NDArray[np.int_]:
    return np.round(np.arange(CELLS + 1) * width / WIDTH_CELLS).astype(int)


def strip_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the strip in a picture of this size; both even, as chroma planes need it."""
    return int(_cell_edges(width)[-1]) // 2 * 2, max(6, height // 30) // 2 * 2


def stamp(luma: npt.NDArray[Any], tag: int, number: int) -> None:
    """Write the strip into a picture's luma plane, an array of height x width bytes."""
    height = strip_size(luma.shape[1], luma.shape[0])[1]
    edges = _cell_edges(luma.shape[1])
    for bit, left, right in zip(_bits(tag, number), edges, edges[1:], strict=False):
        luma[:height, left:right] = 28 + bit * 200


def read(luma: npt.NDArray[Any]) -> tuple[int, int] | None:
    """Camera tag and frame number of a decoded picture's luma plane, or None when no sound strip is there."""
    height = strip_size(luma.shape[1], luma.shape[0])[1]
    columns = luma[height // 4 : height * 3 // 4].astype(np.float32).mean(axis=0)
    edges = _cell_edges(luma.shape[1])
    margins = (edges[1:] - edges[:-1]) // 4
    bits = [
        int(columns[left + margin : right - margin].mean() > 128)
        for left, right, margin in zip(edges, edges[1:], margins, strict=False)
    ]
    word = int("".join(map(str, bits[2:26])), 2)
    if bits[:2] != [1, 0] or bits[26] << 1 | bits[27] != _checksum(word):
        return None
    return word >> 16, word & 0xFFFF
