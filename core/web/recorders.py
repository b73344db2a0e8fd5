"""This web process's view of the recorders: one client on its event loop, begun with the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from core.configuration import configuration
from core.recorder.client import RecorderClient
from core.recorder.protocol import CameraState, CameraStatus

Listener = Callable[[CameraStatus], None]


class _Here:
    """The client, and who wants to know of changed states. Replaced when the event loop is another (tests)."""

    client: RecorderClient | None = None
    loop: asyncio.AbstractEventLoop | None = None
    listeners: set[Listener] = set()  # noqa: RUF012  one set for the process, on purpose


async def client() -> RecorderClient:
    """The client of the running loop, begun if there is none."""
    loop = asyncio.get_running_loop()
    if _Here.client is None or _Here.loop is not loop:
        config = configuration()
        _Here.client, _Here.loop = RecorderClient(config.data / "run", config.recorders), loop
        _Here.client.on_status(_tell)
        await _Here.client.start()
    return _Here.client


async def stop() -> None:
    """End the client of the running loop."""
    if _Here.client is not None and _Here.loop is asyncio.get_running_loop():
        found, _Here.client = _Here.client, None
        await found.stop()


def states() -> dict[int, CameraStatus]:
    """The last state of every camera a recorder told of."""
    return dict(_Here.client.states()) if _Here.client else {}


def state(camera_id: int) -> CameraStatus:
    """A camera's last state; unknown when its recorder does not answer."""
    return states().get(camera_id) or CameraStatus(camera_id, CameraState.UNKNOWN, 0)


def connections() -> list[dict[str, Any]]:
    """Each recorder's index, and whether it answers."""
    up = _Here.client.connected() if _Here.client else {}
    return [{"index": index, "connected": up.get(index, False)} for index in range(configuration().recorders)]


def listen(listener: Listener) -> None:
    """Call `listener` with every changed state, on the event loop, until `unlisten`."""
    _Here.listeners.add(listener)


def unlisten(listener: Listener) -> None:
    """No more."""
    _Here.listeners.discard(listener)


async def keyframe(camera_id: int, stream: str) -> bytes:
    """The newest keyframe as a tiny MP4 file. Raises WatchEnded when there is none within a few seconds."""
    return (await (await client()).keyframe(camera_id, stream)).data


def _tell(status: CameraStatus) -> None:
    for listener in list(_Here.listeners):
        listener(status)
