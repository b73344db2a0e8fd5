"""What is recorded on the card (ONVIF Recording Control Service Specification); it records always, by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugins.simulator.onvif.markup import Element, trc, tt
from plugins.simulator.onvif.serving import Call, Service, no_entity

if TYPE_CHECKING:
    from plugins.simulator.card import Card
    from plugins.simulator.onvif.device import OnvifDevice

LONGEST_NAME = 256


def card_of(device: OnvifDevice, token: str) -> tuple[str, Card]:
    """Name and card of the channel that a recording's token means. Raises SoapFault."""
    name = token.removesuffix("_recording")
    card = device.park.card(name) if name in device.channels else None
    if card is None:
        raise no_entity("NoRecording", token)
    return name, card


def cards(device: OnvifDevice) -> list[tuple[str, Card]]:
    """All channels that keep recordings, with their cards."""
    return [(name, card) for name in device.channels if (card := device.park.card(name)) is not None]


def source(device: OnvifDevice, name: str) -> Element:
    """What a recording is of."""
    return tt(
        "Source",
        tt("SourceId", f"urn:uuid:{device.about.uuid}/{name}"),
        tt("Name", name),
        tt("Location", ""),
        tt("Description", f"camera {name}"),
        tt("Address", f"http://www.onvif.org/ver10/schema/Profile/{name}_main"),
    )


def tracks(card: Card) -> list[tuple[str, str]]:
    """Token and kind of each track: VIDEO001 and perhaps AUDIO001."""
    kinds = ["Video" if track.is_video else "Audio" for track in card.info.tracks]
    return [(f"{kind.upper()}001", kind) for kind in kinds]


def service_capabilities(device: OnvifDevice, call: Call) -> Element:
    """GetServiceCapabilities."""
    able = trc(
        "Capabilities",
        DynamicRecordings=False,
        DynamicTracks=False,
        Encoding="H264 H265 G711 AAC",
        MaxRecordings=len(device.channels),
        MaxRecordingJobs=0,
        Options=False,
    )
    return trc("GetServiceCapabilitiesResponse", able)


def _configuration(device: OnvifDevice, name: str, maker_name: str) -> Element:
    content = [source(device, name), tt("Content", "always"), tt("MaximumRetentionTime", "PT0S")]
    return tt(maker_name, content) if maker_name == "Configuration" else trc(maker_name, content)


def recordings(device: OnvifDevice, call: Call) -> Element:
    """GetRecordings."""
    found = []
    for name, card in cards(device):
        listed = [
            tt(
                "Track",
                tt("TrackToken", token),
                tt("Configuration", tt("TrackType", kind), tt("Description", kind.lower())),
            )
            for token, kind in tracks(card)
        ]
        item = trc(
            "RecordingItem",
            tt("RecordingToken", f"{name}_recording"),
            _configuration(device, name, "Configuration"),
            tt("Tracks", listed),
        )
        found.append(item)
    return trc("GetRecordingsResponse", found)


def configuration(device: OnvifDevice, call: Call) -> Element:
    """GetRecordingConfiguration."""
    name, _ = card_of(device, call.text("RecordingToken"))
    return trc("GetRecordingConfigurationResponse", _configuration(device, name, "RecordingConfiguration"))


def jobs(device: OnvifDevice, call: Call) -> Element:
    """GetRecordingJobs: none; what it records needs no job."""
    return trc("GetRecordingJobsResponse")


SERVICE = Service(
    "trc",
    "/onvif/recording_service",
    (2, 60),
    {
        "GetRecordingConfiguration": configuration,
        "GetRecordingJobs": jobs,
        "GetRecordings": recordings,
        "GetServiceCapabilities": service_capabilities,
    },
)
