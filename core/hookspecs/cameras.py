"""Camera drivers: how video gets in."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from core.hookspecs.edge import Edge
from core.hookspecs.marks import hookspec
from core.hookspecs.ptz import Ptz
from core.hookspecs.talk import Loudspeaker
from core.media.masks import Masks
from core.media.source import Fault, PacketSource


@dataclass(frozen=True, slots=True)
class StreamReport:
    """What a probe saw of one stream. bitrate in bits a second, measured over the probe; 0 where unknown."""

    name: str  # "main" or "sub"
    codec: str
    width: int
    height: int
    fps: float
    bitrate: int
    audio: str = ""  # audio codec, empty without audio


@dataclass(frozen=True, slots=True)
class FoundCamera:
    """A device that a driver has found on the network.

    address: `host` or `host:port`, by which people know it and by which it is told whether it was added already.
    title: brand and model as far as they are known. settings: what is known of the driver's settings, no secrets.
    login: names of the settings that take user name and password, when nothing but these is missing; so that one
    password adds many cameras.
    """

    address: str
    title: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    login: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """The answer of a probe, always within its deadline.

    When `fault` is None the camera is well: `streams` says what it sends and `picture` is a JPEG of it. Otherwise
    `message` is one sentence for a person and `field` the settings field to mend.
    settings: what the camera told of its driver's settings, to be saved with those that were tried; no secrets.
    channels: the other cameras of the same device, reached with the same settings and what theirs say.
    remedy: settings that mend the fault, once a person has confirmed what `message` asks, such as a certificate.
    """

    fault: Fault | None = None
    message: str = ""
    field: str = ""
    streams: tuple[StreamReport, ...] = ()
    picture: bytes = b""
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    channels: tuple[FoundCamera, ...] = ()
    remedy: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the camera is well."""
        return self.fault is None


class ControlError(Exception):
    """A camera did not do what it was told; one sentence. lasting: it will not until something is changed."""

    def __init__(self, sentence: str, *, lasting: bool = False) -> None:
        super().__init__(sentence)
        self.lasting = lasting


@dataclass(frozen=True, slots=True)
class CameraDriverSpec:
    """A way to reach cameras.

    settings: pydantic model of one camera's settings under this driver (address, credentials …).
    streams: names of the streams these settings offer, "main" first; called with validated settings.
    open: makes an idle source of one of those streams; quick, touches no network. Runs in the recorder process.
    probe: connects, looks and answers within `timeout` seconds; never raises for what a camera does. Runs in web.
    find: looks for cameras within some seconds, at the addresses given (IPv4, `host` or `host:port`), without trying
    credentials; None when the driver cannot. Runs in web.
    ptz: makes what moves the camera; called without touching the network, also with secrets left empty. None, or
    returning None, when it cannot be moved. Runs in web and the worker.
    set_output: switches an output of it (a relay, a light, a siren) on or off, so again as often as it is called.
    outputs: their names, asked for within some seconds where a person chooses one; run in web. Both raise ControlError;
    None when the driver cannot. Run in the worker.
    set_masks: has the camera itself black out these polygons in all its streams, instead of those it was given before,
    within some seconds; returns those that it took, whole and nothing less, and Eyrie covers the others. What people
    have drawn at the camera itself stays. Raises ControlError, after which the camera's masks are not relied on; None
    when the driver cannot. Runs in the worker, again whenever the camera was away.
    edge: what the camera keeps itself, on a card or a disk; called without touching the network, also with secrets
    left empty. None, or returning None, when it keeps nothing. Runs in web and a process of its own below the worker.
    talk: the way to the camera's loudspeaker, open while the context lasts; called without touching the network, also
    with secrets left empty. None, or returning None, when there is no loudspeaker. Runs in web and the worker.
    """

    name: str
    title: str
    settings: type[BaseModel]
    streams: Callable[[Any], tuple[str, ...]]
    open: Callable[[Any, str], PacketSource]
    probe: Callable[[Any, float], Awaitable[ProbeReport]]
    capabilities: frozenset[str] = field(default_factory=frozenset)
    find: Callable[[Sequence[str], float], Awaitable[Sequence[FoundCamera]]] | None = None
    ptz: Callable[[Any], Ptz | None] | None = None
    set_output: Callable[[Any, str, bool, float], Awaitable[None]] | None = None
    outputs: Callable[[Any, float], Awaitable[Sequence[str]]] | None = None
    set_masks: Callable[[Any, Masks, float], Awaitable[Masks]] | None = None
    edge: Callable[[Any], Edge | None] | None = None
    talk: Callable[[Any], AbstractAsyncContextManager[Loudspeaker] | None] | None = None


@hookspec()
def register_camera_drivers() -> Iterable[CameraDriverSpec]:
    """Offer camera drivers.

    Called in every process once at start. The driver is chosen by its name, which is stored with each camera.
    """
    raise NotImplementedError


@hookspec()
def on_camera_saved(camera_id: int, created: bool) -> None:
    """A camera was added (`created`) or its settings changed. Called in web or the command line, after commit."""


@hookspec()
def on_camera_deleted(camera_id: int) -> None:
    """A camera was removed. Its recordings are being deleted by retention. Called after commit."""
