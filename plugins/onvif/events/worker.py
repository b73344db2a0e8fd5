"""The process that listens to all ONVIF devices: a thread a device, and this one, which alone writes what they tell.

Changes of many cameras are done here too (plugins.onvif.many), in threads that live only while there is one to do.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml import etree

from core.api import Clock, SystemClock, WorkerContext
from plugins.onvif.client.device import Device
from plugins.onvif.client.reading import parse
from plugins.onvif.devices import device_of
from plugins.onvif.events.following import Follower, News
from plugins.onvif.events.hearing import Ear
from plugins.onvif.events.keeping import Keeper
from plugins.onvif.events.meanings import Mapped, Reading, readings
from plugins.onvif.events.notices import Notice
from plugins.onvif.events.pullpoint import PullPoint
from plugins.onvif.events.rooms import Rooms
from plugins.onvif.events.twice import Sieve
from plugins.onvif.many.working import Rounds
from plugins.onvif.metadata.following import Readers
from plugins.onvif.models import Subscription, TopicMapping
from plugins.onvif.moving import Moves, follow
from plugins.onvif.settings import OnvifSettings

DRIVER = "onvif"
LOOK_S = 2.0
TICK_S = 0.25
MOST_WAITING = 10_000
STOP_S = 2.5
STOPPERS = 32
log = logging.getLogger("eyrie.onvif.events")
News_: TypeAlias = "list[Notice] | Streamed | News | PullPoint | None"


@dataclass(frozen=True, slots=True)
class Streamed:
    """Events of a camera's metadata stream."""

    camera_id: int
    notices: list[Notice]


@dataclass(slots=True)
class _Followed:
    """A device that is followed, and its cameras."""

    key: str
    settings: OnvifSettings
    rooms: Rooms
    sieve: Sieve
    follower: Follower | None = None
    keepers: dict[int, Keeper] = field(default_factory=dict)


def run(context: WorkerContext) -> None:
    """Listen until told to stop, and follow devices whose address changes."""
    from core.api.services import own_interfaces

    clock = SystemClock()
    listening, moves, rounds = Listening(clock), Moves(clock, follow, own_interfaces), Rounds(clock)
    looked = clock.monotonic() - LOOK_S
    try:
        while not context.stopping():
            context.beat()
            if clock.monotonic() - looked >= LOOK_S:
                looked = clock.monotonic()
                listening.look()
                moves.look(listening.away())
                rounds.look()
            listening.work(TICK_S)
    finally:
        rounds.stop(STOP_S)
        moves.stop(STOP_S)
        listening.stop()


class Listening:
    """All devices that are followed. Every method is called by one thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._news: queue.Queue[tuple[str, News_]] = queue.Queue(MOST_WAITING)
        self._devices: dict[str, _Followed] = {}
        self._ear = Ear(clock)
        self._readers: Readers | None = None
        self._mapped: list[Mapped] = []

    def look(self) -> None:
        """Follow devices that are new or changed, and leave those that are gone."""
        from core.api.services import cameras_of_driver

        self._mapped = [
            Mapped(one.topic, one.item, one.type, one.attributes, one.on_value) for one in TopicMapping.objects.all()
        ]
        cameras = {
            one.id: one.settings
            for one in cameras_of_driver(DRIVER)
            if one.enabled and isinstance(one.settings, OnvifSettings)
        }
        found: dict[str, dict[int, OnvifSettings]] = {}
        for camera_id, settings in cameras.items():
            found.setdefault(_key(settings), {})[camera_id] = settings
        self._read({camera_id: settings for camera_id, settings in cameras.items() if settings.metadata})
        gone = [one for key, one in self._devices.items() if key not in found or one.rooms.channels != found[key]]
        self._leave(gone)
        for key, cameras in found.items():
            if key not in self._devices:
                self._follow(key, cameras)

    def work(self, seconds: float) -> None:
        """Take what has come, waiting so long for the first of it."""
        self._drain(seconds)
        for followed in self._devices.values():
            for keeper in followed.keepers.values():
                keeper.settle()
        self._ear.write()

    def stop(self) -> None:
        """Leave all devices."""
        self._leave(list(self._devices.values()))
        self._ear.write(now=True)
        if self._readers is not None:
            self._readers.stop()

    def away(self) -> dict[int, OnvifSettings]:
        """The cameras of devices that are in trouble."""
        return {
            camera_id: settings
            for one in self._devices.values()
            if one.follower and one.follower.trouble
            for camera_id, settings in one.rooms.channels.items()
        }

    def troubles(self) -> dict[str, str]:
        """Why events of a device do not arrive, by its address; only those that are in trouble."""
        return {
            one.settings.address: one.follower.trouble
            for one in self._devices.values()
            if one.follower and one.follower.trouble
        }

    def _read(self, cameras: dict[int, OnvifSettings]) -> None:
        """Read what these cameras see; no thread is there while there are none."""
        from core.api.services import SightVoice, data_directory

        if self._readers is None and cameras:
            self._readers = Readers(self._clock, SightVoice(data_directory()).tell, self._stream)
        if self._readers is not None:
            self._readers.follow(cameras)

    def _follow(self, key: str, cameras: dict[int, OnvifSettings]) -> None:
        settings = next(iter(cameras.values()))
        device = device_of(settings)
        followed = self._devices[key] = _Followed(key, settings, Rooms(device, cameras), Sieve(self._clock))
        followed.keepers = {camera_id: Keeper(camera_id, self._clock) for camera_id in cameras}
        followed.follower = Follower(
            settings.address,
            device,
            self._clock,
            heard=lambda news: self._put(key, news),
            remember=lambda point: self._put(key, point),
            left=_left_over(key, device, self._clock),
        )
        followed.follower.start()

    def _put(self, key: str, news: News_) -> None:
        """From the followers' threads: waits while very much waits already."""
        self._news.put((key, news))

    def _stream(self, camera_id: int, notices: list[Notice]) -> None:
        """From the readers' loop, which must not wait. Which device it is, is looked up by who takes it."""
        try:
            self._news.put_nowait(("", Streamed(camera_id, notices)))
        except queue.Full:
            log.warning("camera %s: events of its metadata stream are lost, as too many wait", camera_id)

    def _leave(self, gone: Sequence[_Followed]) -> None:
        """Give pull points back, of many devices at once, within STOP_S."""
        followers = [one.follower for one in gone if one.follower is not None]
        if followers:
            pool = ThreadPoolExecutor(min(STOPPERS, len(followers)), thread_name_prefix="onvif stop")
            stops = [pool.submit(one.stop) for one in followers]
            ends = self._clock.monotonic() + STOP_S
            while not all(stop.done() for stop in stops) and self._clock.monotonic() < ends:
                self._drain(0.05)  # no follower waits to put what it has
            pool.shutdown(wait=False, cancel_futures=True)
            self._drain(0.01)
        for one in gone:
            self._devices.pop(one.key, None)

    def _drain(self, seconds: float) -> None:
        try:
            key, news = self._news.get(timeout=seconds)
            while True:
                self._take(key, news)
                key, news = self._news.get_nowait()
        except queue.Empty:
            pass  # nothing more for now

    def _take(self, key: str, news: News_) -> None:
        if isinstance(news, Streamed):
            self._take_streamed(news)
            return
        followed = self._devices.get(key)
        if isinstance(news, PullPoint):
            _remember(key, news)
        elif news is None:
            Subscription.objects.filter(device=key).delete()
        elif followed is None:
            return
        elif isinstance(news, list):
            for notice in news:
                if followed.sieve.pulled(notice):
                    self._notice(followed, notice)
        else:
            for keeper in followed.keepers.values():
                keeper.connected() if news == "connected" else keeper.lost()

    def _take_streamed(self, news: Streamed) -> None:
        followed = next((one for one in self._devices.values() if news.camera_id in one.rooms.channels), None)
        if followed is None:
            return
        pulling = followed.follower is not None and not followed.follower.trouble
        for notice in news.notices:
            if followed.sieve.streamed(notice, news.camera_id, pulling=pulling):
                self._notice(followed, notice, news.camera_id)

    def _notice(self, followed: _Followed, notice: Notice, teller: int | None = None) -> None:
        """teller: the camera whose stream says so; it is meant where no picture is named."""
        found = readings(notice, self._mapped)
        video = _video(found)
        for camera_id in followed.rooms.of(video) if video or teller is None else (teller,):
            self._ear.hear(camera_id, notice, known=found is not None)
            for reading in found or ():
                followed.keepers[camera_id].hear(reading, notice.operation)


def _video(found: list[Reading] | None) -> str:
    return found[0].video if found else ""


def _key(settings: OnvifSettings) -> str:
    """Cameras of one device and user share a pull point."""
    return f"{settings.user}@{settings.address}"[:300]


def _remember(key: str, point: PullPoint) -> None:
    headers = [etree.tostring(one, encoding="unicode") for one in point.headers]
    Subscription.objects.update_or_create(device=key, defaults={"address": point.address, "headers": headers})


def _left_over(key: str, device: Device, clock: Clock) -> PullPoint | None:
    """The pull point of a process that did not live to give it back."""
    row = Subscription.objects.filter(device=key).first()
    if row is None:
        return None
    headers = (parse(one.encode()) for one in row.headers)
    return PullPoint(device, clock, row.address, tuple(one for one in headers if one is not None), 0.0)
