"""The picture's and the lens's settings (ONVIF Imaging Service Specification): remembered, and told again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugins.simulator.onvif.markup import Element, find, number, text, timg, tt
from plugins.simulator.onvif.serving import Call, Service, channel_of_source
from plugins.simulator.onvif.soap import SoapFault

if TYPE_CHECKING:
    from plugins.simulator.onvif.device import OnvifDevice

_SWITCHES = {
    "ir_cut": ("IrCutFilter", ("ON", "OFF", "AUTO")),
    "exposure": ("Exposure/Mode", ("AUTO", "MANUAL")),
    "focus": ("Focus/AutoFocusMode", ("AUTO", "MANUAL")),
    "backlight": ("BacklightCompensation/Mode", ("ON", "OFF")),
    "wide_dynamic": ("WideDynamicRange/Mode", ("ON", "OFF")),
}
_LEVELS = {
    "brightness": "Brightness",
    "saturation": "ColorSaturation",
    "contrast": "Contrast",
    "sharpness": "Sharpness",
}


def service_capabilities(device: OnvifDevice, call: Call) -> Element:
    """GetServiceCapabilities."""
    return timg("GetServiceCapabilitiesResponse", timg("Capabilities", ImageStabilization=False))


def settings(device: OnvifDevice, call: Call) -> Element:
    """GetImagingSettings."""
    now = channel_of_source(device, call).imaging
    return timg(
        "GetImagingSettingsResponse",
        timg(
            "ImagingSettings",
            tt("BacklightCompensation", tt("Mode", now.backlight)),
            tt("Brightness", now.brightness),
            tt("ColorSaturation", now.saturation),
            tt("Contrast", now.contrast),
            tt("Exposure", tt("Mode", now.exposure)),
            tt("Focus", tt("AutoFocusMode", now.focus)),
            tt("IrCutFilter", now.ir_cut),
            tt("Sharpness", now.sharpness),
            tt("WideDynamicRange", tt("Mode", now.wide_dynamic)),
        ),
    )


def options(device: OnvifDevice, call: Call) -> Element:
    """GetOptions."""
    channel_of_source(device, call)

    def span(name: str) -> Element:
        return tt(name, tt("Min", 0.0), tt("Max", 100.0))

    def modes(key: str, name: str = "Mode") -> list[Element]:
        return [tt(name, mode) for mode in _SWITCHES[key][1]]

    return timg(
        "GetOptionsResponse",
        timg(
            "ImagingOptions",
            tt("BacklightCompensation", modes("backlight")),
            span("Brightness"),
            span("ColorSaturation"),
            span("Contrast"),
            tt("Exposure", modes("exposure")),
            tt("Focus", modes("focus", "AutoFocusModes")),
            [tt("IrCutFilterModes", mode) for mode in _SWITCHES["ir_cut"][1]],
            span("Sharpness"),
            tt("WideDynamicRange", modes("wide_dynamic")),
        ),
    )


def set_settings(device: OnvifDevice, call: Call) -> Element:
    """SetImagingSettings: what is not spoken of stays."""
    channel, given = channel_of_source(device, call), find(call.body, "ImagingSettings")
    if given is None:
        raise SoapFault("ImagingSettings are missing")
    now = channel.imaging
    for key, (path, modes) in _SWITCHES.items():
        mode = text(given, path, getattr(now, key))
        if mode not in modes:
            raise SoapFault(f"{path} is none of {modes}", "Sender", "ter:InvalidArgVal", "ter:SettingsInvalid")
        now = replace(now, **{key: mode})  # type: ignore[arg-type]  # the keys of _SWITCHES are fields of text
    for key, path in _LEVELS.items():
        level = number(text(given, path), getattr(now, key))
        if not 0 <= level <= 100:
            raise SoapFault(f"{path} is 0 to 100", "Sender", "ter:InvalidArgVal", "ter:SettingsInvalid")
        now = replace(now, **{key: level})  # type: ignore[arg-type]  # the keys of _LEVELS are fields of numbers
    channel.imaging = now
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
