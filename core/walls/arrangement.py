"""What a view consists of: a layout and its tiles."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

GRID = 12
"""Columns and rows of the free layout."""
TILES = {"1x1": 1, "2x2": 4, "3x3": 9, "4x4": 16, "1+5": 6, "1+7": 8}
"""How many tiles each fixed layout has."""
MOST_FREE_TILES = 36

Cell = Annotated[int, Field(ge=0, lt=GRID)]
Span = Annotated[int, Field(ge=1, le=GRID)]


class Tile(BaseModel):
    """A place on the wall; camera None for an empty one. Column, row, width and height in cells: free layout only."""

    model_config = ConfigDict(extra="forbid")

    camera: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    column: Cell = 0
    row: Cell = 0
    width: Span = 1
    height: Span = 1


class Arrangement(BaseModel):
    """A layout and its tiles in reading order; the free layout has as many tiles as it is given."""

    model_config = ConfigDict(extra="forbid")

    layout: Literal["1x1", "2x2", "3x3", "4x4", "1+5", "1+7", "free"]
    tiles: Annotated[list[Tile], Field(max_length=MOST_FREE_TILES)]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        places = TILES.get(self.layout)
        if places is not None and len(self.tiles) > places:
            raise ValueError(f"the layout {self.layout} has {places} tiles, not {len(self.tiles)}; leave some out")
        if self.layout == "free":
            _check_free(self.tiles)
        return self


def _check_free(tiles: list[Tile]) -> None:
    taken: dict[tuple[int, int], int] = {}
    for number, tile in enumerate(tiles, 1):
        if tile.column + tile.width > GRID or tile.row + tile.height > GRID:
            raise ValueError(f"tile {number} reaches beyond the {GRID} x {GRID} cells; move it or make it smaller")
        for column in range(tile.column, tile.column + tile.width):
            for row in range(tile.row, tile.row + tile.height):
                other = taken.setdefault((column, row), number)
                if other != number:
                    raise ValueError(f"tiles {other} and {number} overlap; move one of them")
