"""Settings of one act in a rule."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.api import CameraId


class PresetSettings(BaseModel):
    """A position to go to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    camera: CameraId = Field(0, title="Camera", description="The one to move.")
    preset: str = Field(
        title="Preset",
        description="Name of the position, as the camera knows it.",
        min_length=1,
        json_schema_extra={"format": "preset"},
    )


class PatrolSettings(BaseModel):
    """A patrol to start, or to stop."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    camera: CameraId = Field(0, title="Camera", description="The one to move.")
    patrol: str = Field(
        "", title="Patrol", description="Name of the patrol to start; empty to stop the one it goes.", max_length=64
    )


class OutputSettings(BaseModel):
    """An output to switch."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    camera: CameraId = Field(0, title="Camera", description="The one that has it.")
    output: str = Field(
        "1",
        title="Output",
        description="Name of the output, as the camera knows it.",
        min_length=1,
        json_schema_extra={"format": "output"},
    )
    state: Literal["on", "off", "pulse"] = Field(
        "pulse", title="Switch", description="on, off, or pulse: on, and off again after some seconds."
    )
    seconds: int = Field(3, ge=1, le=30, title="Seconds", description="How long a pulse is.")
