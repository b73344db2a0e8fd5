"""What both generations of the media service say in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugins.simulator.onvif.markup import Element, Maker, tt
from plugins.simulator.onvif.model import Channel
from plugins.simulator.onvif.serving import Call

if TYPE_CHECKING:
    from plugins.simulator.onvif.device import OnvifDevice

SPACES = "http://www.onvif.org/ver10/tptz/"
ABSOLUTE = SPACES + "PanTiltSpaces/PositionGenericSpace"
ABSOLUTE_ZOOM = SPACES + "ZoomSpaces/PositionGenericSpace"
RELATIVE = SPACES + "PanTiltSpaces/TranslationGenericSpace"
RELATIVE_FOV = SPACES + "PanTiltSpaces/TranslationSpaceFov"
RELATIVE_ZOOM = SPACES + "ZoomSpaces/TranslationGenericSpace"
VELOCITY = SPACES + "PanTiltSpaces/VelocityGenericSpace"
VELOCITY_ZOOM = SPACES + "ZoomSpaces/VelocityGenericSpace"


def resolution(width: int, height: int, name: str = "Resolution") -> Element:
    """A size in pixels."""
    return tt(name, tt("Width", width), tt("Height", height))


def multicast() -> Element:
    """The multicast settings that every configuration must carry: none."""
    nowhere = tt("Address", tt("Type", "IPv4"), tt("IPv4Address", "0.0.0.0"))  # noqa: S104 - "not used", no bind
    return tt("Multicast", nowhere, tt("Port", 0), tt("TTL", 1), tt("AutoStart", False))


def source_configuration(channel: Channel, maker: Maker, name: str) -> Element:
    """The whole sensor."""
    return maker(
        name,
        tt("Name", channel.name),
        tt("UseCount", len(channel.encoders)),
        tt("SourceToken", channel.name),
        tt("Bounds", x=0, y=0, width=channel.width, height=channel.height),
        token=f"{channel.name}_source",
    )


def audio_source_configuration(channel: Channel, maker: Maker, name: str = "AudioSourceConfiguration") -> Element:
    """The microphone."""
    return maker(
        name,
        tt("Name", f"{channel.name} microphone"),
        tt("UseCount", len(channel.encoders)),
        tt("SourceToken", f"{channel.name}_mic"),
        token=f"{channel.name}_mic",
    )


def metadata_configuration(channel: Channel, maker: Maker, name: str = "MetadataConfiguration") -> Element:
    """What goes into the metadata stream: what the scene holds."""
    return maker(
        name,
        tt("Name", f"{channel.name} metadata"),
        tt("UseCount", len(channel.encoders)),
        tt("Analytics", True),
        multicast(),
        tt("SessionTimeout", "PT60S"),
        token=f"{channel.name}_metadata",
    )


def ptz_configuration(
    device: OnvifDevice, channel: Channel, maker: Maker, name: str = "PTZConfiguration"
) -> Element | None:
    """How the channel's head is driven; None for one that cannot be moved."""
    if device.park.head(channel.name) is None:
        return None
    across = tt("XRange", tt("Min", -1.0), tt("Max", 1.0))
    down = tt("YRange", tt("Min", -1.0), tt("Max", 1.0))
    speed = tt("PanTilt", x=1.0, y=1.0, space=SPACES + "PanTiltSpaces/GenericSpeedSpace")
    closer = tt("Zoom", x=1.0, space=SPACES + "ZoomSpaces/ZoomGenericSpeedSpace")
    reach = tt("Range", tt("URI", ABSOLUTE_ZOOM), tt("XRange", tt("Min", 0.0), tt("Max", 1.0)))
    return maker(
        name,
        tt("Name", f"{channel.name} head"),
        tt("UseCount", len(channel.encoders)),
        tt("NodeToken", f"{channel.name}_head"),
        tt("DefaultAbsolutePantTiltPositionSpace", ABSOLUTE),
        tt("DefaultAbsoluteZoomPositionSpace", ABSOLUTE_ZOOM),
        tt("DefaultRelativePanTiltTranslationSpace", RELATIVE),
        tt("DefaultRelativeZoomTranslationSpace", RELATIVE_ZOOM),
        tt("DefaultContinuousPanTiltVelocitySpace", VELOCITY),
        tt("DefaultContinuousZoomVelocitySpace", VELOCITY_ZOOM),
        tt("DefaultPTZSpeed", speed, closer),
        tt("DefaultPTZTimeout", "PT10S"),
        tt("PanTiltLimits", tt("Range", tt("URI", ABSOLUTE), across, down)),
        tt("ZoomLimits", reach),
        token=f"{channel.name}_ptz",
    )


def stream_uri(device: OnvifDevice, call: Call, path: str) -> str:
    """An RTSP address on the host that the request came in on, or on the one the device lies about."""
    return f"rtsp://{device.advertised_host(call)}:{device.park.port}{path}"
