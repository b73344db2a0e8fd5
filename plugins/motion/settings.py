"""Settings of motion detection on one camera."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.api import FrameRequest, Zone


class MotionSettings(BaseModel):
    """Where something must move, how clearly, how large and for how long."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zones: tuple[Zone, ...] = Field(
        (),
        max_length=16,
        title="Zones",
        description="Each zone that is looked at has events of its own. Without one, the whole picture is looked at.",
    )
    sensitivity: int = Field(
        50,
        ge=1,
        le=100,
        title="Sensitivity",
        description="Higher also tells of what hardly differs from its background.",
    )
    smallest_percent: float = Field(
        0.3,
        ge=0.02,
        le=50,
        title="Smallest size (% of the picture)",
        description="What covers less of the picture is left out. A person over a whole yard is about 0.3 %.",
    )
    shortest_s: float = Field(
        0.0,
        ge=0,
        le=60,
        title="Shortest duration (s)",
        description="Only what moves for longer is told of. Three pictures in a row are always needed.",
    )
    end_after_s: float = Field(
        2.0, ge=0.2, le=60, title="End after (s)", description="The event ends when nothing has moved for so long."
    )
    fps: float = Field(
        5.0, ge=1, le=15, title="Pictures a second", description="More find what is quick, and cost as much more."
    )


def wants(settings: MotionSettings) -> FrameRequest:
    """Small grey pictures of the sub stream."""
    return FrameRequest(fps=settings.fps, width=320)
