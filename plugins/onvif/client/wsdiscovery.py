"""WS-Discovery 1.0 (April 2005, as ONVIF Core 7.3 wants it): what is sent, and what comes back."""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml import etree

from plugins.onvif.client.address import Address
from plugins.onvif.client.reading import Element, every, parse, text

GROUP, PORT = "239.255.255.250", 3702
_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_WSA = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_WSD = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_TYPES = (
    ("http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter"),
    ("http://www.onvif.org/ver10/device/wsdl", "Device"),
    ("", ""),
)
"""Some devices answer only one of these; the last asks for everything there is."""
_SCOPE = "onvif://www.onvif.org/"


@dataclass(frozen=True, slots=True)
class Match:
    """One answer. source: the address it came from. endpoint: the device's UUID (`urn:uuid:…`). title: brand and model.

    services: addresses of its device service as it tells them, which may be unreachable.
    """

    source: str
    endpoint: str
    title: str
    services: tuple[str, ...]

    @property
    def places(self) -> tuple[Address, ...]:
        """Where it may be reached, most likely first: what it says, where that is the address that it answered from;
        then that address at the ports that it says (devices tell loopback, the factory's address, another network's);
        then what it says.
        """
        told = [one for text in self.services if (one := _address(text)) is not None]
        here = sorted((one for one in told if one.host == self.source), key=lambda one: one.tls)
        return tuple(dict.fromkeys([*here, *(one.moved(self.source) for one in told), *told]))

    def is_of(self, other: Match) -> bool:
        """Whether both answers are one device's. A UUID alone proves nothing: cheap makers give one to all."""
        if self.places[:1] == other.places[:1]:
            return True
        if not self.endpoint or self.endpoint != other.endpoint:
            return False
        sources = {self.source, other.source}
        hosts = {one.host for one in self.places} & {one.host for one in other.places}
        return len(sources) == 1 or bool(sources & hosts) or any(map(is_loopback, sources))


def probes() -> list[bytes]:
    """One probe for each kind of device, with message ids of their own."""
    return [_probe(namespace, name) for namespace, name in _TYPES]


def matches(data: bytes, source: str) -> list[Match]:
    """The ONVIF devices in an answer; nothing for answers of printers and the like, and for nonsense."""
    root = parse(data)
    if root is None:
        return []
    read = (_match(one, source) for one in every(root, "ProbeMatch"))
    return [one for one in read if one is not None]


def _probe(namespace: str, name: str) -> bytes:
    envelope = etree.Element(f"{{{_SOAP}}}Envelope", nsmap={"s": _SOAP, "a": _WSA, "d": _WSD})
    header = etree.SubElement(envelope, f"{{{_SOAP}}}Header")
    for key, value in (
        ("MessageID", f"urn:uuid:{uuid.uuid4()}"),
        ("To", "urn:schemas-xmlsoap-org:ws:2005:04:discovery"),
        ("Action", f"{_WSD}/Probe"),
    ):
        etree.SubElement(header, f"{{{_WSA}}}{key}").text = value
    probe = etree.SubElement(etree.SubElement(envelope, f"{{{_SOAP}}}Body"), f"{{{_WSD}}}Probe")
    if name:
        etree.SubElement(probe, f"{{{_WSD}}}Types", nsmap={"dn": namespace}).text = f"dn:{name}"
    data: bytes = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
    return data


def _match(said: Element, source: str) -> Match | None:
    types = text(said, "Types")
    scopes = text(said, "Scopes").split()
    services = tuple(one for one in text(said, "XAddrs").split() if _usable(one))
    known = "NetworkVideoTransmitter" in types or any(one.startswith(_SCOPE) for one in scopes)
    if not services or not (known or any("/onvif/" in one for one in services)):
        return None
    endpoint = text(said, "EndpointReference", "Address").lower()
    return Match(source, endpoint, _title(scopes), services)


def _title(scopes: Sequence[str]) -> str:
    named = {"name": "", "hardware": ""}
    for scope in scopes:
        kind, _, value = scope.removeprefix(_SCOPE).partition("/")
        if kind in named and value and not named[kind]:
            named[kind] = " ".join(unquote(value).replace("_", " ").split())[:64]
    name, model = named["name"], named["hardware"]
    return name if model.lower() in name.lower() else f"{name} {model}".strip()


def _usable(url: str) -> bool:
    """Whether it is an http address with an IPv4 host or a name: Eyrie finds by IPv4."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and ":" not in (host or "")


def _address(url: str) -> Address | None:
    try:
        return Address.of(url)
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine's loopback, by its number."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
