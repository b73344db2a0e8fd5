"""What core moves ONVIF cameras by: the head's calls, in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

from core.api import ControlError, Preset, PtzAbilities, PtzPosition, Tour, TourAct
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.devices import device_of
from plugins.onvif.ptz.head import Head
from plugins.onvif.settings import OnvifSettings

P = ParamSpec("P")
T = TypeVar("T")


class OnvifPtz:
    """See core.hookspecs.ptz.Ptz."""

    def __init__(self, settings: OnvifSettings) -> None:
        self._head = Head(device_of(settings), settings)

    async def abilities(self) -> PtzAbilities:
        """What the camera can do."""
        return await told(self._head.abilities)

    async def move(self, pan: float, tilt: float, zoom: float, seconds: float) -> None:
        """Go on moving."""
        await told(self._head.move, pan, tilt, zoom, seconds)

    async def stop(self) -> None:
        """Stand still."""
        await told(self._head.stop)

    async def centre(self, x: float, y: float, part: float) -> None:
        """Bring a point of the picture into the middle."""
        await told(self._head.centre, x, y, part)

    async def place(self, pan: float | None, tilt: float | None, zoom: float | None) -> None:
        """Go to a position in the camera's own units."""
        await told(self._head.place, pan, tilt, zoom)

    async def presets(self) -> Sequence[Preset]:
        """All positions it remembers."""
        return await told(self._presets)

    async def goto_preset(self, token: str) -> None:
        """Go to one of them."""
        await told(self._head.goto_preset, token)

    async def set_preset(self, name: str, token: str = "") -> str:
        """Remember where it looks."""
        return await told(self._head.set_preset, name, token)

    async def remove_preset(self, token: str) -> None:
        """Forget one."""
        await told(self._head.remove_preset, token)

    async def go_home(self) -> None:
        """Go home."""
        await told(self._head.go_home)

    async def set_home(self) -> None:
        """Call where it looks home."""
        await told(self._head.set_home)

    async def tours(self) -> Sequence[Tour]:
        """All tours it knows."""
        return await told(self._head.tours)

    async def tour(self, token: str, act: TourAct) -> None:
        """Start, pause or stop a tour."""
        await told(self._head.tour, token, act)

    async def focus(self, speed: float) -> None:
        """Drive the focus."""
        await told(self._head.focus, speed)

    async def auto_focus(self, on: bool) -> None:
        """Leave the focus to the camera, or take it from it."""
        await told(self._head.auto_focus, on)

    async def auxiliary(self, command: str, on: bool) -> None:
        """Switch one of its further commands."""
        await told(self._head.auxiliary, command, on)

    async def position(self) -> PtzPosition:
        """Where it looks."""
        return await told(self._head.position)

    def _presets(self) -> list[Preset]:
        return self._head.presets() if self._head.node.presets else []


async def told(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Do it in a thread. Raises ControlError."""
    try:
        return await asyncio.to_thread(work, *arguments, **named)
    except OnvifError as error:
        raise ControlError(str(error), lasting=error.lasting) from error
