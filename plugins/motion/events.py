"""The event of this plugin."""

from __future__ import annotations

from pydantic import BaseModel, Field

from core.api import EventTypeSpec


class MotionAttributes(BaseModel):
    """zone: its name, empty for the whole picture; percent: how much of the picture moved when it was told of."""

    zone: str = Field("", title="Zone")
    percent: float = Field(0.0, ge=0, le=100, title="Percent of the picture")


DETECTED = EventTypeSpec("motion.detected", "Motion", MotionAttributes)
