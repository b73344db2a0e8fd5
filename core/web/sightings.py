"""What detectors see now, for websockets: one connection to the analyser a web process, only while somebody listens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from core.analyser.watching import sightings
from core.configuration import configuration

Listener = Callable[[dict[str, Any]], None]


class _Here:
    """Who listens, and what hears for them."""

    listeners: set[Listener] = set()  # noqa: RUF012  one set for the process, on purpose
    task: asyncio.Task[None] | None = None


def listen(listener: Listener) -> None:
    """Call `listener` with each message of core.analyser.watching, on the running event loop, until `unlisten`."""
    _Here.listeners.add(listener)
    loop = asyncio.get_running_loop()
    if _Here.task is None or _Here.task.done() or _Here.task.get_loop() is not loop:
        _Here.task = loop.create_task(_hear())


def unlisten(listener: Listener) -> None:
    """No more."""
    _Here.listeners.discard(listener)
    if not _Here.listeners and _Here.task is not None:
        _Here.task.cancel()
        _Here.task = None


async def _hear() -> None:
    async for message in sightings(configuration().data):
        for listener in list(_Here.listeners):
            listener(message)
