"""The recorder process: its share of the cameras, kept as the database says, on one event loop.

Threads: the loop; one for the database (cameras, events, the past); one that looks at the volumes, as a hung one may
never come back; the index writer; two for each volume. Nothing of them makes the loop wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TypeVar

from django.db import Error, close_old_connections, connections

from core.cameras.queries import CameraConfig, camera_configs, camera_revisions
from core.configuration import Configuration
from core.hookspecs.storage import StorageError
from core.lifeline import beat_forever
from core.media.clock import Clock, SystemClock
from core.recorder.camera import CameraNode, Surroundings
from core.recorder.client import socket_path
from core.recorder.gaps import GapKeeper, Past, read_past
from core.recorder.live import Viewer
from core.recorder.occasions import Occasions, occasions
from core.recorder.protocol import CameraStatus
from core.recorder.reports import Reports, in_trouble, store
from core.recorder.server import Server
from core.recorder.volumes import Volumes
from core.recording.adoption import Leftovers, adopt, leftovers
from core.recording.index import IndexWriter
from core.recording.keys import stream_number
from core.recording.volumes import OpenVolume, ensure_default_volume, open_volumes

log = logging.getLogger("eyrie.recorder")

TICK = 0.12
"""A multiple of the RTSP client's tick, on the same grid, so that both share wake-ups: an idle processor's cost more
than what is done in them.
"""
CALM_TICK = 4 * TICK
"""The same while every camera is well: nothing falls due sooner, and the first that is not ends it."""
POLL = 16 * TICK
LOOK = 10.0
VOLUMES_PATIENCE = 3.0
"""Seconds that the start waits for the volumes; live view must not depend on a disk."""
PICTURE_PATIENCE = 4.0
STOP = 2.7

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Look:
    """What was found when looking at the volumes."""

    usable: list[OpenVolume]
    broken: dict[str, str]
    left: Leftovers


@dataclass(frozen=True, slots=True)
class Changes:
    """What a poll found: cameras that are gone, new and changed ones, those of the new ones that were in trouble when
    they were last recorded, and what says when to record.
    """

    gone: list[int]
    changed: list[CameraConfig]
    troubled: frozenset[int]
    occasions: Occasions


class Node:
    """Recorder `index` of `of`."""

    def __init__(self, config: Configuration, index: int, of: int, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._index_number, self._of = index, of
        self._loop = asyncio.get_running_loop()
        self._database = ThreadPoolExecutor(1, "database")
        self._looking = ThreadPoolExecutor(1, "volumes")
        self._index = IndexWriter()
        self._reports = Reports(self._clock)
        self._volumes = Volumes(self._index, self._clock, self._reports.volume)
        self._server = Server(socket_path(config.data / "run", index), self)
        self._cameras: dict[int, CameraNode] = {}
        self._keepers: dict[tuple[int, str], GapKeeper] = {}
        self._to_resume: list[tuple[int, str]] = []
        self._known: set[int] = set()
        self._listed = False
        self._to_adopt: list[Leftovers] = []
        self._restless = asyncio.Event()
        self._looked = asyncio.Event()
        self._adopted = asyncio.Event()
        self._database_away = False
        self._around = Surroundings(
            volumes=self._volumes,
            clock=self._clock,
            random=Random(),  # noqa: S311  jitter, not secrets
            keeper=self._keeper,
            fragment_ms=config.fragment_ms,
            segment_ms=config.segment_seconds * 1000,
        )

    async def run(self, stop: asyncio.Event, heartbeat_fd: int | None = None) -> None:
        """Record until `stop` is set. Raises CannotListen."""
        await self._server.start()
        self._index.start()
        tasks = [self._loop.create_task(work) for work in (self._tick_forever(), self._look_forever())]
        if heartbeat_fd is not None:
            tasks.append(self._loop.create_task(beat_forever(heartbeat_fd)))
        tasks.append(self._loop.create_task(self._poll_forever()))
        stopping = self._loop.create_task(stop.wait())
        done, _ = await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in [*tasks, stopping]:
            task.cancel()
        await self._stop()
        for task in done - {stopping}:
            task.result()  # one of the endless tasks has failed: say so by failing

    def statuses(self) -> list[CameraStatus]:
        """Of every camera of this recorder."""
        return [camera.status() for camera in self._cameras.values()]

    def watch(self, camera_id: int, stream: str, viewer: Viewer) -> None:
        """Begin to show a stream. Raises LookupError."""
        self._camera(camera_id).watch(stream, viewer)

    def unwatch(self, camera_id: int, stream: str, viewer: Viewer) -> None:
        """End that."""
        if camera := self._cameras.get(camera_id):
            camera.unwatch(stream, viewer)

    async def picture(self, camera_id: int, stream: str) -> tuple[int, bytes]:
        """The newest keyframe, awaited for a while when the stream has just begun. Raises LookupError."""
        until = self._clock.monotonic() + PICTURE_PATIENCE
        while (found := self._camera(camera_id).picture(stream)) is None:
            if self._clock.monotonic() > until:
                raise LookupError("The camera sends no picture now.")
            await asyncio.sleep(TICK)
        return found

    def _camera(self, camera_id: int) -> CameraNode:
        if camera_id not in self._cameras:
            raise LookupError("This recorder does not have the camera.")
        return self._cameras[camera_id]

    def _mine(self, camera_id: int) -> bool:
        return camera_id % self._of == self._index_number

    async def _tick_forever(self) -> None:
        while True:
            now = self._clock.monotonic()
            for camera in list(self._cameras.values()):
                camera.tick(now)
            self._restless.clear()
            tick = CALM_TICK if all(camera.calm for camera in self._cameras.values()) else TICK
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._restless.wait(), tick - self._loop.time() % tick)

    async def _look_forever(self) -> None:
        while True:
            found = await self._ask(self._look, self._looking)
            if found is not None:
                self._listed = True
                self._volumes.update(found.usable, found.broken)
                self._known = {volume.id for volume in found.usable}
                self._to_adopt.append(found.left)
                self._looked.set()
                await self._adopt(found.usable)
            self._looked.set()
            await self._resume_keepers()
            await asyncio.sleep(LOOK if self._adopted.is_set() else POLL)

    async def _adopt(self, usable: list[OpenVolume]) -> None:
        """Take up what earlier lives left; while the database is not there, that waits for the next look."""
        while self._to_adopt:
            if await self._ask(partial(adopt, self._to_adopt[0], usable), self._looking) is None:
                return
            del self._to_adopt[0]
        self._adopted.set()

    def _look(self) -> Look:
        """Open the volumes; list what earlier lives left on those that are new, before anything is written there."""
        broken: dict[str, str] = {}
        try:
            ensure_default_volume()
        except StorageError as error:
            broken["recordings"] = str(error)
        usable, others = open_volumes()
        fresh = [volume for volume in usable if volume.id not in self._known]
        left = leftovers(fresh, self._mine, at_start=not self._listed)
        return Look(usable, broken | others, left)

    async def _poll_forever(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._looked.wait(), VOLUMES_PATIENCE)
        while True:
            await self._poll()
            await asyncio.sleep(POLL - self._loop.time() % POLL)

    async def _poll(self) -> None:
        running = {camera_id: camera.config for camera_id, camera in self._cameras.items()}
        self._server.push_volumes(self._volumes.written())
        found = await self._ask(lambda: self._changes(running))
        if found is None:
            return
        await asyncio.gather(*(self._end(camera_id) for camera_id in found.gone))
        self._reports.remember(found.troubled)
        await asyncio.gather(*(self._replace(config, found.occasions) for config in found.changed))
        for camera in self._cameras.values():
            camera.follow(found.occasions)
        await self._resume_keepers()
        if waiting := self._reports.take():
            left = await self._ask(lambda: store(waiting))
            self._reports.give_back(waiting if left is None else left)

    def _changes(self, running: dict[int, CameraConfig]) -> Changes:
        """Compare with the database. Runs in the database thread."""
        wanted = {camera_id: revision for camera_id, revision in camera_revisions() if self._mine(camera_id)}
        revisions = {camera_id: config.revision for camera_id, config in running.items()}
        differ = [camera_id for camera_id, revision in wanted.items() if revisions.get(camera_id) != revision]
        changed = camera_configs(differ) if differ else []
        configs = running | {config.id: config for config in changed}
        return Changes(
            [camera_id for camera_id in running if camera_id not in wanted],
            changed,
            in_trouble(config.id for config in changed if config.id not in running),
            occasions(configs.values(), self._clock.wall_ms()),
        )

    async def _replace(self, config: CameraConfig, known: Occasions) -> None:
        before = self._cameras.get(config.id)
        if before is not None and before.accepts(config):
            return
        if before is not None:
            self._server.end_watches(config.id)
            await before.stop()
        self._cameras[config.id] = camera = CameraNode(config, self._around, self._status, known)
        camera.start()

    async def _end(self, camera_id: int) -> None:
        camera = self._cameras.pop(camera_id)
        await camera.stop()
        for key in [key for key in self._keepers if key[0] == camera_id]:
            self._keepers.pop(key).unwanted()
        self._server.push_gone(camera_id)

    def _status(self, status: CameraStatus, before: CameraStatus) -> None:
        camera = self._cameras.get(status.camera)
        if camera is not None and not camera.calm:
            self._restless.set()
        self._reports.camera(status, before)
        self._server.push_status(status)

    def _keeper(self, camera_id: int, stream: str) -> GapKeeper:
        key = (camera_id, stream)
        if key not in self._keepers:
            number = stream_number(stream)
            self._keepers[key] = GapKeeper(camera_id, number, self._index.put_gap, self._clock)
            self._to_resume.append(key)
        return self._keepers[key]

    async def _resume_keepers(self) -> None:
        """Tell new keepers their past, once adoption has put it right."""
        if not self._to_resume or not self._adopted.is_set():
            return
        keepers = {key: self._keepers[key] for key in self._to_resume if key in self._keepers}

        def ask() -> dict[tuple[int, str], Past]:
            return {key: read_past(key[0], stream_number(key[1]), keeper.since_ms) for key, keeper in keepers.items()}

        pasts = await self._ask(ask)
        if pasts is not None:
            self._to_resume.clear()
            for key, past in pasts.items():
                keepers[key].resume(past)
            self._index.flush()

    async def _ask(self, question: Callable[[], T], pool: ThreadPoolExecutor | None = None) -> T | None:
        """Ask the database in its thread, or another one; None when it is not there, which is logged once."""
        try:
            answer = await self._loop.run_in_executor(pool or self._database, _with_database, question)
        except Error as error:
            if not self._database_away:
                log.error("The database does not answer (%s); recording goes on as it was.", error)
            self._database_away = True
            return None
        if self._database_away:
            log.warning("The database answers again.")
        self._database_away = False
        return answer

    async def _stop(self) -> None:
        """Close what is being recorded, then write it all: within STOP seconds, or the next start does the rest."""
        until = self._clock.monotonic() + STOP

        def left() -> float:
            return max(until - self._clock.monotonic(), 0.1)

        cameras = [self._loop.create_task(camera.stop()) for camera in self._cameras.values()]
        await asyncio.sleep(0)  # now every recording is closed; the sources take leave meanwhile
        await self._server.stop()
        await self._volumes.drain(left())
        if not await asyncio.to_thread(self._index.stop, left()):
            log.warning("The index did not take everything in time; the next start puts it right.")
        await self._volumes.stop(left())
        if cameras:
            await asyncio.wait(cameras, timeout=left())
        for pool in (self._database, self._looking):
            pool.shutdown(wait=False, cancel_futures=True)


def _with_database(question: Callable[[], T]) -> T:
    """Ask with connections that are known to be alive, and leave none open that failed."""
    close_old_connections()
    try:
        return question()
    except Error:
        connections.close_all()
        raise
