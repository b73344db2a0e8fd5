"""The park's ONVIF side: its cameras are found, have the park's users, and take another port when theirs is taken."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from plugins.simulator.onvif.commands import commands
from plugins.simulator.onvif.side import OnvifSide
from plugins.simulator.park import Park, UnknownCamera
from plugins.simulator.settings import SimulatorSettings
from plugins.simulator.testing import SimulatedCamera


async def test_cameras_speak_at_their_ports_or_at_free_ones(simulator_cache: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = SimulatorSettings(onvif_port=port, discoverable=False)
        park = Park(simulator_cache)
        await park.start(SimulatedCamera("roof", moves=True, speaker=True))
        side = OnvifSide(park, settings, {"ann": "secret"})
        try:
            await side.listen()
            async with asyncio.timeout(20):
                await side.add(SimulatedCamera("roof"))
            device = side.find("roof")
            assert device.port not in (0, port)
            assert device.gate.users == {"ann": "secret"}
            with pytest.raises(UnknownCamera, match="those that do: roof"):
                side.find("shed")
            await _order(side, tmp_path)
        finally:
            await side.stop()
            await park.stop()


async def _order(side: OnvifSide, folder: Path) -> None:
    """The commands of the control socket."""
    known = commands(side)
    await known["input"]({"name": "roof", "input": "2", "on": True})
    await known["trouble"]({"name": "roof", "kind": "storm"})
    (told,) = await known["onvif"]({})
    assert told["inputs"] == {"1": False, "2": True} and told["troubles"] == ["storm"] and told["view"] == [0, 0, 0]
    await known["heal"]({"name": "roof"})
    await known["tell"]({"name": "roof", "kind": "motion"})
    file = await known["heard"]({"name": "roof", "file": str(folder / "said.wav")})
    assert (await asyncio.to_thread(Path(file).read_bytes))[:4] == b"RIFF"
    for command, wrong, sentence in (
        ("input", {"input": "7", "on": True}, "choose one of 1, 2"),
        ("tell", {"kind": "fire"}, "choose one of motion"),
        ("trouble", {"kind": "fire"}, "choose one of nat"),
    ):
        with pytest.raises(ValueError, match=sentence):
            await known[command]({"name": "roof", **wrong})
