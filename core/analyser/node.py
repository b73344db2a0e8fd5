"""The analyser process: which detectors look at which camera, kept as the database says, on one event loop.

Threads: the loop; a few that decode; one that asks the database; one that stores what was seen. Detectors run in
processes of their own, which connect here (core.analyser.links).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import Error, close_old_connections, connections

from core.analyser import standing
from core.analyser.feed import Feed
from core.analyser.keeping import Keeper
from core.analyser.links import Link, Links
from core.analyser.looker import Looker
from core.analyser.meter import Meter
from core.analyser.packets import Kind, socket_path, unpack_sight, unpack_wants
from core.analyser.previews import Previews
from core.analyser.seen import CameraSeen
from core.analyser.states import WORKER, State
from core.analyser.telling import Ear
from core.analyser.watching import Spectators
from core.configuration import Configuration
from core.demanding import Demand
from core.detection.queries import DetectorConfig, detector_configs, detector_revisions
from core.hookspecs.detectors import Sight, TrackRequest, Tracks
from core.hookspecs.events import SeenObject
from core.hookspecs.happenings import BY_CAMERA
from core.lifeline import beat_forever
from core.media.clock import Clock, SystemClock
from core.pluginhost.switches import Switches
from core.recorder.client import RecorderClient

log = logging.getLogger("eyrie.analyser")

POLL = 2.0
KEEP_EVERY = 5
"""Polls between two batches for the database."""
MOST_DECODERS = 4
TOLD_MS = 60_000
"""How long a camera that tells what it sees counts as one that does."""

Key = tuple[int, str]
Revision = tuple[int, int]
Found = tuple[dict[Key, Revision], list[DetectorConfig], dict[str, str]]


class Node:
    """Analyses until told to stop."""

    def __init__(self, config: Configuration, clock: Clock | None = None) -> None:
        self._config = config
        self._clock = clock or SystemClock()
        self._loop = asyncio.get_running_loop()
        self._database = ThreadPoolExecutor(1, "database")
        self._decoders = ThreadPoolExecutor(min(MOST_DECODERS, os.cpu_count() or 1), "decoder")
        self._client = RecorderClient(config.data / "run", config.recorders)
        self._links = Links(socket_path(config.data), self._joined, self._said, self._left)
        self._spectators = Spectators(config.data)
        self._previews = Previews(config.data, self._show)
        self._ear = Ear(config.data, self._told)
        self._told_ms: dict[int, int] = {}
        self._demand = Demand(config.data)
        self._keeper = Keeper()
        self._meter = Meter()
        self._revisions: dict[Key, Revision] = {}
        self._quarantined: dict[str, str] = {}
        self._lookers: dict[int, Looker] = {}
        self._feeds: dict[tuple[int, str], Feed] = {}
        self._seen: dict[int, CameraSeen] = {}
        self._numbers = 0
        self._away = False
        self._polls = 0

    async def run(self, stop: asyncio.Event, heartbeat_fd: int | None) -> None:
        """Work until `stop` is set. Raises OSError when its sockets cannot be made."""
        self._links.start()
        await self._spectators.start()
        await self._previews.start()
        await self._ear.start()
        await self._client.start()
        self._keeper.start()
        beat = asyncio.create_task(beat_forever(heartbeat_fd)) if heartbeat_fd is not None else None
        while not stop.is_set():
            if not self._keeper.alive():
                raise RuntimeError("the thread that stores what detectors see has ended")
            await self._poll()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), POLL)
        await self._stop()
        if beat is not None:
            beat.cancel()

    # What is wanted

    async def _poll(self) -> None:
        found = await self._ask()
        if found is not None:
            wanted, changed, self._quarantined = found
            for key in [key for key in self._revisions if key not in wanted]:
                await self._close(key)
            for config in changed:
                await self._close((config.camera_id, config.name))
                self._open(config, wanted[config.camera_id, config.name])
        self._demand.need({f"{one.plugin}:{WORKER}" for one in self._lookers.values() if one.plugin})
        now, now_ms = self._clock.monotonic(), self._clock.wall_ms()
        self._try_again(now)
        for seen in self._seen.values():
            self._keeper.events(seen.silent(now_ms))
        await self._write_standing(now, now_ms)
        self._polls += 1
        if self._polls % KEEP_EVERY == 0:
            self._keep(now_ms)

    async def _ask(self) -> Found | None:
        """What is to be looked at, what of it is new, and what is quarantined; None while the database is away."""
        known = dict(self._revisions)

        def ask() -> Found:
            close_old_connections()
            wanted = detector_revisions()
            new = [key for key, revision in wanted.items() if known.get(key) != revision]
            return wanted, detector_configs(new) if new else [], Switches(self._config.data).quarantined()

        try:
            found = await self._loop.run_in_executor(self._database, ask)
        except Error as error:
            if not self._away:
                log.error("The database does not answer (%s); detectors go on as they were.", error)
            self._away = True
            await self._loop.run_in_executor(self._database, connections.close_all)
            return None
        self._away = False
        return found

    def _open(self, config: DetectorConfig, revision: Revision) -> None:
        self._numbers += 1
        looker = Looker(self._numbers, config)
        self._lookers[looker.number] = looker
        self._revisions[looker.key] = revision
        self._seen.setdefault(config.camera_id, CameraSeen(config.camera_id, self._tracked))
        if config.fault:
            looker.failed(config.fault, float("inf"))
        elif (link := self._links.of(config.plugin)) is not None:
            looker.open(link)

    async def _close(self, key: Key) -> None:
        self._revisions.pop(key, None)
        for looker in [one for one in self._lookers.values() if one.key == key]:
            del self._lookers[looker.number]
            looker.close_link()
            self._keeper.events(self._seen[looker.camera_id].forget(looker.detector))
        await self._follow()

    async def _follow(self) -> None:
        """Have exactly the streams decoded that somebody looks at."""
        wanted: dict[tuple[int, str], list[Looker]] = {}
        for looker in self._lookers.values():
            if looker.source:
                wanted.setdefault((looker.camera_id, looker.source), []).append(looker)
        for key in [key for key in self._feeds if key not in wanted]:
            await self._feeds.pop(key).stop()
        for key, lookers in wanted.items():
            if key not in self._feeds:
                feed = Feed(*key, self._client, self._decoders, self._seen[key[0]].moving)
                self._feeds[key] = feed
                feed.start()
            self._feeds[key].serve(lookers)

    def _try_again(self, now: float) -> None:
        for looker in self._lookers.values():
            why = self._quarantined.get(f"{looker.plugin}:{WORKER}")
            link = self._links.of(looker.plugin)
            if why is not None and link is None:
                looker.stand(State.QUARANTINED, f"Its process is not started any more: {why}.")
            elif looker.retry_at is not None and now >= looker.retry_at and link is not None:
                looker.open(link)

    # What workers say

    def _joined(self, link: Link) -> None:
        log.info("the detectors of %s are there", link.plugin)
        for looker in self._lookers.values():
            if looker.plugin == link.plugin and looker.retry_at != float("inf"):
                looker.open(link)

    def _left(self, link: Link) -> None:
        for looker in self._lookers.values():
            if looker.plugin == link.plugin:
                looker.lost()

    def _said(self, link: Link, packet: list[Any]) -> None:
        kind, number = packet[0], packet[1]
        looker = self._lookers.get(number)
        if looker is None or looker.plugin != link.plugin:
            return  # it was closed meanwhile
        if kind == Kind.READY:
            looker.ready(unpack_wants(packet[2]))
            self._loop.create_task(self._follow())
        elif kind == Kind.FAILED:
            looker.failed(packet[2], self._clock.monotonic())
            self._keeper.events(self._seen[looker.camera_id].forget(looker.detector))
        elif kind == Kind.SIGHT:
            self._sight(looker, *packet[2:])
        elif kind == Kind.PREVIEW:
            self._previews.made(number, packet[2])
        else:
            raise ValueError(f"a packet of kind {kind}")

    def _sight(self, looker: Looker, slot: int, wall_ms: int, cpu_us: int, packed: list[Any]) -> None:
        looker.answered(slot, wall_ms, cpu_us)
        sight = unpack_sight(packed)
        looker.figures.objects += len(sight.objects)
        harvest = self._seen[looker.camera_id].take(looker.detector, wall_ms, sight)
        looker.figures.events += len(harvest.begun) + len(harvest.moments)
        self._keeper.events(harvest)

    def _told(self, camera_id: int, wall_ms: int, objects: tuple[SeenObject, ...]) -> None:
        """What a camera sees by itself, read by a plugin."""
        self._told_ms[camera_id] = wall_ms
        seen = self._seen.setdefault(camera_id, CameraSeen(camera_id, self._tracked))
        self._keeper.events(seen.take(BY_CAMERA, wall_ms, Sight(objects)))

    def _tracked(self, tracks: Tracks) -> None:
        for looker in self._lookers.values():
            if looker.camera_id == tracks.camera_id and isinstance(looker.wants, TrackRequest):
                looker.follow(tracks, looker.wants.labels)
        self._spectators.tracks(tracks)

    def _show(self, camera_id: int, detector: str) -> int | None:
        for looker in self._lookers.values():
            if looker.key == (camera_id, detector) and looker.send([Kind.PREVIEW, looker.number]):
                return looker.number
        return None

    # What is kept and told

    def _keep(self, now_ms: int, *, last: bool = False) -> None:
        grids = {camera_id: one.grids(all_of_them=last) for camera_id, one in self._seen.items()}
        boxes = {camera_id: one.boxes() for camera_id, one in self._seen.items()}
        levels = {camera_id: one.levels(all_of_them=last) for camera_id, one in self._seen.items()}
        going_on = [episode for one in self._seen.values() for episode in one.going_on()]
        if any(grids.values()) or any(boxes.values()) or any(levels.values()) or going_on:
            self._keeper.batch(grids, boxes, levels, going_on, now_ms)
        cameras = {looker.camera_id for looker in self._lookers.values()}
        self._told_ms = {camera_id: at for camera_id, at in self._told_ms.items() if now_ms - at < TOLD_MS}
        cameras |= self._told_ms.keys()
        self._seen = {camera_id: one for camera_id, one in self._seen.items() if camera_id in cameras}

    async def _write_standing(self, now: float, now_ms: int) -> None:
        found = self._meter.standing(self._lookers.values(), self._feeds.values(), now, now_ms)
        try:
            await self._loop.run_in_executor(self._database, standing.write, self._config.data, found)
        except OSError as error:
            log.warning("how detectors are doing cannot be written down (%s)", error)

    async def _stop(self) -> None:
        """End what goes on, keep what was seen."""
        for feed in self._feeds.values():
            await feed.stop()
        for looker in self._lookers.values():
            self._keeper.events(self._seen[looker.camera_id].forget(looker.detector))
        self._keep(self._clock.wall_ms(), last=True)
        self._links.stop()
        self._demand.close()
        await self._spectators.stop()
        await self._previews.stop()
        await self._ear.stop()
        await self._client.stop()
        await asyncio.to_thread(self._keeper.stop)
        for pool in (self._decoders, self._database):
            pool.shutdown(wait=False, cancel_futures=True)
        standing.path_of(self._config.data).unlink(missing_ok=True)
