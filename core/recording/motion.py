"""Motion grids: where in the picture something moved, as a detector saw it; packed minute by minute.

A grid covers the whole picture with 64 columns and 36 rows, whatever its shape, and says of each cell whether anything
moved there in a second or a few. Inside this room a grid is one integer: one AND compares it with a region.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

COLUMNS, ROWS = 64, 36
CELLS = COLUMNS * ROWS
GRID_BYTES = CELLS // 8
MINUTE_MS = 60_000
SHORTEST_MS = 500
"""No grid is of less, so that a minute is never more than 120."""

_BLOCK_COLUMNS, _BLOCK_ROWS = 8, 6
"""Cells of a block. Eight by six blocks make a picture: 48 bits, which a database compares in a covering index."""

_VERSION = 1
_RECORD = struct.Struct(f">HH{GRID_BYTES}s")  # start in the minute, duration, both ms; cells

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class MotionGrid:
    """What moved in [start_ms, end_ms), UTC ms; cells: 288 bytes, a bit for each cell, all zero when nothing moved.

    Bits lie row by row from the top left, the first cell in the highest bit of the first byte (`numpy.packbits`).
    Raises ValueError with a sentence when it is shorter than 500 ms, longer than a minute, or of another size.
    """

    start_ms: int
    end_ms: int
    cells: bytes
    columns: ClassVar[int] = COLUMNS
    rows: ClassVar[int] = ROWS

    def __post_init__(self) -> None:
        if not SHORTEST_MS <= self.end_ms - self.start_ms <= MINUTE_MS:
            raise ValueError(
                f"end_ms: {self.end_ms - self.start_ms} ms after start_ms; give {SHORTEST_MS} to {MINUTE_MS} ms."
            )
        if len(self.cells) != GRID_BYTES:
            raise ValueError(
                f"cells: {len(self.cells)} bytes; give {GRID_BYTES}, a bit for each of {COLUMNS} x {ROWS} cells."
            )


@dataclass(frozen=True, slots=True)
class Moved:
    """A stored grid in which something moved. start_ms, end_ms: in its minute; cells: one integer, never 0."""

    start_ms: int
    end_ms: int
    cells: int


def minutes_of(grid: MotionGrid) -> Iterable[tuple[int, Moved]]:
    """(start of the minute in UTC ms, what moved in it): a grid that crosses a full minute is in both."""
    cells = int.from_bytes(grid.cells)
    for minute in range(minute_of(grid.start_ms), grid.end_ms, MINUTE_MS):
        yield minute, Moved(max(grid.start_ms - minute, 0), min(grid.end_ms - minute, MINUTE_MS), cells)


def minute_of(at_ms: int) -> int:
    """Start of the UTC minute of a moment."""
    return at_ms // MINUTE_MS * MINUTE_MS


def pack(grids: Sequence[Moved]) -> bytes:
    """A minute's grids as bytes, one thousand for a road with few cars, four for a motorway; empty for none."""
    if not grids:
        return b""
    records = b"".join(
        _RECORD.pack(one.start_ms, one.end_ms - one.start_ms, one.cells.to_bytes(GRID_BYTES)) for one in grids
    )
    return bytes([_VERSION]) + zlib.compress(records)


def unpack(data: bytes | memoryview) -> list[Moved]:
    """What `pack` was given. Raises ValueError when damaged."""
    data = bytes(data)
    if not data:
        return []
    if data[0] != _VERSION:
        raise ValueError(f"motion grids of version {data[0]}, this Eyrie reads version {_VERSION}")
    try:
        records = zlib.decompress(data[1:])
        return [Moved(at, at + took, int.from_bytes(cells)) for at, took, cells in _RECORD.iter_unpack(records)]
    except (zlib.error, struct.error) as error:
        raise ValueError(f"the motion grids are damaged ({error})") from None


def blocks(cells: int) -> int:
    """The coarse picture of a grid: a bit for each block of 8 by 6 cells in which any is set."""
    return sum(1 << number for number, block in enumerate(_BLOCKS) if cells & block)


def region(points: Sequence[Point]) -> int:
    """The cells that a polygon touches, as one integer; those of its corners when it is too thin to hold any sample.

    points: its corners; (0, 0) is the picture's top left, (1, 1) its bottom right. Raises ValueError with a sentence.
    """
    if len(points) < 3:
        raise ValueError("a region has three corners or more")
    if any(not (0 <= x <= 1 and 0 <= y <= 1) for x, y in points):
        raise ValueError("corners lie between 0 and 1, parts of the picture's width and height")
    cells = 0
    for row in range(ROWS):
        for sample in _SAMPLES:
            cells |= _line(points, row, (row + sample) / ROWS)
    if not cells:
        for x, y in points:
            cells |= _cell(min(int(x * COLUMNS), COLUMNS - 1), min(int(y * ROWS), ROWS - 1))
    return cells


_SAMPLES = (1 / 8, 3 / 8, 5 / 8, 7 / 8)
"""Where a cell is asked whether a region touches it, in each direction."""


def _line(points: Sequence[Point], row: int, y: float) -> int:
    """Cells of a row of which a sample at this height lies inside the polygon (even-odd rule)."""
    crossings = sorted(
        x1 + (y - y1) * (x2 - x1) / (y2 - y1)
        for (x1, y1), (x2, y2) in zip(points, [*points[1:], points[0]], strict=True)
        if (y1 <= y) != (y2 <= y)
    )
    cells = 0
    for left, right in zip(crossings[::2], crossings[1::2], strict=True):
        for column in range(int(left * COLUMNS), min(int(right * COLUMNS), COLUMNS - 1) + 1):
            if any(left <= (column + sample) / COLUMNS < right for sample in _SAMPLES):
                cells |= _cell(column, row)
    return cells


def _cell(column: int, row: int) -> int:
    return 1 << (CELLS - 1 - row * COLUMNS - column)


def _block(number: int) -> int:
    across = COLUMNS // _BLOCK_COLUMNS
    left, top = number % across * _BLOCK_COLUMNS, number // across * _BLOCK_ROWS
    return sum(_cell(left + x, top + y) for x in range(_BLOCK_COLUMNS) for y in range(_BLOCK_ROWS))


_BLOCKS = [_block(number) for number in range(CELLS // (_BLOCK_COLUMNS * _BLOCK_ROWS))]
EVERYWHERE = (1 << CELLS) - 1
