"""Events of faces."""

from __future__ import annotations

from pydantic import BaseModel, Field

from core.api import EventTypeSpec


class SeenFaces(BaseModel):
    """number: how many there were when it began."""

    number: int = Field(title="How many")


SEEN = EventTypeSpec("faces.seen", "Face seen", SeenFaces)
EVENT_TYPES = (SEEN,)
