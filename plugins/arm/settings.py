"""Settings of one change of the site's mode in a rule."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ArmSettings(BaseModel):
    """One change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: str = Field(
        title="Mode",
        description="What the site is armed as from then on.",
        min_length=1,
        max_length=40,
        json_schema_extra={"format": "mode"},
    )
