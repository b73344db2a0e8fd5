"""What the services share: a call, an operation, a service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugins.simulator.onvif.markup import PREFIXES, Element, text
from plugins.simulator.onvif.soap import SoapFault

if TYPE_CHECKING:
    from plugins.simulator.onvif.device import OnvifDevice
    from plugins.simulator.onvif.model import Channel


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an operation. body: its element. base: scheme, host and port for addresses in the answer."""

    body: Element
    header: Element | None
    base: str
    host: str
    path: str

    def text(self, path: str, default: str = "") -> str:
        """The stripped text at a path of local names in the body."""
        return text(self.body, path, default)


Answer = Element | Awaitable[Element]
Operation = Callable[["OnvifDevice", Call], Answer]


@dataclass(frozen=True, slots=True)
class Service:
    """One web service. prefix: of its namespace; path: where it listens; version: of its specification."""

    prefix: str
    path: str
    version: tuple[int, int]
    operations: Mapping[str, Operation] = field(default_factory=dict)

    @property
    def namespace(self) -> str:
        """Its target namespace, by which GetServices names it."""
        return PREFIXES[self.prefix]


def no_entity(kind: str, token: str) -> SoapFault:
    """The refusal of a token that is not there. kind: ONVIF's own word, such as "NoProfile"."""
    return SoapFault(f"{token!r} does not exist", "Sender", "ter:InvalidArgVal", f"ter:{kind}")


def channel_of_profile(device: OnvifDevice, call: Call, path: str = "ProfileToken") -> tuple[Channel, str]:
    """The channel and stream that a profile token means. Raises SoapFault."""
    token = call.text(path)
    name, _, stream = token.rpartition("_")
    channel = device.channels.get(name)
    if channel is None or stream not in channel.encoders:
        raise no_entity("NoProfile", token)
    return channel, stream


def channel_of_source(device: OnvifDevice, call: Call, path: str = "VideoSourceToken") -> Channel:
    """The channel that a video source's token means. Raises SoapFault."""
    token = call.text(path)
    if token not in device.channels:
        raise no_entity("NoSource", token)
    return device.channels[token]
