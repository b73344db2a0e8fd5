"""Settings of one recording in a rule."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class RecordSettings(BaseModel):
    """One recording."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seconds: int = Field(
        60,
        ge=1,
        le=3600,
        title="Seconds",
        description="How long to record from the event's start on; an event that lasts longer is recorded to its end.",
    )
    camera: str = Field(
        "",
        title="Camera",
        description="The one to record.",
        max_length=128,
        json_schema_extra={"format": "camera"},
    )
