"""Talking through a camera: who talks holds the floor, and what is said goes out to the loudspeaker in pace."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

from channels.db import database_sync_to_async

from core.hookspecs.cameras import ControlError
from core.hookspecs.talk import Loudspeaker
from core.media.source import SourceError
from core.talk import floor
from core.talk.loudspeakers import way_to

log = logging.getLogger("eyrie.talk")

PIECE_MS = 20
KEEP_S = 1.0
OPEN_S = 10.0
LATE_S = 0.2
"""What comes later than this does not have to be caught up with: there was a pause."""

Pieces = Callable[[int], AsyncIterator[bytes]]
"""What is said, in pieces of PIECE_MS, at the sample rate it is called with."""


class Interrupted(Exception):
    """Somebody else has taken the floor; one sentence."""


async def talk(camera_id: int, speaker: floor.Speaker, pieces: Pieces, *, interrupt: bool = False) -> None:
    """Say it all. Raises Busy, Interrupted, and ControlError when the camera does not take it."""
    way = await database_sync_to_async(way_to)(camera_id)
    token = await database_sync_to_async(floor.take)(camera_id, speaker, interrupt=interrupt)
    keeping = asyncio.create_task(_keep(camera_id, token))
    saying = asyncio.create_task(_say(way, pieces))
    try:
        await asyncio.wait((keeping, saying), return_when=asyncio.FIRST_COMPLETED)
        if not saying.done():
            raise Interrupted(f"{keeping.result()} talks through this camera now.")
        saying.result()
    finally:
        for task in (keeping, saying):
            task.cancel()
        await asyncio.gather(keeping, saying, return_exceptions=True)
        await database_sync_to_async(floor.leave)(camera_id, token)


async def _say(way: AbstractAsyncContextManager[Loudspeaker], pieces: Pieces) -> None:
    opening = asyncio.timeout(OPEN_S)
    try:
        async with opening, way as loudspeaker:
            opening.reschedule(None)
            await in_pace(loudspeaker, pieces(loudspeaker.sample_rate))
    except SourceError as error:
        raise ControlError(error.message) from error
    except TimeoutError:
        raise ControlError(f"The camera's loudspeaker did not answer within {OPEN_S:g} s.") from None


async def in_pace(loudspeaker: Loudspeaker, pieces: AsyncIterator[bytes]) -> None:
    """Say pieces as fast as they are spoken and no faster, however they come."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    async for piece in pieces:
        now = loop.time()
        if now - due > LATE_S:
            due = now
        if due > now:
            await asyncio.sleep(due - now)
        await loudspeaker.say(piece)
        due += len(piece) / 2 / loudspeaker.sample_rate


async def _keep(camera_id: int, token: str) -> str:
    """Until the floor is lost; who has it then."""
    while True:
        await asyncio.sleep(KEEP_S)
        if lost_to := await database_sync_to_async(floor.keep)(camera_id, token):
            return str(lost_to)
