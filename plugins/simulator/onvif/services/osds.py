"""Texts upon the picture (ONVIF Media Service 1, 5.17; Media 2, 5.12). Plain ones are drawn. Date and time are kept and
not drawn: a loop's pictures are coded once, whatever the clock says when they are sent.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from plugins.simulator.onvif.markup import Element, Maker, find, number, text, trt, tt
from plugins.simulator.onvif.model import Channel, Osd
from plugins.simulator.onvif.serving import Call, Operation, no_entity
from plugins.simulator.onvif.soap import SoapFault
from plugins.simulator.scenes.overlay import Caption

if TYPE_CHECKING:
    from plugins.simulator.onvif.device import OnvifDevice

MOST = 8
SIZES = (10, 60)
PLACES = {
    "UpperLeft": (-0.96, 0.92),
    "UpperRight": (0.96, 0.92),
    "LowerLeft": (-0.96, -0.92),
    "LowerRight": (0.96, -0.92),
}
"""Where they are, in ONVIF's -1 to 1, y upwards."""
DATES = ("yyyy-MM-dd", "MM/dd/yyyy", "dd/MM/yyyy")
TIMES = ("HH:mm:ss", "h:mm:ss tt")
KINDS = ("Plain", "Date", "Time", "DateAndTime")


def osd_element(channel: Channel, osd: Osd, maker: Maker, name: str = "OSDs") -> Element:
    """One text with its place."""
    x, y = osd.position
    return maker(
        name,
        tt("VideoSourceConfigurationToken", f"{channel.name}_source"),
        tt("Type", "Text"),
        tt("Position", tt("Type", osd.place), tt("Pos", x=x, y=y) if osd.place == "Custom" else None),
        tt(
            "TextString",
            tt("Type", osd.kind),
            tt("DateFormat", osd.date_format) if "Date" in osd.kind else None,
            tt("TimeFormat", osd.time_format) if "Time" in osd.kind else None,
            tt("FontSize", osd.size),
            tt("PlainText", osd.text) if osd.kind == "Plain" else None,
        ),
        token=osd.token,
    )


def _osd_of(given: Element, before: Osd) -> Osd:
    """The text that a request describes; what it is silent about stays. Raises SoapFault."""
    spot = find(given, "Position/Pos")
    osd = replace(
        before,
        text=text(given, "TextString/PlainText", before.text),
        kind=text(given, "TextString/Type", before.kind),
        place=text(given, "Position/Type", before.place),
        position=before.position if spot is None else (number(spot.get("x")), number(spot.get("y"))),
        size=int(number(text(given, "TextString/FontSize"), before.size)),
        date_format=text(given, "TextString/DateFormat", before.date_format),
        time_format=text(given, "TextString/TimeFormat", before.time_format),
    )
    fits = (
        osd.kind in KINDS
        and (osd.place == "Custom" or osd.place in PLACES)
        and max(map(abs, osd.position)) <= 1
        and SIZES[0] <= osd.size <= SIZES[1]
        and osd.date_format in DATES
        and osd.time_format in TIMES
    )
    if not fits:
        raise SoapFault("the options do not hold this", "Sender", "ter:InvalidArgVal", "ter:ConfigModify")
    return osd


async def _write(device: OnvifDevice, channel: Channel) -> None:
    """Have the plain texts in the picture: for the park at shares of it, y downwards."""
    captions = []
    for osd in channel.osds.values():
        x, y = PLACES.get(osd.place, osd.position)
        if osd.kind == "Plain" and osd.text:
            captions.append(Caption(osd.text, (x + 1) / 2, (1 - y) / 2, osd.size / 720))
    await device.park.write(channel.name, tuple(captions))


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
        written = [
            [tt("Type", kind) for kind in KINDS],
            tt("FontSizeRange", tt("Min", SIZES[0]), tt("Max", SIZES[1])),
            [tt("DateFormat", form) for form in DATES],
            [tt("TimeFormat", form) for form in TIMES],
        ]
        return self._maker(
            "GetOSDOptionsResponse",
            self._maker(
                "OSDOptions",
                tt("MaximumNumberOfOSDs", Total=MOST),
                tt("Type", "Text"),
                [tt("PositionOption", place) for place in (*PLACES, "Custom")],
                tt("TextOption", written),
            ),
        )

    async def create(self, device: OnvifDevice, call: Call) -> Element:
        """CreateOSD."""
        given = find(call.body, "OSD")
        if given is None:
            raise SoapFault("OSD is missing")
        channel = channel_of_configuration(device, text(given, "VideoSourceConfigurationToken"))
        if len(channel.osds) >= MOST:
            raise SoapFault("no more texts fit", "Receiver", "ter:Action", "ter:MaxOSDs", status=500)
        osd = _osd_of(given, Osd(f"osd_{secrets.token_hex(3)}", ""))
        channel.osds[osd.token] = osd
        await _write(device, channel)
        return self._maker("CreateOSDResponse", self._maker("OSDToken", osd.token))

    async def change(self, device: OnvifDevice, call: Call) -> Element:
        """SetOSD."""
        given = find(call.body, "OSD")
        if given is None:
            raise SoapFault("OSD is missing")
        channel, osd = _find_osd(device, str(given.get("token")))
        channel.osds[osd.token] = _osd_of(given, osd)
        await _write(device, channel)
        return self._maker("SetOSDResponse")

    async def delete(self, device: OnvifDevice, call: Call) -> Element:
        """DeleteOSD."""
        channel, osd = _find_osd(device, call.text("OSDToken"))
        del channel.osds[osd.token]
        await _write(device, channel)
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
