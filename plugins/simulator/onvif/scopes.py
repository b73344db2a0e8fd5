"""What a device says of itself to who looks for cameras (ONVIF Core Specification 7.3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugins.simulator.onvif.device import OnvifDevice

_BASE = "onvif://www.onvif.org/"


def scopes_of(device: OnvifDevice) -> list[str]:
    """Its scopes: kinds, profiles, name and hardware."""
    model = device.about.model.replace(" ", "%20")
    kinds = [f"{_BASE}type/{kind}" for kind in ("video_encoder", "Network_Video_Transmitter")]
    if any(device.park.head(name) for name in device.channels):
        kinds.append(f"{_BASE}type/ptz")
    names = [
        "Streaming",
        "T",
        *(["M"] if device.speaks_metadata else []),
        *(["G"] if any(device.park.card(name) for name in device.channels) else []),
    ]
    profiles = [f"{_BASE}Profile/{name}" for name in names]
    return [*kinds, *profiles, f"{_BASE}name/{device.about.manufacturer}", f"{_BASE}hardware/{model}"]
