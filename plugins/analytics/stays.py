"""Zones: how long one object has been in each, without being thrown out by a step over the edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.api import TrackPoint, Zone
from plugins.analytics.geometry import feet, zone_of

IN_AFTER_MS = 300
OUT_AFTER_MS = 1000
"""It is in, or out, when it was seen so for this long."""


@dataclass(frozen=True, slots=True)
class Stay:
    """In a zone. since_ms, until_ms: UTC, None while it lasts. came, went: it was seen outside before, or after."""

    zone: str
    since_ms: int
    until_ms: int | None = None
    came: bool = False
    went: bool = False


class Stays:
    """Where one object is, of a list of zones; given its points in their order, each once."""

    def __init__(self, zones: Sequence[Zone]) -> None:
        self._zones = zones
        self._outside_ms: dict[str, int] = {}  # since when it was seen outside only
        self._in_ms: dict[str, int] = {}  # since when inside
        self._sure: dict[str, Stay] = {}

    def move(self, point: TrackPoint) -> tuple[list[Stay], list[Stay]]:
        """It is here now: stays that began for sure, and those that ended, with their end."""
        there = {zone.name for zone in zone_of(self._zones, feet(point))}
        at_ms, began, ended = point.wall_ms, [], []
        for name in (zone.name for zone in self._zones if zone.kind == "include"):
            if name in there:
                since = self._in_ms.setdefault(name, at_ms)
                if name not in self._sure and at_ms - since >= IN_AFTER_MS:
                    self._sure[name] = Stay(name, since, came=name in self._outside_ms)
                    began.append(self._sure[name])
                if name in self._sure:
                    self._outside_ms.pop(name, None)
                continue
            out_ms = self._outside_ms.setdefault(name, at_ms)
            stay = self._sure.get(name)
            if stay is None:
                self._in_ms.pop(name, None)
            elif at_ms - out_ms >= OUT_AFTER_MS:
                ended.append(self._end(stay, out_ms, went=True))
        return began, ended

    def going_on(self) -> list[Stay]:
        """Where it is."""
        return list(self._sure.values())

    def over(self, at_ms: int) -> list[Stay]:
        """It will not be seen again: all stays, with their end."""
        return [self._end(stay, at_ms, went=False) for stay in self.going_on()]

    def _end(self, stay: Stay, at_ms: int, *, went: bool) -> Stay:
        del self._sure[stay.zone]
        self._in_ms.pop(stay.zone, None)
        return Stay(stay.zone, stay.since_ms, max(at_ms, stay.since_ms), stay.came, went)
