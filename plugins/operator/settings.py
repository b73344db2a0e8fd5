"""Settings of one call in a rule."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.api import CameraId


class SoundSettings(BaseModel):
    """An alarm that is heard."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sound: Literal["chime", "alarm", "siren"] = Field(
        "chime",
        title="Sound",
        description="chime: once. alarm and siren: until somebody ends them, or the time is over.",
    )
    seconds: int = Field(20, ge=1, le=600, title="Seconds", description="How long it sounds at most.")
    text: str = Field(
        "{{ event.title }} · {{ camera }}",
        title="Text",
        description="What stands beside it.",
        json_schema_extra={"template": True},
    )


class ShowSettings(BaseModel):
    """A camera that is shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    camera: CameraId = Field(0, title="Camera", description="The one to show.")
    seconds: int = Field(30, ge=1, le=3600, title="Seconds", description="How long it is shown, unless it is closed.")
    text: str = Field(
        "{{ event.title }} · {{ camera }}",
        title="Text",
        description="What stands beside it.",
        json_schema_extra={"template": True},
    )
