"""Settings of tamper detection on one camera."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.api import FrameRequest
from plugins.tamper.events import Kind

LOOKS_A_SECOND = 2.0


class TamperSettings(BaseModel):
    """What is told of, and after how long."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    covered: bool = Field(True, title="Covered", description="Something hides most of the view, or spray lies on it.")
    defocused: bool = Field(True, title="Out of focus", description="The view is there, but blurred.")
    moved: bool = Field(True, title="Moved", description="The camera looks elsewhere. Switch off for one that turns.")
    dark: bool = Field(True, title="Too dark", description="Nothing is to be seen. Switch off where nights are black.")
    bright: bool = Field(True, title="Too bright", description="A lamp or the sun blinds the camera.")
    frozen: bool = Field(True, title="Frozen", description="Pictures come, but always the same.")
    hold_s: float = Field(
        3.0, ge=1, le=120, title="After (s)", description="It is told of when it has lasted for so long."
    )
    recover_s: float = Field(
        5.0, ge=1, le=120, title="Over after (s)", description="The event ends when all was well for so long."
    )
    relearn_min: float = Field(
        30.0,
        ge=1,
        le=1440,
        title="New view after (min)",
        description="A view that stays for so long is the camera's new one, and the event ends.",
    )

    def tells(self, kind: Kind) -> bool:
        """Whether this kind is told of."""
        return bool(getattr(self, kind))


def wants(_: TamperSettings) -> FrameRequest:
    """Small grey pictures of the sub stream."""
    return FrameRequest(fps=LOOKS_A_SECOND, width=320)
