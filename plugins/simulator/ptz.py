"""Pointing a simulated camera at one of its positions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NoReturn

from core.api import ControlError, Preset, PtzAbilities, PtzPosition, Tour, TourAct

PRESETS_ONLY = "A simulated camera can be pointed at its positions only."


class SimulatedPtz:
    """Of one camera of the park; see core.hookspecs.ptz. Its positions are told, and change no picture."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def abilities(self) -> PtzAbilities:
        """Positions."""
        return PtzAbilities(presets=True)

    async def presets(self) -> Sequence[Preset]:
        """Where it can be pointed."""
        from plugins.simulator.park import PRESETS

        return [Preset(one, one) for one in PRESETS]

    async def goto_preset(self, token: str) -> None:
        """Move it. Raises ControlError."""
        from core.api.services import data_directory
        from plugins.simulator import control

        try:
            await asyncio.to_thread(control.ask, data_directory(), "move", name=self._name, preset=token)
        except control.ControlError as error:
            raise ControlError(str(error)) from error

    async def stop(self) -> None:
        """It never moves for long."""

    async def tours(self) -> Sequence[Tour]:
        """None."""
        return []

    async def position(self) -> PtzPosition:
        """It does not say."""
        return PtzPosition()

    async def move(self, pan: float, tilt: float, zoom: float, seconds: float) -> None:
        """Not here."""
        _refuse()

    async def centre(self, x: float, y: float, part: float) -> None:
        """Not here."""
        _refuse()

    async def place(self, pan: float | None, tilt: float | None, zoom: float | None) -> None:
        """Not here."""
        _refuse()

    async def set_preset(self, name: str, token: str = "") -> str:
        """Not here."""
        _refuse()

    async def remove_preset(self, token: str) -> None:
        """Not here."""
        _refuse()

    async def go_home(self) -> None:
        """Not here."""
        _refuse()

    async def set_home(self) -> None:
        """Not here."""
        _refuse()

    async def tour(self, token: str, act: TourAct) -> None:
        """Not here."""
        _refuse()

    async def focus(self, speed: float) -> None:
        """Not here."""
        _refuse()

    async def auto_focus(self, on: bool) -> None:
        """Not here."""
        _refuse()

    async def auxiliary(self, command: str, on: bool) -> None:
        """Not here."""
        _refuse()


def _refuse() -> NoReturn:
    raise ControlError(PRESETS_ONLY, lasting=True)
