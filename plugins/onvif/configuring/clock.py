"""The section of the time: clock, zone, time servers (ONVIF Core 8.3.7 to 8.3.10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from core.api import SystemClock
from plugins.onvif.client.device import Device
from plugins.onvif.client.envelope import element
from plugins.onvif.client.reading import Element, find, text
from plugins.onvif.configuring.asking import TDS, ask, offered, refusals
from plugins.onvif.configuring.editing import SCHEMA, truth
from plugins.onvif.configuring.hosts import listed, network_host, servers
from plugins.onvif.configuring.model import (
    Act,
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
    unless,
)
from plugins.onvif.configuring.zones import posix_zone
from plugins.onvif.settings import OnvifSettings

NAME, TITLE = "time", "Time"
_GROUPS = (Group("clock", "Clock"), Group("zone", "Time zone"), Group("server", "Time server"))
_SOURCES = Limits((Choice("Manual", "By hand"), Choice("NTP", "From a time server")))
_LIST = Limits(length=200)
_POSIX = "As POSIX writes it, such as CET-1CEST,M3.5.0,M10.5.0/3."
_NAMES = "Names or addresses, with commas between them."


def read(device: Device, settings: OnvifSettings) -> Section:
    """GetSystemDateAndTime and GetNTP. Raises OnvifError."""
    now = find(ask(device, "GetSystemDateAndTime"), "SystemDateAndTime")
    fields = [
        Field(
            "clock.ahead", "Ahead of Eyrie's clock", Kind.SHOWN, number(round(device.read_clock() / 1000, 1)), unit="s"
        ),
        Field("clock.source", "Clock is set", Kind.CHOICE, text(now, "DateTimeType") or None, _SOURCES),
        Field("zone.name", "Time zone", Kind.TEXT, text(now, "TimeZone", "TZ"), Limits(length=100), hint=_POSIX),
        Field("zone.summer", "Summer time", Kind.BOOL, truth(text(now, "DaylightSavings"))),
    ]
    ntp = find(offered(device, "GetNTP"), "NTPInformation")
    if ntp is not None:
        dhcp = truth(text(ntp, "FromDHCP"))
        known = servers(ntp, "NTPFromDHCP" if dhcp else "NTPManual")
        fields += [
            Field("server.dhcp", "Time server from DHCP", Kind.BOOL, dhcp),
            unless("server.dhcp", Field("server.names", "Time servers", Kind.TEXT, known, _LIST, hint=_NAMES)),
        ]
    used = {field.group for field in fields}
    return Section(NAME, TITLE, tuple(one for one in _GROUPS if one.name in used), tuple(fields), _acts())


def write(device: Device, settings: OnvifSettings, section: Section, wanted: Wanted) -> Written:
    """Time servers first: a clock that goes by them asks them then. Raises OnvifError."""
    refused: dict[str, str] = {}
    after = {**section.values, **wanted}
    names = [name for name in wanted if name.startswith("server.")]
    if names:
        content = [element(TDS, "FromDHCP", "true" if after["server.dhcp"] else "false")]
        if not after["server.dhcp"]:
            content += [network_host(TDS, "NTPManual", one) for one in listed(after["server.names"])]
        refused |= refusals(names, lambda: ask(device, "SetNTP", *content))
    names = [name for name in wanted if not name.startswith("server.")]
    if names:
        told = _date_and_time(device.now_ms(), after)
        refused |= refusals(names, lambda: ask(device, "SetSystemDateAndTime", *told))
    return Written(refused)


def act(device: Device, settings: OnvifSettings, section: Section, chosen: Act, values: Wanted) -> Written:
    """The site's zone, or Eyrie's time. Raises OnvifError."""
    after = dict(section.values)
    if chosen.name == "zone":
        after["zone.name"] = _site_zone()[1]
        after["zone.summer"] = "," in str(after["zone.name"])
        ask(device, "SetSystemDateAndTime", *_date_and_time(device.now_ms(), after))
    else:
        after["clock.source"] = "Manual"
        ask(device, "SetSystemDateAndTime", *_date_and_time(SystemClock().wall_ms(), after))
    return Written()


def _acts() -> tuple[Act, ...]:
    name, posix = _site_zone()
    zone = Act("zone", "Take the site's time zone", "zone", confirm=f"The site is in {name}: {posix}.")
    question = "Its clock goes by hand from then on, and drifts; a time server is better."
    return (*((zone,) if posix else ()), Act("now", "Set it to Eyrie's time", "clock", confirm=question))


def _site_zone() -> tuple[str, str]:
    from core.api.services import site

    name = site().time_zone
    return name, posix_zone(name)


def _date_and_time(now_ms: int, values: Mapping[str, Value | None]) -> list[Element]:
    """The time is demanded with `Manual` alone, and refused with `NTP` by some."""
    source = str(values["clock.source"] or "Manual")
    parts = [
        element(TDS, "DateTimeType", source),
        element(TDS, "DaylightSavings", "true" if values["zone.summer"] else "false"),
    ]
    if values["zone.name"]:
        parts.append(element(TDS, "TimeZone", element(SCHEMA, "TZ", str(values["zone.name"]))))
    if source == "Manual":
        parts.append(_utc(now_ms))
    return parts


def _utc(now_ms: int) -> Element:
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    time = [element(SCHEMA, name, str(value)) for name, value in (("Hour", now.hour), ("Minute", now.minute))]
    date = [element(SCHEMA, name, str(value)) for name, value in (("Year", now.year), ("Month", now.month))]
    time.append(element(SCHEMA, "Second", str(now.second)))
    date.append(element(SCHEMA, "Day", str(now.day)))
    return element(TDS, "UTCDateTime", element(SCHEMA, "Time", *time), element(SCHEMA, "Date", *date))
