"""Settings of one bookmark in a rule."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class BookmarkSettings(BaseModel):
    """One bookmark."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(
        "{{ event.title }}",
        title="Text",
        description="What the bookmark says.",
        min_length=1,
        max_length=500,
        json_schema_extra={"template": True},
    )
    before: int = Field(10, ge=0, le=3600, title="Before", description="Seconds before the event that belong to it.")
    after: int = Field(
        30, ge=0, le=3600, title="After", description="Seconds after the event's end, or its start while it lasts."
    )
    lock_days: int = Field(
        0,
        ge=0,
        le=3650,
        title="Keep for days",
        description="As long the recording is not deleted, whatever the camera's limits say; 0 for as they say.",
    )
