"""Where the card is replayed (ONVIF Replay Control Service Specification)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugins.simulator.onvif.markup import Element, trp, tt
from plugins.simulator.onvif.services.recording import card_of
from plugins.simulator.onvif.services.shared import stream_uri
from plugins.simulator.onvif.serving import Call, Service

if TYPE_CHECKING:
    from plugins.simulator.onvif.device import OnvifDevice


def service_capabilities(device: OnvifDevice, call: Call) -> Element:
    """GetServiceCapabilities."""
    able = trp("Capabilities", ReversePlayback=True, SessionTimeoutRange="10 60", RTP_RTSP_TCP=True)
    return trp("GetServiceCapabilitiesResponse", able)


def uri(device: OnvifDevice, call: Call) -> Element:
    """GetReplayUri."""
    name, _ = card_of(device, call.text("RecordingToken"))
    return trp("GetReplayUriResponse", trp("Uri", stream_uri(device, call, f"/{name}/card")))


def configuration(device: OnvifDevice, call: Call) -> Element:
    """GetReplayConfiguration."""
    return trp("GetReplayConfigurationResponse", trp("Configuration", tt("SessionTimeout", "PT60S")))


SERVICE = Service(
    "trp",
    "/onvif/replay_service",
    (2, 60),
    {
        "GetReplayConfiguration": configuration,
        "GetReplayUri": uri,
        "GetServiceCapabilities": service_capabilities,
    },
)
