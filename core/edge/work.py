"""One job: a range of a camera is fetched from the camera, hole by hole."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing

from channels.db import database_sync_to_async

from core.configuration import configuration
from core.edge.cards import card_of
from core.edge.filing import Filer
from core.edge.holes import Span, holes
from core.edge.models import Fill
from core.hookspecs.cameras import ControlError
from core.hookspecs.edge import Edge, EdgeStretch
from core.hookspecs.storage import StorageError
from core.media.clock import Clock
from core.media.source import SourceError
from core.media.units import AccessUnit, StreamInfo
from core.recording.adoption import Leftovers, adopt
from core.recording.keys import parse_key
from core.recording.models import Stream
from core.recording.volumes import OpenVolume, open_volumes
from core.tasks.jobs import Cancelled, Lost, State, finish, renew

log = logging.getLogger("eyrie.edge")

RENEW_S = 1.0
SEARCH_S = 30.0
AGAIN_MS = (60_000, 5 * 60_000, 15 * 60_000, 3_600_000, 3_600_000, 6 * 3_600_000)
"""When a job that came to nothing is tried again, as long as it is an outage's; who asked by hand is told at once."""


class NothingKept(Exception):
    """The camera keeps nothing of the range."""


def do(job: Fill, clock: Clock, megabits: int) -> None:
    """Do a job whose claim this process holds; how it went stands in its row. megabits: a second, at most."""
    work = Work(job, clock, megabits)
    try:
        asyncio.run(work.run())
        finish(job, State.DONE, at_ms=job.end_ms, finished_ms=clock.wall_ms(), error="", **work.figures())
    except Cancelled:
        finish(job, State.CANCELLED, finished_ms=clock.wall_ms(), **work.figures())
    except Lost:
        return
    except NothingKept:
        said = "The camera keeps nothing of this time."
        finish(job, State.DONE, finished_ms=clock.wall_ms(), error=said, **work.figures())
    except (ControlError, SourceError, StorageError) as error:
        _put_off(job, clock, str(error), work, lasting=isinstance(error, ControlError) and error.lasting)


def _put_off(job: Fill, clock: Clock, why: str, work: Work, *, lasting: bool) -> None:
    log.warning("fetching from camera %d came to nothing: %s", job.camera_id, why)
    if job.requester or lasting or job.tries >= len(AGAIN_MS):
        finish(job, State.FAILED, error=why[:500], finished_ms=clock.wall_ms(), **work.figures())
        return
    due_ms = clock.wall_ms() + AGAIN_MS[job.tries]
    finish(job, State.QUEUED, error=why[:500], due_ms=due_ms, tries=job.tries + 1, attempts=0, **work.figures())


class Work:
    """Does it. What an earlier attempt has written is there, and no hole any more."""

    def __init__(self, job: Fill, clock: Clock, megabits: int) -> None:
        self._job, self._clock = job, clock
        self._bytes_per_s = megabits * 125_000
        self._fetched_ms, self._bytes = job.fetched_ms, job.bytes
        self._filer: Filer | None = None
        self._renewed = float("-inf")
        self._began = 0.0
        self._taken = 0

    def figures(self) -> dict[str, int]:
        """What came of it so far."""
        filer = self._filer
        return {
            "fetched_ms": self._fetched_ms + (filer.fetched_ms if filer else 0),
            "bytes": self._bytes + (filer.bytes if filer else 0),
        }

    async def run(self) -> None:
        """Raises NothingKept, SourceError, ControlError, StorageError, Lost, Cancelled."""
        job = self._job
        card = await database_sync_to_async(card_of)(job.camera_id)
        volume = await database_sync_to_async(self._prepared)()
        missing = await database_sync_to_async(holes)(job.camera_id, job.start_ms, job.end_ms)
        if not missing:
            return
        stretches = await _searched(card, job.start_ms, job.end_ms)
        found = False
        for hole in missing:
            for stretch in stretches:
                start_ms, end_ms = max(hole[0], stretch.start_ms), min(hole[1], stretch.end_ms)
                if start_ms < end_ms:
                    found = True
                    await self._fetch(card, stretch, (start_ms, end_ms), volume)
        if not found:
            raise NothingKept

    def _prepared(self) -> OpenVolume:
        """The volume to write to, with what an attempt that was killed has left there put right."""
        usable, broken = open_volumes()
        if not usable:
            raise StorageError(next(iter(broken.values()), "No volume is set up; add one."))
        job = self._job
        for volume in usable:
            mine = [(volume, key) for key in volume.storage.unfinished() if self._is_mine(key)]
            if mine:
                adopt(Leftovers(mine, [], at_start=False), usable)
                log.info("camera %d: took up %d segments of an attempt before", job.camera_id, len(mine))
        return usable[job.camera_id % len(usable)]

    def _is_mine(self, key: str) -> bool:
        """Whether an unfinished segment is this job's: what the recorder writes now begins after the range."""
        name, job = parse_key(key), self._job
        if name is None or (name.camera_id, name.stream) != (job.camera_id, Stream.MAIN):
            return False
        return job.start_ms <= name.start_ms < job.end_ms

    async def _fetch(self, card: Edge, stretch: EdgeStretch, span: Span, volume: OpenVolume) -> None:
        filer = Filer(self._job.camera_id, volume, *span, configuration().fragment_ms)
        self._filer = filer
        self._began, self._taken = self._clock.monotonic(), 0
        try:
            async with aclosing(card.fetch(stretch, *span)) as parts:
                async for part in parts:
                    await database_sync_to_async(filer.take)(part)
                    await self._renew(filer)
                    await self._slow_down(part)
        finally:
            await database_sync_to_async(filer.end)()
            self._fetched_ms, self._bytes, self._filer = *self.figures().values(), None

    async def _renew(self, filer: Filer) -> None:
        if self._clock.monotonic() - self._renewed >= RENEW_S:
            self._renewed = self._clock.monotonic()
            at_ms = max(self._job.at_ms, filer.at_ms)
            await database_sync_to_async(renew)(self._job, self._clock.wall_ms(), at_ms=at_ms, **self.figures())

    async def _slow_down(self, part: StreamInfo | Sequence[AccessUnit]) -> None:
        """Wait until so much may have come, saying every second that the work goes on."""
        if not isinstance(part, StreamInfo):
            self._taken += sum(len(unit.data) for unit in part)
        while (early := self._began + self._taken / self._bytes_per_s - self._clock.monotonic()) > 0:
            await asyncio.sleep(min(early, RENEW_S))
            if self._filer is not None:
                await self._renew(self._filer)


async def _searched(card: Edge, start_ms: int, end_ms: int) -> Sequence[EdgeStretch]:
    try:
        async with asyncio.timeout(SEARCH_S):
            return await card.holdings(start_ms, end_ms)
    except TimeoutError:
        raise ControlError(f"The camera did not say within {SEARCH_S:g} s what it keeps.") from None
