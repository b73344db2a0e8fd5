"""Events of objects."""

from __future__ import annotations

from pydantic import BaseModel, Field

from core.api import EventTypeSpec


class SeenKind(BaseModel):
    """label: as the detector calls it, such as person; number: how many there were when it began."""

    label: str = Field(title="Kind of object")
    number: int = Field(1, title="How many")


SEEN = EventTypeSpec("objects.seen", "Object seen", SeenKind)
EVENT_TYPES = (SEEN,)
