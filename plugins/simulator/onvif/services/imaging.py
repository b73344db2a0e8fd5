"""The picture's and the lens's settings (ONVIF Imaging Service Specification): remembered, and told again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugins.simulator.onvif.markup import Element, find, number, text, timg, tt
from plugins.simulator.onvif.serving import Call, Service, channel_of_source
from plugins.simulator.onvif.soap import SoapFault
from plugins.simulator.onvif.troubles import Trouble

if TYPE_CHECKING:
    from plugins.simulator.onvif.device import OnvifDevice


@dataclass(frozen=True, slots=True)
class _Mode:
    """A setting that is one of some words. options: its path in the options, where that is another."""

    words: tuple[str, ...]
    default: str
    options: str = ""

    def offered(self, name: str) -> list[Element]:
        return [tt(name, word) for word in self.words]

    def taken(self, given: str, clamps: bool) -> str | None:
        """What a wish becomes; None for a refusal."""
        return given if given in self.words else (self.default if clamps else None)


@dataclass(frozen=True, slots=True)
class _Level:
    """A setting that is a number. options: its path in the options, where that is another."""

    least: float = 0.0
    most: float = 100.0
    default: float = 50.0
    options: str = ""

    def offered(self, name: str) -> list[Element]:
        return [tt(name, tt("Min", self.least), tt("Max", self.most))]

    def taken(self, given: str, clamps: bool) -> float | None:
        """What a wish becomes; None for a refusal."""
        wanted = number(given, self.default)
        nearest = min(max(wanted, self.least), self.most)
        return nearest if clamps or nearest == wanted else None


_SETTINGS: dict[str, _Mode | _Level] = {
    "BacklightCompensation/Mode": _Mode(("ON", "OFF"), "OFF"),
    "BacklightCompensation/Level": _Level(),
    "Brightness": _Level(),
    "ColorSaturation": _Level(),
    "Contrast": _Level(),
    "Exposure/Mode": _Mode(("AUTO", "MANUAL"), "AUTO"),
    "Exposure/ExposureTime": _Level(40.0, 40_000.0, 20_000.0),  # microseconds
    "Exposure/Gain": _Level(),
    "Focus/AutoFocusMode": _Mode(("AUTO", "MANUAL"), "AUTO", "Focus/AutoFocusModes"),
    "IrCutFilter": _Mode(("ON", "OFF", "AUTO"), "AUTO", "IrCutFilterModes"),
    "Sharpness": _Level(),
    "WideDynamicRange/Mode": _Mode(("ON", "OFF"), "OFF"),
    "WideDynamicRange/Level": _Level(),
    "WhiteBalance/Mode": _Mode(("AUTO", "MANUAL"), "AUTO"),
    "WhiteBalance/CrGain": _Level(options="WhiteBalance/YrGain"),  # so named in the schema
    "WhiteBalance/CbGain": _Level(options="WhiteBalance/YbGain"),
}
"""Path within the settings to what may be there, in the schema's order."""


def first_settings() -> dict[str, str | float]:
    """A new camera's."""
    return {path: setting.default for path, setting in _SETTINGS.items()}


def _tree(name: str, leaves: Iterable[tuple[str, list[Element]]]) -> Element:
    """An element with other elements at the ends of paths; neighbours share what is above them."""
    root = timg(name)
    for path, elements in leaves:
        top, _, below = path.partition("/")
        holder = root
        if below:
            if not len(root) or root[-1].tag != tt(top).tag:
                root.append(tt(top))
            holder = root[-1]
        holder.extend(elements)
    return root


def service_capabilities(device: OnvifDevice, call: Call) -> Element:
    """GetServiceCapabilities."""
    return timg("GetServiceCapabilitiesResponse", timg("Capabilities", ImageStabilization=False))


def settings(device: OnvifDevice, call: Call) -> Element:
    """GetImagingSettings."""
    now = channel_of_source(device, call).imaging
    told = [(path, [tt(path.rpartition("/")[2], now[path])]) for path in _SETTINGS]
    return timg("GetImagingSettingsResponse", _tree("ImagingSettings", told))


def options(device: OnvifDevice, call: Call) -> Element:
    """GetOptions."""
    channel_of_source(device, call)
    paths = {setting.options or path: setting for path, setting in _SETTINGS.items()}
    told = [(path, setting.offered(path.rpartition("/")[2])) for path, setting in paths.items()]
    return timg("GetOptionsResponse", _tree("ImagingOptions", told))


def set_settings(device: OnvifDevice, call: Call) -> Element:
    """SetImagingSettings: what is not spoken of stays."""
    channel, given = channel_of_source(device, call), find(call.body, "ImagingSettings")
    if given is None:
        raise SoapFault("ImagingSettings are missing")
    clamps = device.suffers(Trouble.CLAMPS) is not None
    changed: dict[str, str | float] = {}
    for path, setting in _SETTINGS.items():
        if not (wish := text(given, path)):
            continue
        taken = setting.taken(wish, clamps)
        if taken is None:
            raise SoapFault(f"{path} cannot be {wish}", "Sender", "ter:InvalidArgVal", "ter:SettingsInvalid")
        changed[path] = taken
    channel.imaging |= changed
    return timg("SetImagingSettingsResponse")


def move(device: OnvifDevice, call: Call) -> Element:
    """Move: the focus, at a speed, to a place or by a step."""
    channel = channel_of_source(device, call)
    head = device.park.head(channel.name)
    if head is None:
        raise SoapFault(
            "the focus is fixed", "Receiver", "ter:ActionNotSupported", "ter:NoImagingForSource", status=500
        )
    place = text(call.body, "Focus/Absolute/Position")
    step = number(text(call.body, "Focus/Relative/Distance"))
    pace = number(text(call.body, "Focus/Continuous/Speed"))
    head.focus_at(pace, number(place, head.focus()) if place else head.focus() + step)
    return timg("MoveResponse")


def stop(device: OnvifDevice, call: Call) -> Element:
    """Stop: the focus stays where it is."""
    head = device.park.head(channel_of_source(device, call).name)
    if head is not None:
        head.focus_at(0.0, head.focus())
    return timg("StopResponse")


def move_options(device: OnvifDevice, call: Call) -> Element:
    """GetMoveOptions."""
    channel = channel_of_source(device, call)

    def span(name: str, least: float) -> Element:
        return tt(name, tt("Min", least), tt("Max", 1.0))

    ways = [
        tt("Absolute", span("Position", 0.0), span("Speed", 0.0)),
        tt("Relative", span("Distance", -1.0), span("Speed", 0.0)),
        tt("Continuous", span("Speed", -1.0)),
    ]
    able = device.park.head(channel.name) is not None
    return timg("GetMoveOptionsResponse", timg("MoveOptions", ways if able else None))


def status(device: OnvifDevice, call: Call) -> Element:
    """GetStatus: of the focus."""
    head = device.park.head(channel_of_source(device, call).name)
    place = head.focus() if head is not None else 0.5
    now = tt("FocusStatus20", tt("Position", place), tt("MoveStatus", "IDLE"))
    return timg("GetStatusResponse", timg("Status", now))


SERVICE = Service(
    "timg",
    "/onvif/imaging_service",
    (2, 60),
    {
        "GetImagingSettings": settings,
        "GetMoveOptions": move_options,
        "GetOptions": options,
        "GetServiceCapabilities": service_capabilities,
        "GetStatus": status,
        "Move": move,
        "SetImagingSettings": set_settings,
        "Stop": stop,
    },
)
