"""Settings of the plugin as a whole, and of number plates on one camera. No heavy import: forms are made of these."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from core.api import FrameRequest, Line, Zone
from plugins.lpr.syntax import chosen


class LprSettings(BaseModel):
    """Keeping and comparing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    keep_days: int = Field(
        30,
        ge=1,
        le=3650,
        title="Keep read plates, days",
        description="After that they are deleted from the search. Events have a time of their own.",
    )
    most_different: int = Field(
        1,
        ge=0,
        le=2,
        title="Characters that may differ from a list",
        description="0: only the same plate is a hit, and one that looks alike (O and 0, I and 1, B and 8)",
    )


class PlateSettings(BaseModel):
    """Number plates on one camera."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    regions: tuple[str, ...] = Field(
        (),
        title="Regions",
        description="One a line: EU, US, BR, a country (DE) or a state (US-CA). What their plates may say makes "
        "reading surer; plates of other forms are read too. None: any text of 4 to 8 characters.",
    )
    zones: tuple[Zone, ...] = Field(
        (), title="Zones", description="Where plates are looked for. A small zone costs less."
    )
    stream: Literal["main", "sub"] = Field(
        "main", title="Stream", description="Plates need pixels: at least 60 across a plate"
    )
    width: Literal[640, 960, 1280, 1920] = Field(
        1280, title="Width of the picture, pixels", description="Wider reads smaller plates and costs more"
    )
    fps: float = Field(
        3.0, ge=0.5, le=5, title="Pictures a second", description="More are surer about fast vehicles and cost more"
    )
    least_confidence: float = Field(
        0.5, ge=0, le=1, title="Least confidence", description="Plates that are less sure are not told, from 0 to 1"
    )
    least_looks: int = Field(
        2, ge=1, le=10, title="Least pictures", description="In how many pictures a plate must have been read"
    )
    standing: bool = Field(
        False,
        title="Also plates that do not move",
        description="For cameras that see cars only while they stand. Without it, signs and texts in the picture are "
        "not taken for plates.",
    )
    speed_lines: tuple[Line, ...] = Field(
        (),
        max_length=2,
        title="Lines to measure speed between",
        description="Two lines across the road. Speed is estimated of plates that pass both.",
    )
    speed_metres: float = Field(
        0.0, ge=0, le=500, title="Metres between the lines", description="Along the road; 0 estimates no speed"
    )

    model: str = Field(
        "",
        title="Own recognition model",
        description="Path of an ONNX file on this machine that reads as PP-OCR's do: a picture 48 pixels high in, "
        "probabilities of characters out, these listed in its metadata. Empty: the model that comes with Eyrie.",
    )

    @field_validator("regions")
    @classmethod
    def _are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        chosen(value)
        return tuple(code.strip().upper() for code in value)

    @model_validator(mode="after")
    def _lines_and_metres(self) -> PlateSettings:
        if self.speed_metres and len(self.speed_lines) != 2:
            raise ValueError("Speed is measured between two lines: draw both, or set the metres to 0.")
        return self


def wants(settings: PlateSettings) -> FrameRequest:
    """The pictures a camera's settings ask for."""
    return FrameRequest(
        stream=settings.stream, fps=settings.fps, width=settings.width, pixel_format="bgr24", only_moving=True
    )
