"""Settings of one export in a rule."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ExportSettings(BaseModel):
    """One export."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(
        "{{ event.title }} · {{ camera }}",
        title="Title",
        description="What the export is called.",
        max_length=500,
        json_schema_extra={"template": True},
    )
    before: int = Field(10, ge=0, le=3600, title="Before", description="Seconds before the event that belong to it.")
    after: int = Field(
        30,
        ge=1,
        le=3600,
        title="After",
        description="Seconds after the event's end, or its start while it lasts. The export waits for them.",
    )
    burn_in: bool = Field(
        False, title="Time in the picture", description="Draw camera and time into the picture; takes a new encoding."
    )
    cover: list[str] = Field(
        [],
        title="Cover",
        description="What is made unrecognisable, one a line: faces, where the plugin for faces is on. What cannot be "
        "covered fails the export.",
        max_length=8,
    )
