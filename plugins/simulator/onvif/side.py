"""The ONVIF side of a running park: a device for each camera that speaks it, and the beacon that makes them found."""

from __future__ import annotations

import errno
import logging

from plugins.simulator.camera import SimulatedCamera
from plugins.simulator.onvif.device import OnvifDevice
from plugins.simulator.onvif.discovery import Beacon
from plugins.simulator.park import Park, UnknownCamera
from plugins.simulator.settings import SimulatorSettings

log = logging.getLogger("eyrie.simulator.onvif")


class OnvifSide:
    """Devices on the park's loop. users: name to password."""

    def __init__(self, park: Park, settings: SimulatorSettings, users: dict[str, str]) -> None:
        self._park = park
        self._settings = settings
        self._users = users
        self.devices: list[OnvifDevice] = []
        self._beacon: Beacon | None = None

    async def listen(self) -> None:
        """Answer searches from now on, when that is wanted and possible."""
        if not self._settings.discoverable:
            return
        beacon = Beacon(self._settings.host, lambda: self.devices)
        try:
            await beacon.start()
        except OSError as error:
            log.warning("searches for ONVIF cameras are not answered: %s", error)
            await beacon.stop()
            return
        self._beacon = beacon

    async def add(self, camera: SimulatedCamera) -> None:
        """Let a camera of the park speak ONVIF."""
        wanted = self._settings.onvif_port and self._settings.onvif_port + len(self.devices)
        device = OnvifDevice(self._park, [camera.name], self._users, host=self._settings.host, port=wanted)
        self.devices.append(device)
        try:
            await device.start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE or not wanted:
                raise
            await device.restart(port=0)
            device.watch()
        log.info("camera %s speaks ONVIF at %s", camera.name, device.address)

    def find(self, name: str) -> OnvifDevice:
        """The device of a camera. Raises UnknownCamera."""
        found = next((device for device in self.devices if name in device.channels), None)
        if found is None:
            known = ", ".join(name for device in self.devices for name in device.channels) or "none"
            raise UnknownCamera(f"camera {name!r} does not speak ONVIF; those that do: {known}.")
        return found

    async def stop(self) -> None:
        """Serve no longer. Idempotent."""
        if self._beacon is not None:
            await self._beacon.stop()
        for device in self.devices:
            await device.stop()
