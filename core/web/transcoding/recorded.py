"""Recorded stretches in H.264 for browsers that cannot play what was recorded, converted as they are asked for."""

from __future__ import annotations

import asyncio
import contextlib
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, AsyncIterator
from typing import cast

from core.media.masks import Masks
from core.web.transcoding.program import CHUNK, STRETCH, end, places, start

WIDTH = 1280
PATIENCE_SECONDS = 30.0


async def converted(stretch: AsyncIterator[bytes], from_ms: int, masks: Masks = ()) -> AsyncGenerator[bytes, None]:
    """The bytes of a stretch (core.web.stretches) in H.264, as they are made, from a moment on (ms UTC).

    stretch: begins with a keyframe at or before that moment. masks: what is covered. It waits for a place among the
    transcodes, and loses it when nothing is taken for PATIENCE_SECONDS.
    """
    loop = asyncio.get_running_loop()
    await places.wait()
    try:
        process = await start(STRETCH, WIDTH, masks, from_ms)
    except BaseException:
        places.give_back()
        raise
    loop.create_task(process.wait()).add_done_callback(lambda _: places.give_back())
    feeding = asyncio.create_task(_feed(stretch, cast(asyncio.StreamWriter, process.stdin)))
    try:
        while data := await cast(asyncio.StreamReader, process.stdout).read(CHUNK):
            giving_up = loop.call_later(PATIENCE_SECONDS, _give_up, process)
            try:
                yield data
            finally:
                giving_up.cancel()
    finally:
        await end(process, feeding)


def _give_up(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()


async def _feed(stretch: AsyncIterator[bytes], stdin: asyncio.StreamWriter) -> None:
    try:
        async for data in stretch:
            stdin.write(data)
            await stdin.drain()
    except ConnectionError:
        pass  # its output ends too
    finally:
        stdin.close()
