"""One object as the analytics follow it: every point of its track once, through every watch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.api import SeenObject, TrackedObject, TrackPoint
from plugins.analytics.crossing import Crossings
from plugins.analytics.settings import AnalyticsSettings
from plugins.analytics.standing import Speed, Standing
from plugins.analytics.stays import Stays


@dataclass(frozen=True, slots=True)
class WatchedZones:
    """An object's stays, by what the zones are for."""

    entry: Stays
    intrusion: Stays
    loitering: Stays
    crowd: Stays
    objects: Stays


class Followed:
    """label: what it is called now; at_ms: its newest point, UTC."""

    def __init__(self, track: TrackedObject, settings: AnalyticsSettings, *, was_there: bool) -> None:
        """was_there: before anybody looked."""
        self.id = track.id
        self.label = track.label
        self.was_there = was_there
        self.at_ms = -1
        self.box: tuple[float, float, float, float] | None = None
        self.lines = Crossings(settings.lines)
        self.wrong_way = Crossings(settings.wrong_way_lines)
        self.zones = WatchedZones(
            Stays(settings.entry_zones),
            Stays(settings.intrusion_zones),
            Stays(settings.loitering_zones),
            Stays(settings.crowd_zones),
            Stays(settings.object_zones),
        )
        self.standing = Standing()
        self.speed = Speed()
        self.fast: float | None = None
        self.fast_since_ms: int | None = None

    def news(self, track: TrackedObject) -> Iterator[TrackPoint]:
        """Points at which it was seen and that were not given before. The last of an unseen one is only expected."""
        self.label = track.label
        seen = track.points if track.seen else track.points[:-1]
        for point in seen:
            if point.wall_ms > self.at_ms:
                self.at_ms, self.box = point.wall_ms, point.box
                yield point

    def as_seen(self) -> SeenObject:
        """As an event shows it."""
        return SeenObject(self.label, 1.0, self.box, self.id)
