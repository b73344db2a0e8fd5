"""The simulator's own process: the park of the settings, its control socket, and the cameras' enrolment."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from core.api import WorkerContext
from core.api.services import data_directory, plugin_settings
from plugins.simulator.camera import SimulatedCamera, order_of
from plugins.simulator.clips import UnservableFile
from plugins.simulator.control import Control, socket_path
from plugins.simulator.enrolment import Register, enrol
from plugins.simulator.lineup import lineup, onvif_lineup
from plugins.simulator.onvif.commands import commands
from plugins.simulator.onvif.side import OnvifSide
from plugins.simulator.park import Park
from plugins.simulator.rendering import Renderers, RenderingFailed
from plugins.simulator.settings import SimulatorSettings
from plugins.simulator.studio import sweep

log = logging.getLogger("eyrie.simulator")

BEAT_SECONDS = 0.25


def run(context: WorkerContext) -> None:
    """Serve the cameras of the plugin's settings until the supervisor says stop."""
    settings = plugin_settings("simulator")
    if not isinstance(settings, SimulatorSettings):
        raise TypeError("the simulator's settings are of another model")
    asyncio.run(_run(context, settings, data_directory()))


async def _run(context: WorkerContext, settings: SimulatorSettings, data: Path) -> None:
    users = {settings.username: settings.password.get_secret_value()} if settings.username else {}
    cache = data / "simulator"
    sweep(cache)
    park = await listening_park(cache, settings.host, settings.port)
    speaking = OnvifSide(park, settings, users)
    control = Control(park, socket_path(data), users, commands(speaking))
    await control.start()
    register, one_by_one = Register(cache), asyncio.Lock()

    async def add_to_eyrie(camera: SimulatedCamera) -> None:
        async with one_by_one:
            await asyncio.to_thread(enrol, register, camera.name.capitalize(), driver_settings(park, camera, settings))

    then = add_to_eyrie if settings.enrol else None
    opening = asyncio.create_task(_open(park, settings, users, cache, then, speaking))
    try:
        while not context.stopping():
            context.beat()
            if opening.done():
                opening.result()  # raises what went wrong
            await asyncio.sleep(BEAT_SECONDS)
    finally:
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        await speaking.stop()
        await control.stop()
        await park.stop()


async def _open(
    park: Park,
    settings: SimulatorSettings,
    users: dict[str, str],
    cache: Path,
    then: Callable[[SimulatedCamera], Awaitable[None]] | None,
    speaking: OnvifSide,
) -> None:
    """First the cameras that are added, then those that only speak ONVIF."""
    await put_up(park, lineup(settings.cameras, users), cache, then)
    if settings.onvif:
        await speaking.listen()
        await put_up(park, onvif_lineup(settings.onvif), cache, speaking.add)


def driver_settings(park: Park, camera: SimulatedCamera, settings: SimulatorSettings) -> dict[str, str]:
    """How the `rtsp` driver reaches a camera of the park."""
    return {
        "url": park.url(camera.name, credentials=False),
        "sub_url": park.url(camera.name, "sub", credentials=False),
        "username": settings.username,
        "password": settings.password.get_secret_value() if settings.username else "",
    }


async def listening_park(cache: Path, host: str, port: int) -> Park:
    """A park without cameras yet, on this port or, when it is taken, on a free one. Raises OSError."""
    park = Park(cache, host=host, port=port)
    try:
        await park.start()
    except OSError as error:
        if error.errno != errno.EADDRINUSE or not port:
            raise
        park = Park(cache, host=host, port=0)
        await park.start()
        log.warning("port %d is in use; the simulated cameras are on port %d", port, park.port)
    return park


async def put_up(
    park: Park, cameras: list[SimulatedCamera], cache: Path, then: Callable[[SimulatedCamera], Awaitable[None]] | None
) -> None:
    """Render what is not in the cache yet, a process a core, and serve each camera as soon as it is ready.

    then: called for each camera as soon as it is served.
    """
    renderers = Renderers(cache)

    async def one(camera: SimulatedCamera) -> None:
        try:
            if camera.file is None:
                await renderers.render(order_of(camera))
            await park.add(camera)
        except (RenderingFailed, UnservableFile) as error:
            log.error("camera %s cannot be served: %s", camera.name, error)
            return
        if then is not None:
            await then(camera)

    async with asyncio.TaskGroup() as group:
        for camera in cameras:
            group.create_task(one(camera))
