"""Texts upon the picture (ONVIF Media Service 1, 5.17; Media 2, 5.12): remembered, not drawn."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from plugins.simulator.onvif.markup import Element, Maker, find, number, text, trt, tt
from plugins.simulator.onvif.model import Channel, Osd
from plugins.simulator.onvif.serving import Call, Operation, no_entity
from plugins.simulator.onvif.soap import SoapFault

if TYPE_CHECKING:
    from plugins.simulator.onvif.device import OnvifDevice

MOST = 8


def osd_element(channel: Channel, osd: Osd, maker: Maker, name: str = "OSDs") -> Element:
    """One text with its place."""
    x, y = osd.position
    return maker(
        name,
        tt("VideoSourceConfigurationToken", f"{channel.name}_source"),
        tt("Type", "Text"),
        tt("Position", tt("Type", "Custom"), tt("Pos", x=x, y=y)),
        tt("TextString", tt("Type", osd.kind), tt("PlainText", osd.text) if osd.kind == "Plain" else None),
        token=osd.token,
    )


def _osd_of(given: Element, token: str) -> Osd:
    place = find(given, "Position/Pos")
    x, y = (-0.9, 0.9) if place is None else (number(place.get("x"), -0.9), number(place.get("y"), 0.9))
    kind = text(given, "TextString/Type", "Plain")
    return Osd(token, text(given, "TextString/PlainText"), kind, (x, y))


def _find_osd(device: OnvifDevice, token: str) -> tuple[Channel, Osd]:
    for channel in device.channels.values():
        if token in channel.osds:
            return channel, channel.osds[token]
    raise no_entity("NoConfig", token)


def channel_of_configuration(device: OnvifDevice, token: str) -> Channel:
    """The channel whose video source configuration has this token. Raises SoapFault."""
    channel = device.channels.get(token.removesuffix("_source"))
    if channel is None:
        raise no_entity("NoConfig", token)
    return channel


class Osds:
    """The operations, for the generation whose namespace `maker` writes."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker

    def list(self, device: OnvifDevice, call: Call) -> Element:
        """GetOSDs: all, or those of a source configuration, or one."""
        source, token = call.text("ConfigurationToken"), call.text("OSDToken")
        channels = [channel_of_configuration(device, source)] if source else device.channels.values()
        found = [
            osd_element(channel, osd, self._maker)
            for channel in channels
            for osd in channel.osds.values()
            if token in ("", osd.token)
        ]
        return self._maker("GetOSDsResponse", found)

    def options(self, device: OnvifDevice, call: Call) -> Element:
        """GetOSDOptions."""
        channel_of_configuration(device, call.text("ConfigurationToken"))
        kinds = [tt("Type", kind) for kind in ("Plain", "DateAndTime")]
        return self._maker(
            "GetOSDOptionsResponse",
            self._maker(
                "OSDOptions",
                tt("MaximumNumberOfOSDs", Total=MOST),
                tt("Type", "Text"),
                [tt("PositionOption", place) for place in ("UpperLeft", "LowerLeft", "Custom")],
                tt("TextOption", kinds),
            ),
        )

    def create(self, device: OnvifDevice, call: Call) -> Element:
        """CreateOSD."""
        given = find(call.body, "OSD")
        if given is None:
            raise SoapFault("OSD is missing")
        channel = channel_of_configuration(device, text(given, "VideoSourceConfigurationToken"))
        if len(channel.osds) >= MOST:
            raise SoapFault("no more texts fit", "Receiver", "ter:Action", "ter:MaxOSDs", status=500)
        osd = _osd_of(given, f"osd_{secrets.token_hex(3)}")
        channel.osds[osd.token] = osd
        return self._maker("CreateOSDResponse", self._maker("OSDToken", osd.token))

    def change(self, device: OnvifDevice, call: Call) -> Element:
        """SetOSD."""
        given = find(call.body, "OSD")
        if given is None:
            raise SoapFault("OSD is missing")
        channel, osd = _find_osd(device, str(given.get("token")))
        channel.osds[osd.token] = _osd_of(given, osd.token)
        return self._maker("SetOSDResponse")

    def delete(self, device: OnvifDevice, call: Call) -> Element:
        """DeleteOSD."""
        channel, osd = _find_osd(device, call.text("OSDToken"))
        del channel.osds[osd.token]
        return self._maker("DeleteOSDResponse")

    def operations(self) -> dict[str, Operation]:
        """By name."""
        return {
            "CreateOSD": self.create,
            "DeleteOSD": self.delete,
            "GetOSDOptions": self.options,
            "GetOSDs": self.list,
            "SetOSD": self.change,
        }


OSD_OPERATIONS = Osds(trt).operations()
