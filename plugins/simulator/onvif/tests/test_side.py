"""The park's ONVIF side: its cameras are found, have the park's users, and take another port when theirs is taken."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from plugins.simulator.onvif.side import OnvifSide
from plugins.simulator.park import Park
from plugins.simulator.settings import SimulatorSettings
from plugins.simulator.testing import SimulatedCamera


async def test_cameras_speak_at_their_ports_or_at_free_ones(simulator_cache: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = SimulatorSettings(onvif_port=port, discoverable=False)
        park = Park(simulator_cache)
        await park.start(SimulatedCamera("roof", moves=True))
        side = OnvifSide(park, settings, {"ann": "secret"})
        try:
            await side.listen()
            async with asyncio.timeout(20):
                await side.add(SimulatedCamera("roof"))
            device = side.find("roof")
            assert device.port not in (0, port)
            assert device.gate.users == {"ann": "secret"}
            with pytest.raises(LookupError, match="those that do: roof"):
                side.find("shed")
        finally:
            await side.stop()
            await park.stop()
