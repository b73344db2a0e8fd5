"""Servers as devices name them: by IPv4 address, or by name."""

from __future__ import annotations

from ipaddress import IPv4Address

from plugins.onvif.client.envelope import element
from plugins.onvif.client.reading import Element, children, text
from plugins.onvif.configuring.editing import SCHEMA


def listed(value: object) -> list[str]:
    """What stands in a field, with commas or blanks between."""
    return str(value or "").replace(",", " ").split()


def servers(told: Element, name: str) -> str:
    """The same of a device's answer: its children of this name."""
    known = (
        text(one, "IPv4Address") or text(one, "DNSname") or text(one, "IPv6Address") for one in children(told, name)
    )
    return ", ".join(one for one in known if one)


def is_address(value: str) -> bool:
    """Whether it is an IPv4 address."""
    try:
        IPv4Address(value)
    except ValueError:
        return False
    return True


def network_host(namespace: str, name: str, host: str) -> Element:
    """A tt:NetworkHost or tt:IPAddress, under the name that a request gives it."""
    kind, tag = ("IPv4", "IPv4Address") if is_address(host) else ("DNS", "DNSname")
    return element(namespace, name, element(SCHEMA, "Type", kind), element(SCHEMA, tag, host))
