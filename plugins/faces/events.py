"""Events of faces."""

from __future__ import annotations

from pydantic import BaseModel, Field

from core.api import EventTypeSpec
from plugins.faces.permissions import VIEW


class SeenFaces(BaseModel):
    """number: how many there were when it began."""

    number: int = Field(title="How many")


class UnknownFace(BaseModel):
    """A face that is nobody's who is enrolled. sighting: by which its picture is handed over, where one is kept."""

    looks: int = Field(1, title="Looks", description="How often it was looked at")
    sighting: str = Field("", title="Sighting")


class RecognisedFace(UnknownFace):
    """A face of somebody who is enrolled. person: their number on the page People."""

    person: int = Field(title="Person's number")
    name: str = Field(title="Person")
    groups: list[str] = Field(default_factory=list, title="Groups")
    likeness: float = Field(0.0, ge=0, le=1, title="Likeness", description="From 0 to 1, as the model measures it")


SEEN = EventTypeSpec("faces.seen", "Face seen", SeenFaces)
RECOGNISED = EventTypeSpec(
    "faces.recognised", "Person recognised", RecognisedFace, ("person", "name", "groups"), VIEW.codename
)
UNKNOWN = EventTypeSpec("faces.unknown", "Unknown face", UnknownFace)
EVENT_TYPES = (SEEN, RECOGNISED, UNKNOWN)
