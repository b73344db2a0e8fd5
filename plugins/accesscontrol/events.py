"""Events of doors."""

from __future__ import annotations

from pydantic import BaseModel, Field

from core.api import EventTypeSpec


class DoorEvent(BaseModel):
    """door: the access system's name of it; title: ours; card, holder: empty when no card was read or it is unknown."""

    door: str = Field(title="Door")
    title: str = Field("", title="Door's name")
    card: str = Field("", title="Card")
    holder: str = Field("", title="Holder")
    reason: str = Field("", title="Reason")


EVENT_TYPES = {
    "granted": EventTypeSpec("access.granted", "Access granted", DoorEvent),
    "denied": EventTypeSpec("access.denied", "Access denied", DoorEvent),
    "forced": EventTypeSpec("access.forced", "Door forced", DoorEvent),
    "held_open": EventTypeSpec("access.held_open", "Door held open", DoorEvent),
}
