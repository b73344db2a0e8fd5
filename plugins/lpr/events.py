"""Events of number plates."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from core.api import EventTypeSpec

ListName = Literal["allow", "block", "vip"]
Direction = Literal["", "towards", "away"]


class PlateRead(BaseModel):
    """One vehicle's plate. text: what it says, capitals and digits only; raw: the most confident single look at it."""

    text: str = Field(title="Plate")
    raw: str = Field("", title="Plate as first read", description="Of the surest picture alone, before the vote")
    confidence: float = Field(
        0.0, ge=0, le=1, title="Confidence", description="From 0 to 1", json_schema_extra={"unit": "share"}
    )
    region: str = Field("", title="Region", description="Country or state whose form it has, such as DE or US-CA")
    direction: Direction = Field("", title="Direction", description="towards or away from the camera")
    speed_kmh: float | None = Field(
        None, title="Speed", description="Only where the camera is calibrated", json_schema_extra={"unit": "km/h"}
    )
    looks: int = Field(1, title="Pictures", description="In how many pictures it was read")
    zone: str = Field("", title="Zone")


class ListHit(PlateRead):
    """A plate that is on a list, or like one that is. distance: characters that differ, look-alikes aside."""

    list: ListName = Field(title="List")
    listed: str = Field(title="Plate on the list")
    owner: str = Field("", title="Owner")
    note: str = Field("", title="Note")
    distance: int = Field(0, ge=0, title="Distance", description="Characters that differ; 0 for the same plate")


PLATE_READ = EventTypeSpec("lpr.plate_read", "Number plate read", PlateRead)
LIST_HIT = EventTypeSpec("lpr.list_hit", "Number plate of a list", ListHit)
UNLISTED = EventTypeSpec("lpr.unlisted", "Number plate of no list", PlateRead)
EVENT_TYPES = (PLATE_READ, LIST_HIT, UNLISTED)
