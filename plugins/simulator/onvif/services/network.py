"""A device's place in its network (ONVIF Core Specification 8.2): names, addresses, time servers. Kept and told again;
of all this only an address of its own changes something, where the machine has that address: the device moves there.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from plugins.simulator.onvif.markup import Element, find, find_all, number, tds, text, truth, tt
from plugins.simulator.onvif.serving import Call, no_entity
from plugins.simulator.onvif.soap import SoapFault

if TYPE_CHECKING:
    from plugins.simulator.onvif.device import OnvifDevice

INTERFACE = "eth0"


def hostname(device: OnvifDevice, call: Call) -> Element:
    """GetHostname."""
    name = device.settings.hostname
    told = tds("HostnameInformation", tt("FromDHCP", not name), tt("Name", name) if name else None)
    return tds("GetHostnameResponse", told)


def set_hostname(device: OnvifDevice, call: Call) -> Element:
    """SetHostname."""
    name = call.text("Name")
    if not name or not all(letter.isalnum() or letter in "-." for letter in name):
        raise SoapFault("no name of a host", "Sender", "ter:InvalidArgVal", "ter:InvalidHostname")
    device.settings = replace(device.settings, hostname=name)
    return tds("SetHostnameResponse")


def set_hostname_from_dhcp(device: OnvifDevice, call: Call) -> Element:
    """SetHostnameFromDHCP."""
    if truth(call.body, "FromDHCP"):
        device.settings = replace(device.settings, hostname="")
    return tds("SetHostnameFromDHCPResponse", tds("RebootNeeded", False))


def interfaces(device: OnvifDevice, call: Call) -> Element:
    """GetNetworkInterfaces: one, with the address that it was given or that the request came in on."""
    now = device.settings
    address = tt("Address", now.address or call.host), tt("PrefixLength", now.prefix)
    by_hand = None if now.dhcp else tt("Manual", address)
    four = tt("Config", by_hand, tt("FromDHCP", address) if now.dhcp else None, tt("DHCP", now.dhcp))
    return tds(
        "GetNetworkInterfacesResponse",
        tds(
            "NetworkInterfaces",
            tt("Enabled", True),
            tt("Info", tt("Name", INTERFACE), tt("HwAddress", device.about.mac), tt("MTU", 1500)),
            tt("IPv4", tt("Enabled", True), four),
            token=INTERFACE,
        ),
    )


def set_interfaces(device: OnvifDevice, call: Call) -> Element:
    """SetNetworkInterfaces: DHCP, or an address by hand."""
    if call.text("InterfaceToken") != INTERFACE:
        raise no_entity("InvalidNetworkInterface", call.text("InterfaceToken"))
    four = find(call.body, "NetworkInterface/IPv4")
    if four is None:
        return tds("SetNetworkInterfacesResponse", tds("RebootNeeded", False))
    if truth(four, "DHCP"):
        device.settings = replace(device.settings, dhcp=True, address="")
        return tds("SetNetworkInterfacesResponse", tds("RebootNeeded", False))
    address = _address(text(four, "Manual/Address"))
    prefix = int(number(text(four, "Manual/PrefixLength"), 24))
    device.settings = replace(device.settings, dhcp=False, address=address, prefix=prefix)
    return tds("SetNetworkInterfacesResponse", tds("RebootNeeded", not device.move_soon(address)))


def protocols(device: OnvifDevice, call: Call) -> Element:
    """GetNetworkProtocols."""
    ports = (("HTTP", device.port), ("RTSP", device.park.port))
    return tds(
        "GetNetworkProtocolsResponse",
        [tds("NetworkProtocols", tt("Name", name), tt("Enabled", True), tt("Port", port)) for name, port in ports],
    )


def gateway(device: OnvifDevice, call: Call) -> Element:
    """GetNetworkDefaultGateway."""
    known = device.settings.gateway
    told = tds("NetworkGateway", tt("IPv4Address", known) if known else None)
    return tds("GetNetworkDefaultGatewayResponse", told)


def set_gateway(device: OnvifDevice, call: Call) -> Element:
    """SetNetworkDefaultGateway."""
    given = call.text("IPv4Address")
    device.settings = replace(device.settings, gateway=_address(given) if given else "")
    return tds("SetNetworkDefaultGatewayResponse")


def dns(device: OnvifDevice, call: Call) -> Element:
    """GetDNS."""
    now = device.settings
    told = tds(
        "DNSInformation",
        tt("FromDHCP", not now.dns),
        [tt("SearchDomain", domain) for domain in now.search],
        [tt("DNSManual", tt("Type", "IPv4"), tt("IPv4Address", server)) for server in now.dns],
    )
    return tds("GetDNSResponse", told)


def set_dns(device: OnvifDevice, call: Call) -> Element:
    """SetDNS."""
    by_hand = [] if truth(call.body, "FromDHCP") else find_all(call.body, "DNSManual")
    servers = tuple(_address(text(server, "IPv4Address")) for server in by_hand)
    domains = tuple((node.text or "").strip() for node in find_all(call.body, "SearchDomain"))
    device.settings = replace(device.settings, dns=servers, search=domains)
    return tds("SetDNSResponse")


def ntp(device: OnvifDevice, call: Call) -> Element:
    """GetNTP."""
    told = [_network_host(server) for server in device.settings.ntp]
    return tds("GetNTPResponse", tds("NTPInformation", tt("FromDHCP", not told), told))


def _network_host(server: str) -> Element:
    try:
        return tt("NTPManual", tt("Type", "IPv4"), tt("IPv4Address", str(IPv4Address(server))))
    except ValueError:
        return tt("NTPManual", tt("Type", "DNS"), tt("DNSname", server))


def set_ntp(device: OnvifDevice, call: Call) -> Element:
    """SetNTP: by names or IPv4 addresses."""
    by_hand = [] if truth(call.body, "FromDHCP") else find_all(call.body, "NTPManual")
    servers = tuple(text(server, "DNSname") or _address(text(server, "IPv4Address")) for server in by_hand)
    device.settings = replace(device.settings, ntp=servers)
    return tds("SetNTPResponse")


def _address(given: str) -> str:
    """An IPv4 address. Raises SoapFault."""
    try:
        return str(IPv4Address(given))
    except ValueError:
        raise SoapFault(f"{given!r} is no address", "Sender", "ter:InvalidArgVal", "ter:InvalidIPv4Address") from None


NETWORK_OPERATIONS = {
    "GetDNS": dns,
    "GetHostname": hostname,
    "GetNTP": ntp,
    "GetNetworkDefaultGateway": gateway,
    "GetNetworkInterfaces": interfaces,
    "GetNetworkProtocols": protocols,
    "SetDNS": set_dns,
    "SetHostname": set_hostname,
    "SetHostnameFromDHCP": set_hostname_from_dhcp,
    "SetNTP": set_ntp,
    "SetNetworkDefaultGateway": set_gateway,
    "SetNetworkInterfaces": set_interfaces,
}
