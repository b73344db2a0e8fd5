"""WS-Discovery: who asks the group or the address finds the device; who asks for something else does not."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
from lxml import etree

from plugins.simulator.onvif.discovery import GROUP
from plugins.simulator.onvif.markup import find, text
from plugins.simulator.testing import DeviceFace

PROBE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl">
<s:Header><a:MessageID>urn:uuid:42</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>
<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action></s:Header>
<s:Body><d:Probe>{}</d:Probe></s:Body></s:Envelope>"""
TYPES = ("", "<d:Types>dn:NetworkVideoTransmitter</d:Types>", "<d:Types>tds:Device</d:Types>")


@pytest.fixture
def speaking() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
    made.settimeout(20)
    return made


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


@pytest.mark.parametrize("types", TYPES)
@pytest.mark.parametrize("to", [GROUP, "127.0.0.1"])
def test_a_probe_is_answered(
    onvif_device: Callable[..., DeviceFace], speaking: socket.socket, to: str, types: str
) -> None:
    port = free_port()
    device = onvif_device(discovery_port=port)
    speaking.sendto(PROBE.format(types).encode(), (to, port))
    data, source = speaking.recvfrom(65535)
    root = etree.fromstring(data)
    match = find(root, "Body/ProbeMatches/ProbeMatch")
    assert source == ("127.0.0.1", port)
    assert text(root, "Header/RelatesTo") == "urn:uuid:42"
    assert text(match, "EndpointReference/Address") == f"urn:uuid:{device.uuid}"
    assert text(match, "XAddrs") == f"http://{device.address}/onvif/device_service"
    assert "onvif://www.onvif.org/name/Eyrie" in text(match, "Scopes")


def test_others_are_not_meant(onvif_device: Callable[..., DeviceFace], speaking: socket.socket) -> None:
    port = free_port()
    onvif_device(discovery_port=port)
    for probe in (
        "<d:Types>dn:NetworkVideoDisplay</d:Types>",
        "<d:Scopes>onvif://www.onvif.org/name/Other</d:Scopes>",
    ):
        speaking.sendto(PROBE.format(probe).encode(), ("127.0.0.1", port))
    speaking.sendto(b"no XML", ("127.0.0.1", port))
    meant = PROBE.format("<d:Scopes>onvif://www.onvif.org/name/</d:Scopes>").replace("uuid:42", "uuid:43")
    speaking.sendto(meant.encode(), ("127.0.0.1", port))
    first, _ = speaking.recvfrom(65535)
    assert text(etree.fromstring(first), "Header/RelatesTo") == "urn:uuid:43"
