"""The section of the network: host name, addresses, gateway, name servers (ONVIF Core 8.2). IPv4 alone."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial

from plugins.onvif.client.address import Address
from plugins.onvif.client.device import Device
from plugins.onvif.client.envelope import element
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.reading import Element, children, every, find, text
from plugins.onvif.client.reading import number as said_number
from plugins.onvif.configuring.asking import SOFT, TDS, ask, offered, refusals, sentence_of
from plugins.onvif.configuring.editing import SCHEMA, truth
from plugins.onvif.configuring.hosts import listed, network_host, servers
from plugins.onvif.configuring.model import Field, Group, Kind, Limits, Section, Value, Wanted, Written, unless
from plugins.onvif.devices import device_of
from plugins.onvif.identity import identity
from plugins.onvif.settings import OnvifSettings

NAME, TITLE = "network", "Network"
REACH_S = 20.0
"""How long a device is waited for at its new address."""
_PAUSE_S = 0.5
_ADDRESS = Limits(length=15)
_LIST = Limits(length=200)
_RESTART = "The camera takes its new address when it is restarted."
_LOST = "The camera does not answer at its new address yet; Eyrie goes on looking for it."
_PREFIX = Limits(low=1, high=30, step=1)
_Values = Mapping[str, Value | None]
_Request = tuple[str, list[Element]]


def read(device: Device, settings: OnvifSettings) -> Section:
    """Raises OnvifError."""
    groups: list[Group] = []
    fields: list[Field] = []
    for one in children(offered(device, "GetNetworkInterfaces"), "NetworkInterfaces"):
        name = text(one, "Info", "Name") or one.get("token", "")
        groups.append(Group(_group(one), f"{name}"))
        fields += _interface(one)
    known = {
        "route": (Group("route", "Gateway"), _route(offered(device, "GetNetworkDefaultGateway"))),
        "dns": (Group("dns", "Name servers"), _dns(offered(device, "GetDNS"))),
        "name": (Group("name", "Host name"), _host(offered(device, "GetHostname"))),
    }
    for group, found in known.values():
        if found:
            groups.append(group)
            fields += found
    if not fields:
        raise OnvifError("unsupported", "The device tells nothing of its network.")
    return Section(NAME, TITLE, tuple(groups), tuple(fields))


def write(device: Device, settings: OnvifSettings, section: Section, wanted: Wanted) -> Written:
    """Its own address last, since it may be out of reach after that. Raises OnvifError."""
    after = {**section.values, **wanted}
    refused: dict[str, str] = {}
    for group, request in _REQUESTS.items():
        names = [name for name in wanted if name.startswith(f"{group}.")]
        if names:
            operation, content = request(device, after)
            refused |= refusals(names, partial(ask, device, operation, *content))
    results = [Written(refused)]
    for group in dict.fromkeys(name.rpartition(".")[0] for name in wanted if name.startswith("if-")):
        names = [name for name in wanted if name.startswith(f"{group}.")]
        results.append(_set_interface(device, settings, section, group, names, after))
    return Written(
        {name: sentence for one in results for name, sentence in one.refused.items()},
        tuple(note for one in results for note in one.notes),
        {name: value for one in results for name, value in one.follow.items()},
        any(one.away for one in results),
    )


def _set_interface(
    device: Device, settings: OnvifSettings, section: Section, group: str, names: list[str], after: _Values
) -> Written:
    try:
        answer = ask(device, "SetNetworkInterfaces", *_interface_request(group, after))
    except OnvifError as error:
        if error.kind not in ("unreachable", "timeout"):
            if error.kind in SOFT:
                return Written(dict.fromkeys(names, sentence_of(error)))
            raise
    else:
        if truth(text(answer, "RebootNeeded")):
            return Written(notes=(_RESTART,))
    place = Address.of(settings.address)
    if not after[f"{group}.dhcp"] and section.values[f"{group}.address"] == place.host:
        place = place.moved(str(after[f"{group}.address"]))
    return _reached(settings, place)


def _reached(settings: OnvifSettings, place: Address) -> Written:
    """Wait for the device there; as long as it does not answer, Eyrie's own address of it stays."""
    there = device_of(settings.model_copy(update={"address": place.setting}))
    ends = time.monotonic() + REACH_S
    while time.monotonic() < ends:
        try:
            identity(there)
        except OnvifError as error:
            if error.kind not in ("unreachable", "timeout", "nonsense"):
                break
            time.sleep(_PAUSE_S)
            continue
        follow = {} if place == Address.of(settings.address) else {"address": place.setting}
        return Written(follow=follow)
    return Written(notes=(_LOST,), away=True)


def _interface(one: Element) -> list[Field]:
    group, config = _group(one), find(one, "IPv4", "Config")
    if config is None:
        return []
    dhcp = truth(text(config, "DHCP"))
    now = find(config, "FromDHCP" if dhcp else "Manual")
    if now is None:
        now = find(config, "Manual")
    prefix = said_number(now, "PrefixLength")
    dhcp_field = Field(f"{group}.dhcp", "Address from DHCP", Kind.BOOL, dhcp, cuts=True)
    address = Field(f"{group}.address", "Address", Kind.TEXT, text(now, "Address"), _ADDRESS, cuts=True)
    length = int(prefix) if prefix is not None else None
    hint = "24 is 255.255.255.0."
    mask = Field(f"{group}.prefix", "Prefix length", Kind.NUMBER, length, _PREFIX, cuts=True, hint=hint)
    facts = [
        Field(f"{group}.now", "Address now", Kind.SHOWN, text(now, "Address")),
        Field(f"{group}.mac", "Hardware address", Kind.SHOWN, text(one, "Info", "HwAddress")),
    ]
    known = [fact for fact in facts if fact.value]
    return [*known, dhcp_field, unless(dhcp_field.name, address), unless(dhcp_field.name, mask)]


def _interface_request(group: str, after: _Values) -> list[Element]:
    dhcp = bool(after[f"{group}.dhcp"])
    parts = [element(SCHEMA, "Enabled", "true")]
    if not dhcp:
        address = element(SCHEMA, "Address", str(after[f"{group}.address"] or ""))
        prefix = element(SCHEMA, "PrefixLength", str(after[f"{group}.prefix"] or 24))
        parts.append(element(SCHEMA, "Manual", address, prefix))
    parts.append(element(SCHEMA, "DHCP", "true" if dhcp else "false"))
    wanted = element(TDS, "NetworkInterface", element(SCHEMA, "Enabled", "true"), element(SCHEMA, "IPv4", *parts))
    return [element(TDS, "InterfaceToken", group.removeprefix("if-")), wanted]


def _route(answer: Element | None) -> list[Field]:
    if answer is None:
        return []
    known = next((text(one) for one in every(answer, "IPv4Address")), "")
    return [Field("route.gateway", "Gateway", Kind.TEXT, known, _ADDRESS, cuts=True)]


def _route_request(device: Device, after: _Values) -> _Request:
    gateway = str(after.get("route.gateway") or "")
    return "SetNetworkDefaultGateway", [element(TDS, "IPv4Address", gateway)] if gateway else []


def _dns(answer: Element | None) -> list[Field]:
    told = find(answer, "DNSInformation")
    if told is None:
        return []
    dhcp = truth(text(told, "FromDHCP"))
    known = servers(told, "DNSFromDHCP" if dhcp else "DNSManual")
    return [
        Field("dns.dhcp", "Name servers from DHCP", Kind.BOOL, dhcp),
        unless("dns.dhcp", Field("dns.servers", "Name servers", Kind.TEXT, known, _LIST)),
    ]


def _dns_request(device: Device, after: _Values) -> _Request:
    """The domains that it searches go back as they are."""
    told = find(offered(device, "GetDNS"), "DNSInformation")
    domains = [element(TDS, "SearchDomain", text(one)) for one in children(told, "SearchDomain")]
    dhcp = bool(after.get("dns.dhcp"))
    hosts = [] if dhcp else [network_host(TDS, "DNSManual", one) for one in listed(after.get("dns.servers"))]
    return "SetDNS", [element(TDS, "FromDHCP", "true" if dhcp else "false"), *domains, *hosts]


def _host(answer: Element | None) -> list[Field]:
    told = find(answer, "HostnameInformation")
    if told is None:
        return []
    dhcp, limits = truth(text(told, "FromDHCP")), Limits(length=63)
    return [
        Field("name.dhcp", "Host name from DHCP", Kind.BOOL, dhcp),
        Field(
            "name.host",
            "Host name",
            Kind.TEXT,
            text(told, "Name"),
            limits,
            depends="name.dhcp",
            others={"false": limits},
        ),
    ]


def _host_request(device: Device, after: _Values) -> _Request:
    if after.get("name.dhcp"):
        return "SetHostnameFromDHCP", [element(TDS, "FromDHCP", "true")]
    return "SetHostname", [element(TDS, "Name", str(after.get("name.host") or ""))]


def _group(one: Element) -> str:
    return f"if-{one.get('token', '')}"


_REQUESTS = {"name": _host_request, "dns": _dns_request, "route": _route_request}
"""By group, in the order in which they are sent."""
