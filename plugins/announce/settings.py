"""Settings of one act in a rule."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.api import CameraId


class AnnounceSettings(BaseModel):
    """What to play, and where."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    announcement: str = Field(
        title="Announcement",
        description="Name of a recorded message, as the list of announcements has it.",
        min_length=1,
        max_length=64,
        json_schema_extra={"format": "announcement"},
    )
    cameras: list[CameraId] = Field(
        default_factory=list,
        title="Cameras",
        description="Through whose loudspeakers it is played; the event's own camera without any.",
    )
