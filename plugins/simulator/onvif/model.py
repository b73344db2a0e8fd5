"""What a simulated device remembers of each of its channels."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field

from core.api import Codec, Track
from plugins.simulator.camera import Coding


@dataclass(frozen=True, slots=True)
class Encoder:
    """How one stream is coded. fps: pictures per second; bitrate: kbit/s; gop: pictures from keyframe to keyframe."""

    codec: Codec
    width: int
    height: int
    fps: float
    bitrate: int
    gop: int
    profile: str
    quality: float = 4.0

    @property
    def coding(self) -> Coding:
        """What of it the simulated camera really does."""
        return Coding(self.codec, self.width, self.height, self.fps, self.gop, self.bitrate)


@dataclass(frozen=True, slots=True)
class Osd:
    """A text upon the picture. place: UpperLeft and so on, or Custom, which is at `position`: -1 to 1, y upwards."""

    token: str
    text: str
    kind: str = "Plain"
    place: str = "Custom"
    position: tuple[float, float] = (-0.9, 0.9)
    size: int = 20
    date_format: str = "yyyy-MM-dd"
    time_format: str = "HH:mm:ss"


@dataclass(frozen=True, slots=True)
class Mask:
    """A covered polygon, in ONVIF's -1 to 1, y upwards."""

    token: str
    points: tuple[tuple[float, float], ...]
    enabled: bool = True


@dataclass(slots=True)
class Channel:
    """One video source of a device: a camera of the park. original: how its streams were coded at first."""

    name: str
    original: dict[str, Encoder]
    encoders: dict[str, Encoder]
    imaging: dict[str, str | float]  # see services/imaging.py
    osds: dict[str, Osd] = field(default_factory=dict)
    masks: dict[str, Mask] = field(default_factory=dict)
    audio: Track | None = None

    @property
    def width(self) -> int:
        """Of the sensor."""
        return self.original["main"].width

    @property
    def height(self) -> int:
        """Of the sensor."""
        return self.original["main"].height


def encoder_of(track: Track) -> Encoder:
    """How a track is coded, as far as the track says."""
    fps = track.fps or 10.0
    rate = max(64, round(track.width * track.height * fps * 0.08 / 1000))
    return Encoder(track.codec, track.width, track.height, fps, rate, max(1, round(fps * 2)), "Main")


_NAMESPACE = uuid.UUID("7b1f2a52-8d0c-5a7e-9a53-1d0b4f5c7e11")  # of the devices' ids, so that they outlive restarts


@dataclass(frozen=True, slots=True)
class About:
    """Who a device is. uuid: its endpoint reference; mac: of its one interface."""

    serial: str
    uuid: str
    mac: str
    manufacturer: str = "Eyrie"
    model: str = "Simulated camera"
    firmware: str = "1.0.0"

    @classmethod
    def of(cls, name: str) -> About:
        """The same for the same name, always."""
        identity = uuid.uuid5(_NAMESPACE, name)
        tail = identity.hex[:6].upper()
        return cls(f"SIM{identity.hex[:8].upper()}", str(identity), f"02:00:00:{tail[:2]}:{tail[2:4]}:{tail[4:]}")


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """What clients may change."""

    hostname: str = "simulated"
    zone: str = "UTC0"
    time_from: str = "Manual"
    ntp: tuple[str, ...] = ()
    dhcp: bool = True
    address: str = ""  # given by hand; "" where none was
    prefix: int = 24
    gateway: str = ""
    dns: tuple[str, ...] = ()
    search: tuple[str, ...] = ()  # domains


@dataclass(slots=True)
class Relay:
    """A relay output. delay_s: after which a Monostable one falls back by itself."""

    on: bool = False
    mode: str = "Bistable"
    delay_s: float = 1.0
    idle: str = "open"
    falling: asyncio.TimerHandle | None = None
