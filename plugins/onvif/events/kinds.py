"""The event type for what devices tell and Eyrie has no type for."""

from __future__ import annotations

from pydantic import BaseModel, Field

from core.api import (
    DOORBELL,
    HARDWARE_FAILED,
    INPUT_ACTIVE,
    INTRUSION,
    LINE_CROSSED,
    LOITERING,
    MOTION_DETECTED,
    OBJECT_SEEN,
    SOUND_HEARD,
    TAMPER_DETECTED,
    EventTypeSpec,
)


class DeviceEvent(BaseModel):
    """title: what people called it when they mapped the topic."""

    title: str = Field("", title="Title", max_length=200)
    source: str = Field("camera", title="Told by")


class AddressChanged(BaseModel):
    """Addresses of the device, as its settings name them."""

    old: str = Field("", title="Old address")
    new: str = Field("", title="New address")


ADDRESS_CHANGED = EventTypeSpec("onvif.address_changed", "Camera found at a new address", AddressChanged)
DEVICE_EVENT = EventTypeSpec("onvif.event", "Event of a camera", DeviceEvent)
EVENT_TYPES = (DEVICE_EVENT, ADDRESS_CHANGED)
MAPPABLE = (
    MOTION_DETECTED,
    TAMPER_DETECTED,
    OBJECT_SEEN,
    LINE_CROSSED,
    INTRUSION,
    LOITERING,
    INPUT_ACTIVE,
    SOUND_HEARD,
    DOORBELL,
    HARDWARE_FAILED,
    DEVICE_EVENT,
)
"""What a topic may be made by hand."""


def attributes_for(type_name: str, title: str) -> dict[str, str]:
    """Attributes of a mapped event, of what a person called it."""
    field = {
        OBJECT_SEEN.name: "label",
        LINE_CROSSED.name: "line",
        INTRUSION.name: "zone",
        LOITERING.name: "zone",
        MOTION_DETECTED.name: "zone",
        INPUT_ACTIVE.name: "name",
        DOORBELL.name: "name",
        SOUND_HEARD.name: "kind",
        HARDWARE_FAILED.name: "what",
    }.get(type_name, "title")
    return {"kind": "tampered"} if type_name == TAMPER_DETECTED.name else {field: title}
