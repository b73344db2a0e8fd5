"""Privacy masks that the camera covers itself (ONVIF Media2, 5.10).

Masks that somebody has drawn at the camera stay: Eyrie takes away only what it has put there. Polygons go from parts of
the picture, y downwards, to ONVIF's -1 to 1, y upwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.api import Masks
from plugins.onvif.client.device import Device
from plugins.onvif.client.envelope import element
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.reading import Element, children, every, find, text
from plugins.onvif.client.wsdl import NAMESPACES
from plugins.onvif.configuring.asking import SOFT
from plugins.onvif.configuring.channel import channel_of
from plugins.onvif.configuring.editing import SCHEMA, truth
from plugins.onvif.configuring.given import Given
from plugins.onvif.devices import device_of
from plugins.onvif.ptz.moving import told
from plugins.onvif.settings import OnvifSettings

Polygon = tuple[tuple[float, float], ...]
_TR2 = NAMESPACES["media2"]
_CLOSE = 0.002
"""Of the picture: what a device may round a corner by, and still covers what it was asked to."""


@dataclass(frozen=True, slots=True)
class _Able:
    """What a device can cover. most, points: 0 where it does not say; colour: as it wants it named, if at all."""

    most: int = 0
    points: int = 0
    boxes: bool = False
    kind: str = "Color"
    colour: Element | None = None

    def takes(self, polygon: Polygon) -> bool:
        """Whether it can have a mask of this outline."""
        return (not self.points or len(polygon) <= self.points) and (not self.boxes or _is_box(polygon))


async def set_masks(settings: OnvifSettings, masks: Masks) -> Masks:
    """Have the camera cover these instead of those that it was given; those that it took. Raises ControlError."""
    return await told(cover, settings, masks)


def cover(settings: OnvifSettings, masks: Masks) -> Masks:
    """The same. Blocks; raises OnvifError."""
    device = device_of(settings)
    if not device.offers("media2"):
        return ()
    framing = channel_of(device, settings).main.framing
    with Given(settings, framing) as given:
        try:
            there = _masks(device, framing)
        except OnvifError as error:
            if error.kind not in SOFT:
                raise
            return ()
        mine = {token: polygon for token, polygon in there.items() if token in given.tokens}
        wanted = [one for one in masks if not any(_same(one, polygon) for polygon in mine.values())]
        for token, polygon in mine.items():
            if not any(_same(one, polygon) for one in masks):
                _delete(device, token)
        able = _able(device, framing)
        room = able.most - len(_masks(device, framing)) if able.most else len(wanted)
        for one in [polygon for polygon in wanted if able.takes(polygon)][: max(0, room)]:
            given.add(_create(device, framing, one, able))
        after = _masks(device, framing)
        given.keep(after)
    covered = [polygon for token, polygon in after.items() if token in given.tokens]
    return tuple(one for one in masks if any(_same(one, polygon) for polygon in covered))


def _masks(device: Device, framing: str) -> dict[str, Polygon]:
    """Those that are on, by token."""
    answer = device.media2(element(_TR2, "GetMasks", element(_TR2, "ConfigurationToken", framing)))
    found = {}
    for one in children(answer, "Masks"):
        if text(one, "ConfigurationToken") in ("", framing) and truth(text(one, "Enabled") or "true"):
            found[one.get("token", "")] = tuple(_points(every(one, "Point")))
    return found


def _points(told: Iterable[Element]) -> Iterable[tuple[float, float]]:
    for one in told:
        try:
            x, y = float(one.get("x", "")), float(one.get("y", ""))
        except ValueError:
            continue
        yield (x + 1) / 2, (1 - y) / 2


def _able(device: Device, framing: str) -> _Able:
    """Without options of the device, anything is tried."""
    try:
        answer = device.media2(element(_TR2, "GetMaskOptions", element(_TR2, "ConfigurationToken", framing)))
    except OnvifError as error:
        if error.kind not in SOFT:
            raise
        return _Able()
    options = find(answer, "Options")
    if options is None:
        return _Able()
    kinds = [text(one) for one in children(options, "Types")]
    kind = "Color" if "Color" in kinds or not kinds else kinds[0]
    colours = [one for one in every(options, "ColorList") if one.get("X") is not None]
    return _Able(
        _count(text(options, "MaxMasks")),
        _count(text(options, "MaxPoints")),
        truth(options.get("RectangleOnly")),
        kind,
        min(colours, key=lambda one: float(one.get("X", "0"))) if colours and kind == "Color" else None,
    )


def _create(device: Device, framing: str, polygon: Polygon, able: _Able) -> str:
    """Its token; empty when the device refuses it. Raises OnvifError when the device is not there."""
    corners = [element(SCHEMA, "Point", x=f"{2 * x - 1:.6g}", y=f"{1 - 2 * y:.6g}") for x, y in polygon]
    parts = [
        element(_TR2, "ConfigurationToken", framing),
        element(_TR2, "Polygon", *corners),
        element(_TR2, "Type", able.kind),
    ]
    if able.colour is not None:
        parts.append(element(_TR2, "Color", **{str(name): str(value) for name, value in able.colour.attrib.items()}))
    parts.append(element(_TR2, "Enabled", "true"))
    try:
        answer = device.media2(element(_TR2, "CreateMask", element(_TR2, "Mask", *parts, token="")))
    except OnvifError as error:
        if error.kind not in SOFT:
            raise
        return ""
    return text(answer, "Token")


def _delete(device: Device, token: str) -> None:
    device.media2(element(_TR2, "DeleteMask", element(_TR2, "Token", token)))


def _same(one: Polygon, other: Polygon) -> bool:
    """Whether two outlines are one, whichever corner and way round a device begins with."""
    if len(one) != len(other):
        return False
    turns = [other[at:] + other[:at] for at in range(len(other))]
    return any(_near(one, turn) or _near(one, turn[::-1]) for turn in turns)


def _near(one: Polygon, other: Polygon) -> bool:
    pairs = zip(one, other, strict=True)
    return all(abs(a[0] - b[0]) <= _CLOSE and abs(a[1] - b[1]) <= _CLOSE for a, b in pairs)


def _is_box(polygon: Polygon) -> bool:
    across, down = {round(x, 4) for x, _ in polygon}, {round(y, 4) for _, y in polygon}
    return len(polygon) == 4 and len(across) == len(down) == 2


def _count(said: str) -> int:
    return int(said) if said.isdigit() else 0
