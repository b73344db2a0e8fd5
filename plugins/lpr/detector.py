"""Number plates on one camera. Imported where detectors run: the models and their libraries are loaded here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from core.api import Frame, Occurrence, SeenObject, Sight, Zone
from plugins.lpr.events import PLATE_READ, PlateRead
from plugins.lpr.follow import Box, Followed, Follower, Sighting
from plugins.lpr.locate import Line, Locator, Picture
from plugins.lpr.movement import direction, speed_kmh
from plugins.lpr.reading import Plate, Reader
from plugins.lpr.recognise import Recogniser
from plugins.lpr.settings import PlateSettings
from plugins.lpr.syntax import chosen, region_of

GAP_MS = 5000
"""After so long without a picture, what was followed is forgotten."""
SMALLEST = 16
"""Pixels of a picture's side below which there is nothing to read."""
MARGIN = 0.01
"""Plates this near to the edge are cut off by it."""


class PlateDetector:
    """Finds, reads and follows plates; tells of each vehicle once."""

    def __init__(self, settings: PlateSettings) -> None:
        cv2.setNumThreads(1)
        self._settings = settings
        self._regions = chosen(settings.regions)
        model = Path(settings.model) if settings.model else None
        self._reader = Reader(self._regions, Locator(), Recogniser(model))
        self._follower = Follower()
        self._last_ms: int | None = None

    def look(self, seen: Frame) -> Sight:
        """Plates of this picture, and an event for each whose text is sure by now or that has left."""
        if self._last_ms is not None and not 0 <= seen.wall_ms - self._last_ms <= GAP_MS:
            self._follower = Follower()
        self._last_ms = seen.wall_ms
        sightings = self._sightings(seen)
        present, gone = self._follower.update(seen.wall_ms, sightings)
        objects = tuple(
            SeenObject("plate", round(min(1.0, sighting.confidence), 3), sighting.box, text=sighting.text)
            for sighting in sightings
        )
        ready = [one for one in present if self._complete(one)] + gone
        return Sight(objects, moments=tuple(self._told(ready)))

    def close(self) -> None:
        """Nothing is open but memory."""

    def _sightings(self, frame: Frame) -> list[Sighting]:
        if min(frame.width, frame.height) < SMALLEST:
            return []
        picture = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width, 3)
        left, top, right, bottom = self._window(frame)
        part: Picture = picture[top:bottom, left:right]
        plates = self._reader.plates(part, max(part.shape[:2]))
        found = [sighting_of(plate, (left, top), frame) for plate in plates]
        return [one for one in found if _whole(one.box) and self._zone(one.box) is not None]

    def _window(self, frame: Frame) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of what is looked at, in pixels: what holds all zones to look in."""
        points = [point for zone in self._settings.zones if zone.kind == "include" for point in zone.points]
        if not points:
            return 0, 0, frame.width, frame.height
        xs, ys = [x for x, _ in points], [y for _, y in points]
        left, top = int(min(xs) * frame.width), int(min(ys) * frame.height)
        right, bottom = round(max(xs) * frame.width), round(max(ys) * frame.height)
        left, top = min(left, frame.width - SMALLEST), min(top, frame.height - SMALLEST)
        return left, top, max(right, left + SMALLEST), max(bottom, top + SMALLEST)

    def _zone(self, box: Box) -> str | None:
        """The name of the zone a plate is in, empty where none is drawn; None outside all, or where none shall be."""
        x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
        inside = [zone for zone in self._settings.zones if holds(zone, x, y)]
        if any(zone.kind == "exclude" for zone in inside):
            return None
        include = [zone.name for zone in self._settings.zones if zone.kind == "include"]
        return next((zone.name for zone in inside), None) if include else ""

    def _complete(self, one: Followed) -> bool:
        """Whether all is known of a plate that is still there."""
        return not self._settings.speed_metres or self._speed(one) is not None

    def _told(self, ready: Iterable[Followed]) -> Iterable[Occurrence]:
        """Events of plates that have not been told of and are sure enough."""
        for one in ready:
            outcome = one.outcome
            sure = outcome.confidence >= self._settings.least_confidence
            if one.told or not sure or len(one.ballots) < self._settings.least_looks:
                continue
            if not (one.moved or self._settings.standing):
                continue
            one.told = True
            yield self._occurrence(one)

    def _occurrence(self, one: Followed) -> Occurrence:
        outcome, best = one.outcome, one.best or one.newest
        read = PlateRead(
            text=outcome.text,
            raw=best.raw,
            confidence=round(outcome.confidence, 3),
            region=region_of(outcome.text, self._regions),
            direction=direction(one.points),
            speed_kmh=self._speed(one),
            looks=len(one.ballots),
            zone=self._zone(one.newest.box) or "",
        )
        plate = SeenObject("plate", read.confidence, one.newest.box, str(one.id))
        return Occurrence(PLATE_READ.name, str(one.id), read.model_dump(), (plate,))

    def _speed(self, one: Followed) -> float | None:
        lines = [line.points for line in self._settings.speed_lines]
        return speed_kmh(one.points, lines, self._settings.speed_metres)


def open_detector(settings: PlateSettings) -> PlateDetector:
    """A detector with these settings. Raises ValueError with a sentence when the models cannot be loaded."""
    return PlateDetector(settings)


def holds(zone: Zone, x: float, y: float) -> bool:
    """Whether a point lies in a zone."""
    corners = np.array(zone.points, np.float32)
    return cv2.pointPolygonTest(corners, (x, y), False) >= 0


def sighting_of(plate: Plate, offset: tuple[int, int], frame: Frame) -> Sighting:
    """A plate where it lies in the whole picture. offset: left and top of what was looked at, in pixels."""
    return Sighting(
        plate.text, plate.raw, plate.confidence, box_of(plate.line, offset, frame), plate.line.height / frame.width
    )


def box_of(line: Line, offset: Sequence[int], frame: Frame) -> Box:
    """The upright box around a line, as fractions of the picture."""
    corners = cv2.boxPoints((line.centre, (line.width, line.height), line.angle)) + np.array(offset)
    low = np.clip(corners.min(axis=0) / (frame.width, frame.height), 0.0, 1.0)
    high = np.clip(corners.max(axis=0) / (frame.width, frame.height), 0.0, 1.0)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


def _whole(box: Box) -> bool:
    left, top, width, height = box
    return left > MARGIN and top > MARGIN and left + width < 1 - MARGIN and top + height < 1 - MARGIN
