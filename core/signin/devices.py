"""Who asks, in words: a browser on a system, in a network."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address

from django.http import HttpRequest

# The first that fits: browsers name others whose pages they also show.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python", "Python"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
LONGEST = 200
"""Characters kept of what a browser says of itself."""


def device(user_agent: str) -> str:
    """Such as `Firefox on Windows`; what is not known is `Browser`, or left out."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "Browser")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser


def network(address: str) -> str:
    """The network that an address is taken to be of: /24 of IPv4, /48 of IPv6; the address itself if it is none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return f"{address.rpartition('.')[0]}.0/24"
    if parsed.ipv4_mapped:
        return network(str(parsed.ipv4_mapped))
    return f"{ip_address((int(parsed) >> 80) << 80)}/48"


def address_of(request: HttpRequest) -> str:
    """The client's address as this server sees it."""
    return str(request.META.get("REMOTE_ADDR") or "")


def agent_of(request: HttpRequest) -> str:
    """What the client says it is."""
    return str(request.META.get("HTTP_USER_AGENT") or "")[:LONGEST]
