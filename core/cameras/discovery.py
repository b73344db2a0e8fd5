"""Finding cameras on the network: every driver that can looks at the same addresses at once."""

from __future__ import annotations

import asyncio
import fcntl
import socket
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from core.cameras.drivers import CameraError
from core.cameras.models import Camera
from core.hookspecs.cameras import CameraDriverSpec, FoundCamera
from core.pluginhost import host
from core.pluginhost.guard import describe

SECONDS = 10.0
MOST_ADDRESSES = 1024
_WIDEST = 24
"""Of an interface's own network no more than this prefix is searched; a larger one is named by the person."""
_SIOCGIFADDR, _SIOCGIFNETMASK = 0x8915, 0x891B  # netdevice(7)

Place = IPv4Network | str
"""Where to look: a network, or one address and its port, as `192.168.1.20:8555`."""


@dataclass(frozen=True, slots=True)
class Found:
    """A camera that a driver has found. added: one with its address is there already."""

    driver: str
    camera: FoundCamera
    added: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """cameras: by address. searched: the networks. troubles: a sentence for each driver that failed."""

    cameras: list[Found]
    searched: list[str]
    troubles: list[str]


def places_of(texts: Sequence[str]) -> list[Place]:
    """Networks and single addresses as a person names them; this machine's own networks when there are none.

    Raises CameraError on `networks`.
    """
    found = [_place(text.strip()) for text in texts if text.strip()] or own_networks()
    number = sum(one.num_addresses if isinstance(one, IPv4Network) else 1 for one in found)
    if number > MOST_ADDRESSES:
        raise CameraError(
            {"networks": [f"these are {number} addresses; search at most {MOST_ADDRESSES} at once, such as a /22."]}
        )
    return found


def own_networks() -> list[Place]:
    """Those of this machine's interfaces, loopback left out, each at most a /24 around the own address."""
    found: list[Place] = [
        IPv4Interface(f"{one.ip}/{max(one.network.prefixlen, _WIDEST)}").network
        for one in own_interfaces()
        if not one.ip.is_loopback
    ]
    return list(dict.fromkeys(found))


def own_interfaces() -> list[IPv4Interface]:
    """The address of each of this machine's network interfaces that has one, in its network; loopback too."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        found = [_interface(asking, name) for _, name in socket.if_nameindex()]
    return [one for one in found if one is not None]


async def find(places: Sequence[Place], known: Iterable[str], seconds: float = SECONDS) -> Findings:
    """Ask all drivers. known: addresses that are added already (`known_addresses`)."""
    addresses = [str(one) for place in places for one in (place.hosts() if isinstance(place, IPv4Network) else [place])]
    taken = set(known)
    asked = {
        entry.spec.name: host().run_async(
            entry.plugin, f"find of {entry.spec.name}", entry.spec.find, addresses, seconds
        )
        for entry in host().registry.entries(CameraDriverSpec)
        if entry.spec.find is not None
    }
    cameras, troubles = [], []
    for driver, outcome in zip(asked, await asyncio.gather(*asked.values()), strict=True):
        if outcome.value is None:
            why = describe(outcome.error) if outcome.error else "it gave no answer"
            troubles.append(f"The driver {driver} failed: {why}; see the plugins page.")
            continue
        cameras += [Found(driver, one, bool(_names(one.address) & taken)) for one in outcome.value]
    cameras.sort(key=lambda one: (one.added, _order(one.camera.address)))
    return Findings(cameras, [str(place) for place in places], troubles)


def known_addresses() -> set[str]:
    """`host:port` of each address in a camera's settings, and `host` where no port is said."""
    found: set[str] = set()
    for settings in Camera.objects.values_list("settings", flat=True):
        for value in settings.values():
            if isinstance(value, str):
                found |= _names(_netloc(value))
    return found - {""}


def _place(text: str) -> Place:
    name, colon, port = text.partition(":")
    try:
        if colon and port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536:
            return f"{IPv4Address(name)}:{int(port)}"
        return IPv4Network(text, strict=False)
    except ValueError as error:
        raise CameraError(
            {"networks": [f"{text!r} is no network; give it as 192.168.1.0/24, or one address as 192.168.1.20."]}
        ) from error


def _interface(asking: socket.socket, name: str) -> IPv4Interface | None:
    request = struct.pack("256s", name.encode()[:15])
    try:
        parts = [fcntl.ioctl(asking, ask, request)[20:24] for ask in (_SIOCGIFADDR, _SIOCGIFNETMASK)]
    except OSError:  # the interface has no IPv4 address
        return None
    return IPv4Interface("/".join(socket.inet_ntoa(part) for part in parts))


def _netloc(value: str) -> str:
    try:
        return (urlsplit(value).netloc if "://" in value else value).rpartition("@")[2]
    except ValueError:
        return ""


def _names(address: str) -> set[str]:
    """What an address is known by: without a port it stands for the usual one as well."""
    name, _, port = address.partition(":")
    return {name, f"{name}:554"} if port in ("", "554") else {address}


def _order(address: str) -> tuple[int, Any]:
    try:
        return 0, int(ip_address(address.partition(":")[0]))
    except ValueError:
        return 1, address
