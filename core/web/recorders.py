"""This web process's view of the recorders: one client on its event loop, begun with the first request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from core.configuration import configuration
from core.recorder.protocol import CameraState, CameraStatus, LiveMessage

if TYPE_CHECKING:
    from core.recorder.client import RecorderClient

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
        from core.recorder.client import RecorderClient

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


async def watch(camera_id: int, stream: str) -> AsyncIterator[LiveMessage]:
    """Live messages of a camera."""
    async for message in (await client()).watch(camera_id, stream):
        yield message


def _tell(status: CameraStatus) -> None:
    for listener in list(_Here.listeners):
        listener(status)


class WithRecorders:
    """ASGI middleware that begins the client, so that states are there with the first page."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One connection."""
        await client()
        await self._application(scope, receive, send)


class WatchEnded(Exception):
    """A watch is over; the message says why."""


async def keyframe(camera_id: int, stream: str) -> bytes:
    """The newest keyframe as a tiny MP4 file. Raises WatchEnded when there is none within a few seconds."""
    try:
        return (await (await client()).keyframe(camera_id, stream)).data
    except TimeoutError:
        raise WatchEnded("The recorder does not answer; try again in a few seconds.") from None
