"""The analytics of one camera: tracks in, what happens at its lines and in its zones out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core.api import (
    INTRUSION,
    LINE_CROSSED,
    LOITERING,
    NOTHING,
    OBJECT_LEFT,
    OBJECT_REMOVED,
    Clock,
    Occurrence,
    Sight,
    SystemClock,
    TrackedObject,
    TrackPoint,
    Tracks,
)
from plugins.analytics import events
from plugins.analytics.followed import Followed
from plugins.analytics.geometry import feet
from plugins.analytics.settings import AnalyticsSettings
from plugins.analytics.stays import Stay
from plugins.analytics.tally import Tally

AWAY_MS = 10_000
"""After a gap as long as this nothing is known of what was there before."""
FIRST_MS = 5_000
"""What is seen within this time of the first look was there before."""
CROWDED_MS = 3_000
RUNNING_MS = 1_000


class Analytics:
    """Detector of the contract."""

    def __init__(self, settings: AnalyticsSettings, clock: Clock | None = None) -> None:
        self._settings = settings
        self._tally = Tally(clock or SystemClock())
        self._followed: dict[str, Followed] = {}
        self._began_ms = self._at_ms = -AWAY_MS - 1
        self._crowded_ms: dict[str, int] = {}
        self._calm_ms: dict[str, int] = {}

    def look(self, seen: Tracks) -> Sight:
        """What the tracks tell at this moment."""
        self._tidy(seen)
        moments = [one for track in seen.tracks if not track.ended for one in self._follow(track, seen.wall_ms)]
        there = {track.id for track in seen.tracks if not track.ended}
        for gone in [one for one in self._followed.values() if one.id not in there]:
            moments += self._end(gone)
        if self._settings.heat or self._settings.lines or self._settings.entry_zones:
            self._tally.look(seen.camera_id, seen.wall_ms, self._places(seen))
        going_on = (*self._in_zones(seen.wall_ms), *self._crowds(seen.wall_ms), *self._fast(), *self._left_behind())
        return Sight(going_on=going_on, moments=tuple(moments)) if going_on or moments else NOTHING

    def close(self) -> None:
        """Write what was counted."""
        self._tally.close()

    def _tidy(self, seen: Tracks) -> None:
        if not 0 <= seen.wall_ms - self._at_ms <= AWAY_MS:
            self._followed.clear()
            self._crowded_ms.clear()
            self._began_ms = seen.wall_ms
        self._at_ms = seen.wall_ms

    def _places(self, seen: Tracks) -> list[tuple[float, float]]:
        if not self._settings.heat:
            return []
        return [feet(track.points[-1]) for track in seen.tracks if track.seen and not track.ended]

    def _follow(self, track: TrackedObject, now_ms: int) -> Iterator[Occurrence]:
        one = self._followed.get(track.id)
        if one is None:
            was_there = track.points[0].wall_ms - self._began_ms < FIRST_MS
            one = self._followed[track.id] = Followed(track, self._settings, was_there=was_there)
        for point in one.news(track):
            yield from self._lines(one, point)
            yield from self._entries(one, point)
            for stays in (one.zones.intrusion, one.zones.loitering, one.zones.crowd):
                stays.move(point)
            yield from self._moved_away(one, point)
            self._measure(one, point)

    def _lines(self, one: Followed, point: TrackPoint) -> Iterator[Occurrence]:
        for crossing in one.lines.move(point):
            self._tally.count(f"{crossing.direction}:{crossing.line.name}", crossing.at_ms)
            yield _at_line(LINE_CROSSED.name, one, crossing.line.name, crossing.direction, crossing.at_ms)
        for crossing in one.wrong_way.move(point):
            yield _at_line(events.WRONG_WAY.name, one, crossing.line.name, crossing.direction, crossing.at_ms)

    def _entries(self, one: Followed, point: TrackPoint) -> Iterator[Occurrence]:
        began, ended = one.zones.entry.move(point)
        for stay in began:
            if stay.came:
                self._tally.count(f"entered:{stay.zone}", stay.since_ms)
                yield _in_zone(events.ENTERED.name, one, stay)
        yield from self._stayed(one, ended)

    def _stayed(self, one: Followed, ended: Iterable[Stay]) -> Iterator[Occurrence]:
        for stay in ended:
            until_ms = stay.until_ms or stay.since_ms
            stayed_s = round((until_ms - stay.since_ms) / 1000)
            self._tally.count(f"stays:{stay.zone}", until_ms)
            self._tally.count(f"stayed_s:{stay.zone}", until_ms, stayed_s)
            if stay.went:
                self._tally.count(f"left:{stay.zone}", until_ms)
                attributes = {"zone": stay.zone, "label": one.label, "stayed_s": stayed_s}
                yield Occurrence(
                    events.LEFT.name, f"{stay.zone}/{one.id}", attributes, (one.as_seen(),), start_ms=until_ms
                )

    def _end(self, gone: Followed) -> Iterator[Occurrence]:
        """It is no longer followed."""
        del self._followed[gone.id]
        yield from self._stayed(gone, gone.zones.entry.over(gone.at_ms))
        yield from self._removed(gone)

    def _moved_away(self, one: Followed, point: TrackPoint) -> Iterator[Occurrence]:
        if not self._is_object(one):
            return
        stood_ms = one.standing.stood_ms()
        if one.standing.move(point) and stood_ms >= self._object_ms:
            yield from self._removed_from(one)
        one.zones.objects.move(point)

    def _removed(self, gone: Followed) -> Iterator[Occurrence]:
        if self._is_object(gone) and gone.standing.stood_ms() >= self._object_ms:
            yield from self._removed_from(gone)

    def _removed_from(self, one: Followed) -> Iterator[Occurrence]:
        for stay in one.zones.objects.going_on():
            yield _in_zone(OBJECT_REMOVED.name, one, stay, start_ms=one.at_ms)

    @property
    def _object_ms(self) -> float:
        return self._settings.object_s * 1000

    def _is_object(self, one: Followed) -> bool:
        labels = self._settings.object_labels
        return bool(self._settings.object_zones) and (not labels or one.label in labels)

    def _in_zones(self, now_ms: int) -> Iterator[Occurrence]:
        settings = self._settings
        for one in self._followed.values():
            for stays, spec, least_s in (
                (one.zones.intrusion, INTRUSION, settings.intrusion_s),
                (one.zones.loitering, LOITERING, settings.loitering_s),
            ):
                for stay in stays.going_on():
                    if now_ms - stay.since_ms >= least_s * 1000:
                        yield _in_zone(spec.name, one, stay)

    def _left_behind(self) -> Iterator[Occurrence]:
        for one in self._followed.values():
            if self._is_object(one) and not one.was_there and one.standing.stood_ms() >= self._object_ms:
                for stay in one.zones.objects.going_on():
                    yield _in_zone(OBJECT_LEFT.name, one, stay, start_ms=one.standing.since_ms)

    def _crowds(self, now_ms: int) -> Iterator[Occurrence]:
        for zone in (zone.name for zone in self._settings.crowd_zones if zone.kind == "include"):
            there = [
                one for one in self._followed.values() if any(stay.zone == zone for stay in one.zones.crowd.going_on())
            ]
            if len(there) >= self._settings.crowd_number:
                self._crowded_ms.setdefault(zone, now_ms)
                self._calm_ms.pop(zone, None)
            elif now_ms - self._calm_ms.setdefault(zone, now_ms) >= CROWDED_MS:
                self._crowded_ms.pop(zone, None)
            since_ms = self._crowded_ms.get(zone)
            if since_ms is not None and now_ms - since_ms >= CROWDED_MS:
                seen = tuple(one.as_seen() for one in there)
                yield Occurrence(events.CROWD.name, zone, {"zone": zone, "number": len(there)}, seen, since_ms)

    def _measure(self, one: Followed, point: TrackPoint) -> None:
        if not self._settings.running_speed:
            return
        one.fast = one.speed.move(point)
        if one.fast is None or one.fast < self._settings.running_speed:
            one.fast_since_ms = None
        elif one.fast_since_ms is None:
            one.fast_since_ms = point.wall_ms

    def _fast(self) -> Iterator[Occurrence]:
        for one in self._followed.values():
            since_ms = one.fast_since_ms
            if since_ms is not None and one.fast is not None and one.at_ms - since_ms >= RUNNING_MS:
                attributes = {"label": one.label, "speed": round(one.fast, 1)}
                yield Occurrence(events.RUNNING.name, one.id, attributes, (one.as_seen(),), since_ms)


def _at_line(event_type: str, one: Followed, line: str, direction: str, at_ms: int) -> Occurrence:
    attributes = {"line": line, "direction": direction, "label": one.label}
    return Occurrence(event_type, f"{line}/{one.id}", attributes, (one.as_seen(),), at_ms)


def _in_zone(event_type: str, one: Followed, stay: Stay, start_ms: int | None = None) -> Occurrence:
    attributes = {"zone": stay.zone, "label": one.label}
    at_ms = stay.since_ms if start_ms is None else start_ms
    return Occurrence(event_type, f"{stay.zone}/{one.id}", attributes, (one.as_seen(),), at_ms)
