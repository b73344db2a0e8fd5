"""Addresses: of a device as a person gives it, and what a device tells about itself, which is often wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

DEVICE_PATH = "/onvif/device_service"
_PORTS = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}
_NO_HOST = "names no host; write it as 192.168.1.20 or 192.168.1.20:8080"
_DOUBLED_PORT = re.compile(r"^(\w+://(?:\[[^\]]*\]|[^/:\[\]]+):\d+)(?::\d+)+")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a device's device service is. host: without brackets; path: begins with a slash."""

    host: str
    port: int = 80
    tls: bool = False
    path: str = DEVICE_PATH

    @classmethod
    def of(cls, text: str) -> Address:
        """From `192.168.1.20`, `camera:8080`, `[fe80::1]:8000` or a whole http or https URL.

        Raises ValueError with the end of a sentence.
        """
        text = text.strip()
        try:
            parts = urlsplit(text if "://" in text else f"http://{_bracketed(text)}")
        except ValueError:
            raise ValueError(_NO_HOST) from None
        try:
            port = parts.port
        except ValueError:
            raise ValueError("the port must be a number from 1 to 65535") from None
        if parts.scheme not in ("http", "https"):
            raise ValueError(f"the scheme {parts.scheme} is not ONVIF's; use http or https")
        if not parts.hostname or port == 0 or re.search(r"\s", parts.netloc):
            raise ValueError(_NO_HOST)
        if "@" in parts.netloc:
            raise ValueError("holds a user name; write it into its own field")
        path = parts.path if parts.path not in ("", "/") else DEVICE_PATH
        return cls(parts.hostname, port or _PORTS[parts.scheme], parts.scheme == "https", path)

    @property
    def scheme(self) -> str:
        """http or https."""
        return "https" if self.tls else "http"

    @property
    def authority(self) -> str:
        """`host` or `host:port`, as it stands in a URL and as people know the device."""
        return authority(self.host, self.port, self.scheme)

    @property
    def url(self) -> str:
        """Of the device service."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def setting(self) -> str:
        """As a person would write it, no longer than needed."""
        return self.authority if not self.tls and self.path == DEVICE_PATH else self.url

    def moved(self, host: str, port: int | None = None) -> Address:
        """The same device elsewhere."""
        return Address(host, port or self.port, self.tls, self.path)


def authority(host: str, port: int, scheme: str) -> str:
    """The part of a URL between scheme and path; the scheme's usual port is left out."""
    name = f"[{host}]" if ":" in host else host
    return name if port == _PORTS.get(scheme) else f"{name}:{port}"


def tidied(url: str, base: str = "") -> SplitResult | None:
    """What a device calls a URL, made one: blanks, doubled ports (`host:80:80`) and credentials go, a relative one is
    read against `base`. None when it is beyond repair.
    """
    text = _DOUBLED_PORT.sub(r"\1", "".join(url.split()))
    try:
        parts = urlsplit(urljoin(base, text))
        if parts.port == 0 or not parts.hostname or not parts.scheme:
            return None
    except ValueError:
        return None
    return parts._replace(netloc=parts.netloc.rpartition("@")[2])


def relocated(parts: SplitResult, address: Address, advertised_port: int | None, rtsp_port: int = 0) -> str:
    """A URL as it is reached from here (network address translation, lying devices).

    The host becomes the one the person gave. advertised_port: what the device believes to be the port of its device
    service: services there are reached where the device service is. Other ports stay. rtsp_port: of streams, where a
    router forwards another one; 0 for the device's own.
    """
    scheme, port = parts.scheme, parts.port or _PORTS.get(parts.scheme, 0)
    if scheme in ("http", "https") and port == advertised_port:
        scheme, port = address.scheme, address.port
    elif scheme.startswith("rtsp") and rtsp_port:
        port = rtsp_port
    return urlunsplit(parts._replace(scheme=scheme, netloc=authority(address.host, port, scheme)))


def port_of(parts: SplitResult) -> int | None:
    """The port of a URL, the usual one of its scheme where it names none."""
    return parts.port or _PORTS.get(parts.scheme)


def _bracketed(text: str) -> str:
    """A bare IPv6 address gets the brackets that a URL wants."""
    try:
        IPv6Address(text)
    except ValueError:
        return text
    return f"[{text}]"
