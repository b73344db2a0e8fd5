"""Events of lines and zones."""

from __future__ import annotations

from pydantic import BaseModel, Field

from core.api import EventTypeSpec


class AtLine(BaseModel):
    """direction: to_left or to_right, as one sees it who walks from the line's first end to its second."""

    line: str = Field(title="Line")
    direction: str = Field(title="Direction")
    label: str = Field(title="Kind of object")


class InZone(BaseModel):
    """What was in a zone."""

    zone: str = Field(title="Zone")
    label: str = Field("", title="Kind of object")


class LeftZone(InZone):
    """stayed_s: whole seconds."""

    stayed_s: int = Field(title="Stayed, s")


class Crowd(BaseModel):
    """number: how many there were when it began."""

    zone: str = Field(title="Zone")
    number: int = Field(title="How many")


class Running(BaseModel):
    """speed: in its own heights a second, so that it is the same near and far."""

    label: str = Field(title="Kind of object")
    speed: float = Field(title="Heights a second")


CROSSED = EventTypeSpec("analytics.line_crossed", "Line crossed", AtLine)
WRONG_WAY = EventTypeSpec("analytics.wrong_way", "Wrong way", AtLine)
INTRUSION = EventTypeSpec("analytics.intrusion", "Intrusion", InZone)
ENTERED = EventTypeSpec("analytics.zone_entered", "Zone entered", InZone)
LEFT = EventTypeSpec("analytics.zone_left", "Zone left", LeftZone)
LOITERING = EventTypeSpec("analytics.loitering", "Loitering", InZone)
CROWD = EventTypeSpec("analytics.crowd", "Crowd", Crowd)
RUNNING = EventTypeSpec("analytics.running", "Running", Running)
OBJECT_LEFT = EventTypeSpec("analytics.object_left", "Object left", InZone)
OBJECT_REMOVED = EventTypeSpec("analytics.object_removed", "Object removed", InZone)

EVENT_TYPES = (
    CROSSED,
    WRONG_WAY,
    INTRUSION,
    ENTERED,
    LEFT,
    LOITERING,
    CROWD,
    RUNNING,
    OBJECT_LEFT,
    OBJECT_REMOVED,
)
