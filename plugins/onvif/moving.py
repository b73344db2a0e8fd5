"""Devices that are at another address now (DHCP, a new router): found by their id, and the cameras follow.

Network work is done in a thread of its own for a few seconds at a time; what comes of it is written by whoever calls
`look`, who may touch the database.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface

from core.api import Clock, SystemClock
from plugins.onvif.client.address import Address
from plugins.onvif.client.errors import OnvifError
from plugins.onvif.client.wsdiscovery import PORT, Match
from plugins.onvif.devices import device_of
from plugins.onvif.discovery import listen
from plugins.onvif.doorbell import ring
from plugins.onvif.identity import identity
from plugins.onvif.settings import OnvifSettings

log = logging.getLogger("eyrie.onvif")

ACTOR = "plugin:onvif"
PATIENCE_S = 20.0
"""So long a device may be away before it is looked for: it may only have restarted."""
PAUSES_S = (30.0, 60.0, 120.0, 300.0)
_LISTEN_S = 2.5
_NEIGHBOURS = 24


@dataclass(frozen=True, slots=True)
class Move:
    """A camera whose device answers elsewhere. address: as the setting of this name takes it."""

    camera_id: int
    old: str
    address: str


class Moves:
    """Looks for devices that are away. `look` and `stop` are called by one thread.

    moved: called from `look` for every camera whose device was found elsewhere. interfaces: this machine's.
    """

    def __init__(
        self,
        clock: Clock,
        moved: Callable[[Move], None],
        interfaces: Callable[[], Sequence[IPv4Interface]],
        patience: float = PATIENCE_S,
        port: int = PORT,
    ) -> None:
        self._clock = clock
        self._moved = moved
        self._interfaces = interfaces
        self._patience = patience
        self._port = port
        self._since: dict[int, float] = {}
        self._searches = 0
        self._next = 0.0
        self._searching: threading.Thread | None = None
        self._found: list[Move] = []
        self._asked: set[tuple[int, str]] = set()  # a password is tried once at a door

    def look(self, away: Mapping[int, OnvifSettings]) -> None:
        """away: the cameras whose device does not answer. Returns at once."""
        if self._searching is not None and not self._searching.is_alive():
            self._searching = None
            found, self._found = self._found, []
            for move in found:
                self._moved(move)
        now = self._clock.monotonic()
        self._since = {camera_id: self._since.get(camera_id, now) for camera_id in away}
        if not away:
            self._searches, self._next = 0, 0.0
            self._asked.clear()
        lost = {one: away[one] for one, since in self._since.items() if now - since >= self._patience}
        lost = {one: settings for one, settings in lost.items() if settings.device_id}
        if lost and self._searching is None and now >= self._next:
            self._next = now + PAUSES_S[min(self._searches, len(PAUSES_S) - 1)]
            self._searches += 1
            self._searching = threading.Thread(target=self._search, args=(lost,), name="onvif moves", daemon=True)
            self._searching.start()

    def stop(self, seconds: float = 5.0) -> None:
        """Wait for a search that runs; what it finds is found again by the next process."""
        if self._searching is not None:
            self._searching.join(seconds)

    def _search(self, lost: Mapping[int, OnvifSettings]) -> None:
        self._found = asyncio.run(self._found_elsewhere(lost))

    async def _found_elsewhere(self, lost: Mapping[int, OnvifSettings]) -> list[Move]:
        doors = await asyncio.gather(*(ring(Address.of(one.address)) for one in lost.values()))
        gone = {one: settings for (one, settings), there in zip(lost.items(), doors, strict=True) if not there}
        if not gone:
            return []
        heard: list[Match] = []
        own = [str(one.ip) for one in self._interfaces()]
        await listen(heard, own, sorted(_neighbours(gone.values())), _LISTEN_S, self._port)
        moves = [await self._followed(camera_id, settings, heard) for camera_id, settings in gone.items()]
        return [move for move in moves if move is not None]

    async def _followed(self, camera_id: int, settings: OnvifSettings, heard: Sequence[Match]) -> Move | None:
        old = Address.of(settings.address)
        for match in heard:
            if match.endpoint != settings.device_id:
                continue
            for place in match.places:
                if place == old or (camera_id, place.url) in self._asked or not await ring(place):
                    continue
                self._asked.add((camera_id, place.url))
                if await asyncio.to_thread(_is_it, settings, place):
                    return Move(camera_id, old.authority, place.setting)
                break
        return None


def _is_it(settings: OnvifSettings, place: Address) -> bool:
    """Whether the device there is the camera's: cheap makers give one UUID to all, so the serial number decides."""
    there = device_of(settings.model_copy(update={"address": place.setting}))
    try:
        told = identity(there)
    except OnvifError as error:
        log.info("%s is not the device that was at %s: %s", place.authority, settings.address, error)
        return False
    return not (settings.serial and told.serial) or settings.serial == told.serial


def _neighbours(lost: Iterable[OnvifSettings]) -> set[str]:
    """The addresses around the old ones, asked singly: multicast does not go through routers."""
    found: set[str] = set()
    for settings in lost:
        try:
            old = IPv4Address(Address.of(settings.address).host)
        except ValueError:  # a name
            continue
        if not old.is_loopback:
            found |= {str(one) for one in IPv4Interface(f"{old}/{_NEIGHBOURS}").network.hosts()}
    return found


def follow(move: Move) -> None:
    """Reach the camera at its new address from now on; everybody is told."""
    from core.api.services import change_camera, record_event
    from plugins.onvif.events.kinds import ADDRESS_CHANGED

    change_camera(move.camera_id, {"settings": {"address": move.address}}, actor=ACTOR)
    now = SystemClock().wall_ms()
    record_event(ADDRESS_CHANGED.name, move.camera_id, now, now, {"old": move.old, "new": move.address})
    log.info("camera %d was at %s and is at %s now", move.camera_id, move.old, move.address)
