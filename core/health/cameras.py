"""Do the cameras send pictures? Asked of the recorders themselves, so that every process can ask."""

from __future__ import annotations

import asyncio

from core.cameras.queries import cameras
from core.configuration import configuration
from core.hookspecs.ops import Health, Level
from core.recorder.client import RecorderClient
from core.recorder.protocol import CameraState, CameraStatus

PATIENCE = 2.0
"""Seconds for the recorders to tell of their cameras; they do so at once."""
NAMED = 3
_TROUBLE = (CameraState.BACKING_OFF, CameraState.STALLED, CameraState.AUTH_FAILED)


def check() -> Health:
    """A camera that sends no pictures is a warning; recorders that do not answer are a failure."""
    names = dict(cameras().filter(enabled=True).values_list("pk", "name"))
    if not names:
        return Health(Level.OK, "No camera is switched on.", link="/cameras/")
    states = asyncio.run(_states(set(names)))
    unknown = [name for camera_id, name in names.items() if camera_id not in states]
    away = [names[camera_id] for camera_id, status in states.items() if status.state in _TROUBLE]
    if unknown:
        return Health(
            Level.FAILED,
            f"The recorder of {listed(unknown)} does not answer.",
            "If it does not come back within a minute, look at the log of the recorder.",
            "/system/log/?level=WARNING",
        )
    if away:
        what = "sends" if len(away) == 1 else "send"
        return Health(
            Level.WARNING,
            f"{listed(away)} {what} no pictures.",
            "Open the camera: its page says why and what to do.",
            "/cameras/",
        )
    return Health(Level.OK, f"All {len(names)} cameras answer.")


async def _states(wanted: set[int]) -> dict[int, CameraStatus]:
    """What the recorders tell of these cameras."""
    config = configuration()
    client = RecorderClient(config.data / "run", config.recorders)
    told = asyncio.Event()
    client.on_status(lambda _: told.set())
    await client.start()
    try:
        async with asyncio.timeout(PATIENCE):
            while not wanted <= client.states().keys():
                told.clear()
                await told.wait()
    except TimeoutError:
        pass  # what is missing is the finding
    found = {camera_id: status for camera_id, status in client.states().items() if camera_id in wanted}
    await client.stop()
    return found


def listed(names: list[str]) -> str:
    """`A, B, C and 4 more`."""
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest} more" if rest > 0 else "")
