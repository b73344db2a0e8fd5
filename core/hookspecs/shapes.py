"""What is drawn on the picture in settings: zones and lines, in fractions of it, so that they fit every stream.

Fields of these types get the portal's drawing board instead of a text field (`"format": "zone"`, `"line"`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from core.media.masks import MaskError, checked_polygon

Point = tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]]
"""x and y from 0 (left, top) to 1 (right, bottom)."""


def _polygon(points: tuple[Point, ...]) -> tuple[Point, ...]:
    try:
        return checked_polygon(points, "zone")
    except MaskError as error:
        raise ValueError(str(error)) from None


def _apart(points: tuple[Point, Point]) -> tuple[Point, Point]:
    if points[0] == points[1]:
        raise ValueError("The line's ends are the same point; draw them apart.")
    return points


class Zone(BaseModel):
    """A part of the picture. kind: whether it is looked at, or left out of what is looked at."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"format": "zone"})

    name: str = Field(min_length=1, max_length=40, title="Name", description="What events call it")
    points: Annotated[tuple[Point, ...], AfterValidator(_polygon)] = Field(
        title="Corners", description="x and y of each corner, from 0 to 1"
    )
    kind: Literal["include", "exclude"] = Field(
        "include", title="Kind", description="include: look here; exclude: leave this part out"
    )


class Line(BaseModel):
    """A line across the picture. Left and right are those of one who walks from the first end to the second."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"format": "line"})

    name: str = Field(min_length=1, max_length=40, title="Name", description="What events call it")
    points: Annotated[tuple[Point, Point], AfterValidator(_apart)] = Field(
        title="Ends", description="x and y of both ends, from 0 to 1"
    )
    direction: Literal["both", "to_left", "to_right"] = Field(
        "both", title="Direction", description="Crossings that count, seen from the first end towards the second"
    )
