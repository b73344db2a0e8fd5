"""Settings of loudness on one camera."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.api import AudioRequest

RATE = 8000
BLOCK_MS = 500


class LoudnessSettings(BaseModel):
    """How loud it must be, and for how long."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    threshold_db: float = Field(
        -20.0,
        ge=-80,
        le=-1,
        title="Loud from (dB)",
        description="Below the loudest that the camera can send: speech beside it is about -30, a shout -15.",
    )
    shortest_s: float = Field(
        0.0, ge=0, le=60, title="Shortest duration (s)", description="Only what stays loud for longer is told of."
    )
    end_after_s: float = Field(
        3.0, ge=0.5, le=60, title="End after (s)", description="The event ends when it was not loud for so long."
    )
    stream: Literal["main", "sub"] = Field(
        "main", title="Stream", description="Many cameras send sound with one of their streams only."
    )


def wants(settings: LoudnessSettings) -> AudioRequest:
    """Half a second at a time, as on the telephone."""
    return AudioRequest(settings.stream, RATE, BLOCK_MS)
