"""Settings for each camera."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.api import FrameRequest


class FaceSettings(BaseModel):
    """How faces are looked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fps: float = Field(2.0, gt=0, le=10, title="Pictures a second", description="At most so many.")
    width: int = Field(
        640,
        ge=160,
        le=1920,
        title="Width",
        description="Pixels of the picture that is looked at: the wider, the smaller the faces that are found, and the "
        "dearer.",
    )
    smallest: int = Field(
        24, ge=20, le=400, title="Smallest face", description="Pixels of that picture; larger is much cheaper."
    )
    only_moving: bool = Field(
        True,
        title="Only while something moves",
        description="Look only while something on this camera tells of motion.",
    )


def wants(settings: FaceSettings) -> FrameRequest:
    """Gray pictures of the main stream: faces are small."""
    return FrameRequest("main", settings.fps, settings.width, "gray", settings.only_moving)
