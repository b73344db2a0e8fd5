"""What sources that run as one asyncio task share: starting once, stopping, and telling the end exactly once."""

from __future__ import annotations

import asyncio
import logging

from core.media.source import Fault, PacketSink, SourceError

log = logging.getLogger("eyrie.source")


class TaskSource:
    """A `PacketSource` whose whole life is `_run`. name: what messages call the camera, without credentials."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._stopping = False
        self._task: asyncio.Task[SourceError | None] | None = None

    def start(self, sink: PacketSink) -> None:
        """Begin connecting, on the running event loop."""
        if self._task is not None:
            raise RuntimeError("a source is started once")
        self._task = asyncio.get_running_loop().create_task(self._run(sink), name=f"source {self.name}")
        # Not in `_run`: a task cancelled before its first step runs nothing of it, and the sink must hear of the end.
        self._task.add_done_callback(lambda task: sink.on_end(self._outcome(task)))

    async def stop(self) -> None:
        """End the session and wait for it; the sink has heard of it afterwards."""
        self._stopping = True
        if self._task is not None:
            await self._wind_down(self._task)
            self._task.cancel()
            await asyncio.wait((self._task,))

    async def _run(self, sink: PacketSink) -> SourceError | None:
        """Connect and deliver. Returns or raises why it ended; releases everything when cancelled."""
        raise NotImplementedError

    async def _wind_down(self, task: asyncio.Task[SourceError | None]) -> None:
        """Let the task end by itself before it is cancelled."""

    def _outcome(self, task: asyncio.Task[SourceError | None]) -> SourceError | None:
        if task.cancelled():
            return None
        error = task.exception()
        if error is None:
            return None if self._stopping else task.result()
        if not isinstance(error, SourceError):
            log.error("%s: the source broke down", self.name, exc_info=error)
            error = SourceError(Fault.PROTOCOL, f"{self.name}: Eyrie failed to read it ({type(error).__name__}).")
        return None if self._stopping else error
