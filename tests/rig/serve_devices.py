"""A park of ONVIF devices, each at an address of its own, in a process of its own: for `tests.rig.namespaces`.

    python -m tests.rig.serve_devices CACHE ADDRESS…

Prints `ready` when all answer at port 80. Then each line of standard input is a JSON list: a word, the number of a
device, and what the word needs; each is answered by one line, `done` or what went wrong. Words: restart (host, seconds
away), drop (its streams, for seconds), clock (offset in ms), password (the new one), trouble (its name, seconds), heal.
Ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from plugins.simulator import studio
from plugins.simulator.camera import SimulatedCamera
from plugins.simulator.faults import FaultKind
from plugins.simulator.onvif.device import OnvifDevice
from plugins.simulator.onvif.discovery import Beacon
from plugins.simulator.onvif.troubles import Trouble
from plugins.simulator.park import Park
from plugins.simulator.studio import Order

USER, PASSWORD = "admin", "Secret-12"


class Devices:
    """One device an address, all with the same footage."""

    def __init__(self, park: Park, addresses: list[str]) -> None:
        self.park = park
        self.addresses = addresses
        self.devices: list[OnvifDevice] = []
        self.beacons: list[Beacon] = []

    async def start(self, cache: Path) -> None:
        """All of them, found and at port 80."""
        await self.park.start()
        file = studio.render(Order("counter", "park", 1, 320, 180, 10, 4, audio="none"), cache).main
        for number, address in enumerate(self.addresses):
            name = f"cam{number:02}"
            await self.park.add(SimulatedCamera(name, file=file, sub=False))
            device = OnvifDevice(self.park, [name], {USER: PASSWORD}, host=address, port=80)
            await device.start()
            beacon = Beacon(address, [device].copy)
            await beacon.start()
            self.devices.append(device)
            self.beacons.append(beacon)

    async def obey(self, word: str, number: int, *more: Any) -> None:
        """One line's command. Raises ValueError."""
        device = self.devices[number]
        match word:
            case "restart":
                await self.beacons[number].stop()
                await device.restart(host=more[0], away=more[1])
                self.beacons[number] = Beacon(more[0] or self.addresses[number], lambda: [device])
                await self.beacons[number].start()
            case "drop":
                await self.park.fault(next(iter(device.channels)), FaultKind.DROP, more[0])
            case "clock":
                device.set_clock(more[0])
            case "password":
                device.put_user(USER, more[0])
            case "trouble":
                device.afflict(Trouble(more[0]), seconds=more[1])
            case "heal":
                device.heal()
            case _:
                raise ValueError(f"{word} is no command")


def _say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


async def main(cache: Path, addresses: list[str]) -> None:
    """Serve until the input ends."""
    devices = Devices(Park(cache, host="0.0.0.0"), addresses)  # noqa: S104 - within a namespace of tests
    await devices.start(cache)
    _say("ready")
    while line := await asyncio.to_thread(sys.stdin.readline):
        try:
            await devices.obey(*json.loads(line))
            _say("done")
        except (ValueError, OSError, IndexError) as error:
            _say(str(error))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
