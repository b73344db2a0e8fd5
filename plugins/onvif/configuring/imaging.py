"""The section of the picture: levels, day and night, exposure, white balance, focus (ONVIF Imaging 5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from weakref import WeakSet

from plugins.onvif.client.device import Device
from plugins.onvif.client.envelope import element
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.reading import Element, children, find, name_of, text
from plugins.onvif.client.reading import number as said_number
from plugins.onvif.client.wsdl import NAMESPACES
from plugins.onvif.configuring.asking import SOFT, patience, sentence_of
from plugins.onvif.configuring.channel import channel_of
from plugins.onvif.configuring.editing import copied, put, there
from plugins.onvif.configuring.model import (
    Choice,
    Field,
    Group,
    Kind,
    Limits,
    Section,
    Value,
    Wanted,
    Written,
    number,
)
from plugins.onvif.settings import OnvifSettings

NAME, TITLE = "picture", "Picture"
_TIMG = NAMESPACES["imaging"]
_GROUPS = (
    Group("levels", "Picture"),
    Group("night", "Day and night"),
    Group("light", "Difficult light"),
    Group("exposure", "Exposure"),
    Group("white", "White balance"),
    Group("focus", "Focus"),
)
_TITLES = {"AUTO": "Automatic", "MANUAL": "By hand", "ON": "On", "OFF": "Off", "EXTENDED": "Extended"}
_IR = {"AUTO": "Automatic", "ON": "Day: in colour", "OFF": "Night: infrared, black and white"}
_PRIORITY = {"LOWNOISE": "Little noise", "FRAMERATE": "Full frame rate"}


@dataclass(frozen=True, slots=True)
class _Spec:
    """A field. path, options: where its value and its options stand; usual: modes where a device tells none;
    mode: name of the field and its value with which alone this one counts.
    """

    name: str
    title: str
    path: tuple[str, ...]
    options: tuple[str, ...]
    usual: tuple[str, ...] = ()
    mode: tuple[str, str] = ("", "")
    unit: str = ""

    @property
    def is_mode(self) -> bool:
        """Whether it is one of words, not a number."""
        return bool(self.usual)


def _level(name: str, title: str, tag: str) -> _Spec:
    return _Spec(name, title, (tag,), (tag,))


def _exposure(name: str, title: str, tag: str, mode: str, unit: str = "") -> _Spec:
    return _Spec(
        f"exposure.{name}", title, ("Exposure", tag), ("Exposure", tag), mode=("exposure.mode", mode), unit=unit
    )


_STEADY = ("Extension", "ImageStabilization", "Mode")
_SPECS = (
    _level("levels.brightness", "Brightness", "Brightness"),
    _level("levels.contrast", "Contrast", "Contrast"),
    _level("levels.saturation", "Colour", "ColorSaturation"),
    _level("levels.sharpness", "Sharpness", "Sharpness"),
    _Spec("levels.steady", "Image stabilisation", _STEADY, _STEADY, ("OFF", "ON", "AUTO")),
    _Spec("night.filter", "Infrared filter", ("IrCutFilter",), ("IrCutFilterModes",), ("AUTO", "ON", "OFF")),
    _Spec("light.wide", "Wide dynamic range", *(("WideDynamicRange", "Mode"),) * 2, ("OFF", "ON")),
    _Spec("light.wide_level", "Its level", *(("WideDynamicRange", "Level"),) * 2, mode=("light.wide", "ON")),
    _Spec("light.back", "Backlight compensation", *(("BacklightCompensation", "Mode"),) * 2, ("OFF", "ON")),
    _Spec("light.back_level", "Its level", *(("BacklightCompensation", "Level"),) * 2, mode=("light.back", "ON")),
    _Spec("exposure.mode", "Mode", *(("Exposure", "Mode"),) * 2, ("AUTO", "MANUAL")),
    _Spec(
        "exposure.priority",
        "In doubt",
        *(("Exposure", "Priority"),) * 2,
        ("LowNoise", "FrameRate"),
        ("exposure.mode", "AUTO"),
    ),
    _exposure("shortest", "Shortest exposure", "MinExposureTime", "AUTO", "µs"),
    _exposure("longest", "Longest exposure", "MaxExposureTime", "AUTO", "µs"),
    _exposure("least_gain", "Least gain", "MinGain", "AUTO", "dB"),
    _exposure("most_gain", "Most gain", "MaxGain", "AUTO", "dB"),
    _exposure("time", "Exposure time", "ExposureTime", "MANUAL", "µs"),
    _exposure("gain", "Gain", "Gain", "MANUAL", "dB"),
    _exposure("iris", "Iris", "Iris", "MANUAL", "dB"),
    _Spec("white.mode", "Mode", *(("WhiteBalance", "Mode"),) * 2, ("AUTO", "MANUAL")),
    _Spec("white.red", "Red", ("WhiteBalance", "CrGain"), ("WhiteBalance", "YrGain"), mode=("white.mode", "MANUAL")),
    _Spec("white.blue", "Blue", ("WhiteBalance", "CbGain"), ("WhiteBalance", "YbGain"), mode=("white.mode", "MANUAL")),
    _Spec("focus.mode", "Mode", ("Focus", "AutoFocusMode"), ("Focus", "AutoFocusModes"), ("AUTO", "MANUAL")),
)
_ORDERS = {
    "ImagingSettings": (
        *("BacklightCompensation", "Brightness", "ColorSaturation", "Contrast", "Exposure", "Focus", "IrCutFilter"),
        *("Sharpness", "WideDynamicRange", "WhiteBalance", "Extension"),
    ),
    "Exposure": (
        *("Mode", "Priority", "Window", "MinExposureTime", "MaxExposureTime", "MinGain", "MaxGain", "MinIris"),
        *("MaxIris", "ExposureTime", "Gain", "Iris"),
    ),
    "WhiteBalance": ("Mode", "CrGain", "CbGain", "Extension"),
    "Focus": ("AutoFocusMode", "DefaultSpeed", "NearLimit", "FarLimit", "Extension"),
}
_LEVELLED = ("Mode", "Level")
_want_all: WeakSet[Device] = WeakSet()
"""Devices that refuse settings unless all are sent."""


def read(device: Device, settings: OnvifSettings) -> Section:
    """As the device tells it. Raises OnvifError."""
    source = channel_of(device, settings).source
    now = _settings(device, source)
    able = _options(device, source)
    values = {spec.name: _value(spec, now) for spec in _SPECS}
    fields = tuple(one for spec in _SPECS if (one := _field(spec, values, able)) is not None)
    used = {field.group for field in fields}
    return Section(NAME, TITLE, tuple(group for group in _GROUPS if group.name in used), fields)


def write(device: Device, settings: OnvifSettings, section: Section, wanted: Wanted) -> Written:
    """Send the parts that change; all of them to a device that refuses that. Raises OnvifError."""
    source = channel_of(device, settings).source
    whole = copied(_settings(device, source), _TIMG, "ImagingSettings")
    touched = {spec.path[0] for spec in _SPECS if spec.name in wanted}
    for spec in _SPECS:
        if spec.name in wanted:
            _put(whole, spec.path, wanted[spec.name])
    parts = copied(whole, _TIMG, "ImagingSettings")
    for one in list(parts):
        if name_of(one) not in touched:
            parts.remove(one)
    attempts = [whole] if device in _want_all else [parts, whole] if len(parts) < len(whole) else [whole]
    try:
        _send(device, source, attempts)
    except OnvifError as error:
        if error.kind not in SOFT:
            raise
        return Written({name: sentence_of(error) for name in wanted})
    return Written()


def _send(device: Device, source: str, attempts: Iterable[Element]) -> None:
    """The first that the device takes. Raises the first refusal, which is about what was asked."""
    refusal: OnvifError | None = None
    for one in attempts:
        try:
            _ask(device, "SetImagingSettings", source, one, element(_TIMG, "ForcePersistence", "true"))
        except OnvifError as error:
            if error.kind not in ("fault", "nonsense"):
                raise
            refusal = refusal or error
            continue
        if refusal is not None:
            _want_all.add(device)
        return
    if refusal is not None:
        raise refusal


def _settings(device: Device, source: str) -> Element:
    told = find(_ask(device, "GetImagingSettings", source), "ImagingSettings")
    if told is None:
        raise OnvifError("nonsense", "The device tells no settings of the picture.")
    return told


def _options(device: Device, source: str) -> Element | None:
    try:
        return find(_ask(device, "GetOptions", source), "ImagingOptions")
    except OnvifError as error:
        if error.kind not in SOFT:
            raise
        return None


def _ask(device: Device, operation: str, source: str, *content: Element) -> Element:
    token = element(_TIMG, "VideoSourceToken", source)
    return device.ask("imaging", element(_TIMG, operation, token, *content), deadline=patience(operation))


def _value(spec: _Spec, now: Element) -> Value | None:
    if spec.is_mode:
        return text(now, *spec.path) or None
    found = said_number(now, *spec.path)
    return None if found is None else number(found)


def _field(spec: _Spec, values: dict[str, Value | None], able: Element | None) -> Field | None:
    """None for what the device does not have."""
    value = values[spec.name]
    limits = _modes(spec, able, value) if spec.is_mode else _span(spec, able, value)
    mode, needed = spec.mode
    chosen = str(values.get(mode) or "")
    if limits is None or (mode and not chosen):
        return None
    kind = Kind.CHOICE if spec.is_mode else Kind.NUMBER
    if not mode:
        return Field(spec.name, spec.title, kind, value, limits, spec.unit)
    return Field(
        spec.name,
        spec.title,
        kind,
        value,
        limits,
        spec.unit,
        depends=mode,
        others={chosen if chosen.upper() == needed else needed: limits},
    )


def _modes(spec: _Spec, able: Element | None, value: Value | None) -> Limits | None:
    *way, last = spec.options
    told = [text(one) for one in children(find(able, *way), last)]
    known = [mode for mode in told if mode] or (list(spec.usual) if value is not None else [])
    if not known:
        return None
    if isinstance(value, str) and value not in known:
        known.append(value)
    return Limits(tuple(Choice(mode, _title(spec, mode)) for mode in dict.fromkeys(known)))


def _title(spec: _Spec, mode: str) -> str:
    titles = _IR if spec.name == "night.filter" else _PRIORITY if spec.name == "exposure.priority" else _TITLES
    return titles.get(mode.upper(), mode)


def _span(spec: _Spec, able: Element | None, value: Value | None) -> Limits | None:
    told = find(able, *spec.options)
    low, high = said_number(told, "Min"), said_number(told, "Max")
    if low is not None and high is not None and low < high:
        return Limits(low=number(low), high=number(high))
    return Limits() if value is not None and told is None else None


def _put(into: Element, path: tuple[str, ...], value: Value) -> None:
    *way, last = path
    for name in way:
        into = there(into, name, _order(into))
    put(into, last, str(value), _order(into))
    for missing in _needed(into):
        put(into, missing, "AUTO", _order(into))


def _needed(part: Element) -> Iterator[str]:
    """What the schema demands in a part, where the device told none."""
    first = _order(part)[0] if name_of(part) in ("Exposure", "WhiteBalance", "Focus") else ""
    if first and not children(part, first):
        yield first


def _order(part: Element) -> tuple[str, ...]:
    return _ORDERS.get(name_of(part), _LEVELLED)
