"""Moving a camera: pan, tilt, zoom, focus, positions it remembers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PtzAbilities:
    """What a camera can do.

    centre: to bring a point of its picture into the middle, and to fill the picture with a part of it where it zooms.
    absolute: it can be sent to where it told that it looks, in its own units.
    presets: it remembers positions. home: it has one that it calls home. set_home: which may be set anew.
    focus, auto_focus: the lens can be driven by hand, or left to the camera. auxiliary: its further commands, by name.
    """

    pan_tilt: bool = False
    zoom: bool = False
    centre: bool = False
    absolute: bool = False
    presets: bool = False
    home: bool = False
    set_home: bool = False
    tours: bool = False
    focus: bool = False
    auto_focus: bool = False
    auxiliary: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preset:
    """A position that a camera remembers. token: the camera's own, by which it is meant; name: for people."""

    token: str
    name: str


class TourAct(StrEnum):
    """What may be done with a tour."""

    START = "start"
    PAUSE = "pause"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Tour:
    """A round of presets that a camera goes by itself. state: idle, touring or paused; empty when it does not say."""

    token: str
    name: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class PtzPosition:
    """Where a camera looks, in the camera's own units; None for what it does not say."""

    pan: float | None = None
    tilt: float | None = None
    zoom: float | None = None
    moving: bool | None = None


class Ptz(Protocol):
    """One camera, told where to look. Cheap to make; what it learns of the camera it keeps.

    Called on an event loop, one call at a time: none blocks it, each ends within some seconds and raises ControlError
    with one sentence. Velocities are -1 to 1: right, up, nearer (zoom) and farther away (focus) are positive.
    """

    async def abilities(self) -> PtzAbilities:
        """What the camera can do; asked once."""

    async def move(self, pan: float, tilt: float, zoom: float, seconds: float) -> None:
        """Go on moving at these velocities instead of those before, for so long, then stop by itself."""

    async def stop(self) -> None:
        """Stand still, whatever it was doing."""

    async def centre(self, x: float, y: float, part: float) -> None:
        """Bring a point of the present picture, as fractions of it from the left and the top, into the middle.

        part: how much of the picture's width is to fill it; 1 leaves the zoom alone, above 1 sees more than now.
        """

    async def place(self, pan: float | None, tilt: float | None, zoom: float | None) -> None:
        """Go to a position in the camera's own units, as `position` tells them; None for what is to stay as it is."""

    async def presets(self) -> Sequence[Preset]:
        """All positions it remembers."""

    async def goto_preset(self, token: str) -> None:
        """Go to one of them."""

    async def set_preset(self, name: str, token: str = "") -> str:
        """Remember where it looks, under a new token or the given one; the token."""

    async def remove_preset(self, token: str) -> None:
        """Forget one."""

    async def go_home(self) -> None:
        """Go home."""

    async def set_home(self) -> None:
        """Call where it looks home."""

    async def tours(self) -> Sequence[Tour]:
        """All tours it knows."""

    async def tour(self, token: str, act: TourAct) -> None:
        """Start, pause or stop a tour."""

    async def focus(self, speed: float) -> None:
        """Drive the focus at this speed until told 0."""

    async def auto_focus(self, on: bool) -> None:
        """Leave the focus to the camera, or take it from it."""

    async def auxiliary(self, command: str, on: bool) -> None:
        """Switch one of its further commands, such as a wiper, on or off."""

    async def position(self) -> PtzPosition:
        """Where it looks now."""
