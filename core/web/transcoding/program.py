"""Starting the programs of this room, and how many may run."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import core
from core.configuration import configuration
from core.media.masks import Masks

LIVE = "core.web.transcoding.live"
STRETCH = "core.web.transcoding.stretch"
CHUNK = 64 * 1024


async def start(program: str, width: int, masks: Masks, *more: int) -> Process:
    """Start one; it dies with this process. masks: what it covers."""
    environment = os.environ | {"PYTHONPATH": str(Path(core.__path__[0]).parent)}
    words = ("-m", program, str(width), str(os.getpid()), json.dumps(masks), *map(str, more))
    return await asyncio.create_subprocess_exec(sys.executable, *words, stdin=PIPE, stdout=PIPE, env=environment)


async def end(process: Process, feeding: asyncio.Task[None]) -> None:
    """End it, and what fed it."""
    feeding.cancel()
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    await asyncio.gather(feeding, process.wait(), return_exceptions=True)


class TooManyTranscodes(Exception):
    """No further stream is transcoded at once; the message is a sentence."""


class Places:
    """How many transcodes may run at once in this process. Of one event loop."""

    def __init__(self) -> None:
        self._taken = 0
        self._waiting: list[asyncio.Future[None]] = []

    def take(self) -> None:
        """A place, at once. Raises TooManyTranscodes."""
        most = configuration().transcodes
        if self._taken >= most:
            raise TooManyTranscodes(f"The server converts {most} pictures for browsers at once, and not one more.")
        self._taken += 1

    async def wait(self) -> None:
        """A place, when there is one."""
        while self._taken >= configuration().transcodes:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            finally:
                if turn in self._waiting:
                    self._waiting.remove(turn)
        self._taken += 1

    def give_back(self) -> None:
        """A transcode has ended."""
        self._taken -= 1
        if self._waiting:
            self._waiting.pop(0).set_result(None)


places = Places()
