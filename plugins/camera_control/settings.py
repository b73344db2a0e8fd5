"""Settings of one act in a rule."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class PresetSettings(BaseModel):
    """A position to go to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    preset: str = Field(title="Preset", description="Name of the position, as the camera knows it.", min_length=1)
    camera: int = Field(0, ge=0, title="Camera", description="Number of the camera to move; 0 for the event's own.")


class OutputSettings(BaseModel):
    """An output to switch."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    output: str = Field("1", title="Output", description="Name of the output, as the camera knows it.", min_length=1)
    state: Literal["on", "off", "pulse"] = Field(
        "pulse", title="Switch", description="on, off, or pulse: on, and off again after some seconds."
    )
    seconds: int = Field(3, ge=1, le=30, title="Seconds", description="How long a pulse is.")
    camera: int = Field(0, ge=0, title="Camera", description="Number of the camera that has it; 0 for the event's own.")
