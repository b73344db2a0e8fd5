"""Events of lines and zones."""

from __future__ import annotations

from pydantic import BaseModel, Field

from core.api import (
    INTRUSION,
    LINE_CROSSED,
    LOITERING,
    OBJECT_LEFT,
    OBJECT_REMOVED,
    AtLine,
    EventTypeSpec,
    InZone,
)


class LeftZone(InZone):
    """stayed_s: whole seconds."""

    stayed_s: int = Field(title="Stayed", json_schema_extra={"unit": "s"})


class Crowd(BaseModel):
    """number: how many there were when it began."""

    zone: str = Field(title="Zone")
    number: int = Field(title="How many")


class Running(BaseModel):
    """speed: in its own heights a second, so that it is the same near and far."""

    label: str = Field(title="Kind of object")
    speed: float = Field(title="Speed", json_schema_extra={"unit": "heights a second"})


WRONG_WAY = EventTypeSpec("analytics.wrong_way", "Wrong way", AtLine)
ENTERED = EventTypeSpec("analytics.zone_entered", "Zone entered", InZone)
LEFT = EventTypeSpec("analytics.zone_left", "Zone left", LeftZone)
CROWD = EventTypeSpec("analytics.crowd", "Crowd", Crowd)
RUNNING = EventTypeSpec("analytics.running", "Somebody runs", Running)

EVENT_TYPES = (WRONG_WAY, ENTERED, LEFT, CROWD, RUNNING)
"""Those of this plugin alone."""
TOLD = (LINE_CROSSED, INTRUSION, LOITERING, OBJECT_LEFT, OBJECT_REMOVED, *EVENT_TYPES)
