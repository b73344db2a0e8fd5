"""Who it is that detectors recognised: their plugins know, boxes do not; asked for whoever may be told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from channels.db import database_sync_to_async

from core.access.rights import Rights
from core.hookspecs.detectors import DetectorSpec, Naming
from core.media.clock import Clock, SystemClock
from core.pluginhost import UnknownName, host

AGAIN_S = 1.0
"""Seconds after which a name that is shown live is asked for again: so long it may outlive its deletion."""
MOST = 1000
"""Tracks that are remembered."""

Objects = Sequence[Mapping[str, Any]]
"""Each with `id`, its track, and `detector`."""


def namings(rights: Rights, camera_id: int, objects: Objects) -> Iterator[tuple[str, list[str]]]:
    """Detectors that recognise people, and their tracks among these, as far as this user may know who they are."""
    for detector in dict.fromkeys(one["detector"] for one in objects):
        naming = _naming(detector)
        if naming is not None and rights.holds(naming.permission, camera_id):
            yield detector, [one["id"] for one in objects if one["detector"] == detector]


def names_of(detector: str, camera_id: int, tracks: Collection[str]) -> Mapping[str, str]:
    """By track, those that are somebody known. Blocks on the database; what a plugin raises is accounted to it."""
    naming = _naming(detector)
    if naming is None:
        return {}
    plugin = host().registry.entry(DetectorSpec, detector).plugin
    return host().run(plugin, f"names of detector {detector}", naming.names, camera_id, tracks).value or {}


class LiveNames:
    """Names that are shown live: asked for every AGAIN_S seconds at most, however many people watch. Used on one event
    loop.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._known: dict[tuple[int, str], tuple[str, float]] = {}  # name, and when it was asked for

    async def of(self, detector: str, camera_id: int, tracks: Collection[str]) -> dict[str, str]:
        """As names_of."""
        now = self._clock.monotonic()
        due = [one for one in tracks if self._asked(camera_id, one) <= now - AGAIN_S]
        if due:
            self._keep(camera_id, due, {one: self._name(camera_id, one) for one in due}, now)  # others need not ask
            found = await database_sync_to_async(names_of)(detector, camera_id, due)
            self._keep(camera_id, due, found, now)
        return {one: name for one in tracks if (name := self._name(camera_id, one))}

    def _asked(self, camera_id: int, track: str) -> float:
        return self._known.get((camera_id, track), ("", float("-inf")))[1]

    def _name(self, camera_id: int, track: str) -> str:
        return self._known.get((camera_id, track), ("", 0.0))[0]

    def _keep(self, camera_id: int, tracks: Collection[str], names: Mapping[str, str], now: float) -> None:
        for one in tracks:
            self._known.pop((camera_id, one), None)
            self._known[camera_id, one] = names.get(one, ""), now
        while len(self._known) > MOST:
            del self._known[next(iter(self._known))]


live_names = LiveNames()
"""The process's."""


def _naming(detector: str) -> Naming | None:
    try:
        return host().registry.get(DetectorSpec, detector).naming
    except UnknownName:  # its plugin is gone: who they were is not known here any more
        return None
