"""By which names and addresses browsers reach this machine."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path
from urllib.parse import urlsplit

from core.cameras.discovery import own_interfaces
from core.configuration import Configuration

_GLOBAL = "00"  # scope in /proc/net/if_inet6, include/net/ipv6.h IPV6_ADDR_SCOPE; link-local ones serve no browser


def own_names(config: Configuration, site_address: str = "") -> list[str]:
    """Host names, then addresses, each once: for the certificate that Eyrie makes for itself.

    site_address: of the portal, as the site's settings have it.
    """
    named = [urlsplit(site_address).hostname or "", *config.allowed_hosts, config.host]
    names = [*named, socket.getfqdn(), socket.gethostname(), "localhost", *_addresses()]
    usable = [name.lower().rstrip(".") for name in names if _is_usable(name)]
    return sorted(dict.fromkeys(usable), key=_is_address)


def covers(names: tuple[str, ...], host: str) -> bool:
    """Whether a certificate for these names is one for this host (RFC 9525, 6.3 and 6.5)."""
    wanted = host.lower().strip("[]").rstrip(".")
    if _is_address(wanted):
        return any(_is_address(name) and ipaddress.ip_address(name) == ipaddress.ip_address(wanted) for name in names)
    _, _, parent = wanted.partition(".")
    return any(name.lower() in (wanted, f"*.{parent}" if parent else wanted) for name in names)


def _addresses() -> list[str]:
    found = [str(one.ip) for one in own_interfaces()]
    try:
        lines = Path("/proc/net/if_inet6").read_text("ascii").splitlines()
    except OSError:
        return found
    rows = [line.split() for line in lines]
    return [*found, "::1", *(str(ipaddress.IPv6Address(int(row[0], 16))) for row in rows if row[3] == _GLOBAL)]


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_usable(name: str) -> bool:
    if _is_address(name):
        return not ipaddress.ip_address(name).is_unspecified
    return bool(name) and not set(name) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")
