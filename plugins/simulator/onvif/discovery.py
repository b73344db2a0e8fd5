"""Answering those who look for cameras: WS-Discovery 2005/04 over UDP (ONVIF Core Specification 7)."""

from __future__ import annotations

import asyncio
import logging
import socket
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from plugins.simulator.onvif.device import OnvifDevice
from plugins.simulator.onvif.markup import text
from plugins.simulator.onvif.scopes import scopes_of
from plugins.simulator.onvif.soap import SoapFault, parse

log = logging.getLogger("eyrie.simulator.onvif")

GROUP, PORT = "239.255.255.250", 3702
TYPES = ("dn:NetworkVideoTransmitter", "tds:Device")
_WSD = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_ANSWER = """<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="{wsd}" xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl">
<s:Header><a:MessageID>urn:uuid:{message}</a:MessageID>{relates}<a:To>{to}</a:To><a:Action>{wsd}/{action}</a:Action>
</s:Header><s:Body>{body}</s:Body></s:Envelope>"""
_ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
_EVERYBODY = "urn:schemas-xmlsoap-org:ws:2005:04:discovery"


class Beacon:
    """Answers for devices that live at one address. Every method is called on the devices' loop.

    devices: asked at each probe, so that they may come and go. host: the address that answers come from, and whose
    network is listened to. port: another one only for tests.
    """

    def __init__(self, host: str, devices: Callable[[], Iterable[OnvifDevice]], port: int = PORT) -> None:
        self._host = host
        self._devices = devices
        self._port = port
        self._transports: list[asyncio.DatagramTransport] = []

    async def start(self) -> None:
        """Listen, for the group and for who asks this address alone. Raises OSError."""
        loop = asyncio.get_running_loop()
        for make in (self._alone, self._group):
            transport, _ = await loop.create_datagram_endpoint(lambda: _Listening(self), sock=make())
            self._transports.append(transport)
        for device in self._devices():
            self._announce(device, "Hello")

    async def stop(self) -> None:
        """Say goodbye and listen no longer. Idempotent."""
        if self._transports:
            for device in self._devices():
                self._announce(device, "Bye")
        for transport in self._transports:
            transport.close()
        self._transports = []

    def hear(self, data: bytes, source: tuple[str, int]) -> None:
        """A datagram: each device that a probe means answers with one of its own."""
        try:
            asked = parse(data)
        except SoapFault:
            return  # whatever it was, it was no probe
        if etree.QName(asked.body).localname != "Probe" or not self._transports:
            return
        about = text(asked.header, "MessageID") if asked.header is not None else ""
        for device in self._devices():
            if _is_meant(text(asked.body, "Types"), text(asked.body, "Scopes"), device):
                self._transports[0].sendto(_message(device, "ProbeMatches", about), source)

    def _announce(self, device: OnvifDevice, action: str) -> None:
        try:
            self._transports[0].sendto(_message(device, action), (GROUP, self._port))
        except OSError as error:
            log.info("%s is not announced: %s", device.address, error)

    def _alone(self) -> socket.socket:
        made = _reusable()
        made.bind((self._host, self._port))
        if self._host != "0.0.0.0":  # noqa: S104 - a comparison
            made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(self._host))
        return made

    def _group(self) -> socket.socket:
        made = _reusable()
        made.bind((GROUP, self._port))
        membership = socket.inet_aton(GROUP) + socket.inet_aton(self._host)
        made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        return made


class _Listening(asyncio.DatagramProtocol):
    """Hands datagrams over."""

    def __init__(self, beacon: Beacon) -> None:
        self._beacon = beacon

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._beacon.hear(data, (str(addr[0]), addr[1]))


def _reusable() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made


def _is_meant(types: str, scopes: str, device: OnvifDevice) -> bool:
    """Whether a probe for these types and scopes means a device. None of either: everybody is meant."""
    own = {name.partition(":")[2] for name in TYPES}
    return all(name.rpartition(":")[2] in own for name in types.split()) and all(
        any(has.startswith(scope) for has in scopes_of(device)) for scope in scopes.split()
    )


def _message(device: OnvifDevice, action: str, about: str = "") -> bytes:
    """A Hello, Bye or ProbeMatches of a device."""
    reference = f"<a:EndpointReference><a:Address>urn:uuid:{device.about.uuid}</a:Address></a:EndpointReference>"
    described = (
        f"{reference}<d:Types>{' '.join(TYPES)}</d:Types><d:Scopes>{escape(' '.join(scopes_of(device)))}</d:Scopes>"
        f"<d:XAddrs>{escape(device.entrance)}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>"
    )
    bodies = {
        "Hello": f"<d:Hello>{described}</d:Hello>",
        "Bye": f"<d:Bye>{reference}</d:Bye>",
        "ProbeMatches": f"<d:ProbeMatches><d:ProbeMatch>{described}</d:ProbeMatch></d:ProbeMatches>",
    }
    return _ANSWER.format(
        wsd=_WSD,
        message=uuid.uuid4(),
        relates=f"<a:RelatesTo>{escape(about)}</a:RelatesTo>" if about else "",
        to=_ANONYMOUS if action == "ProbeMatches" else _EVERYBODY,
        action=action,
        body=bodies[action],
    ).encode()
