"""Recorded stretches in H.264 for browsers that cannot play what was recorded, converted as they are asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import cast

from core.web.transcoding.program import CHUNK, STRETCH, end, places, start

WIDTH = 1280


async def converted(stretch: AsyncIterator[bytes], from_ms: int) -> AsyncGenerator[bytes, None]:
    """The bytes of a stretch (core.web.stretches) in H.264, as they are made, from a moment on (ms UTC).

    stretch: begins with a keyframe at or before that moment. It waits for a place among the transcodes.
    """
    await places.wait()
    try:
        process = await start(STRETCH, WIDTH, from_ms)
        feeding = asyncio.create_task(_feed(stretch, cast(asyncio.StreamWriter, process.stdin)))
        try:
            while data := await cast(asyncio.StreamReader, process.stdout).read(CHUNK):
                yield data
        finally:
            await end(process, feeding)
    finally:
        places.give_back()


async def _feed(stretch: AsyncIterator[bytes], stdin: asyncio.StreamWriter) -> None:
    try:
        async for data in stretch:
            stdin.write(data)
            await stdin.drain()
    except ConnectionError:
        pass  # its output ends too
    finally:
        stdin.close()
