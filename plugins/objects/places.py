"""Where objects count: whole picture, zones for all, zones for people or vehicles only. Their feet decide."""

from __future__ import annotations

from collections.abc import Sequence

from core.api import SeenObject, Zone
from plugins.objects.settings import ObjectSettings

PEOPLE = frozenset({"person", "people", "pedestrian"})
VEHICLES = frozenset({"car", "truck", "bus", "van", "motorcycle", "motorbike", "bicycle", "train", "vehicle"})


class Places:
    """Which of the objects that were seen are told of."""

    def __init__(self, settings: ObjectSettings) -> None:
        self._settings = settings
        self._labels = frozenset(settings.labels)

    def counts(self, seen: SeenObject) -> bool:
        """Whether it is of a wanted kind, sure enough, and stands where its kind counts."""
        if seen.box is None or seen.score < self._settings.score or (self._labels and seen.label not in self._labels):
            return False
        feet = (seen.box[0] + seen.box[2] / 2, seen.box[1] + seen.box[3])
        settings = self._settings
        ofkind = (
            settings.people_zones if seen.label in PEOPLE else settings.vehicle_zones if seen.label in VEHICLES else ()
        )
        return _looked_at(settings.zones, feet) and _looked_at(ofkind, feet)


def _looked_at(zones: Sequence[Zone], feet: tuple[float, float]) -> bool:
    """In one of the zones to look at, if there are any, and in none that is left out."""
    there = [zone.kind for zone in zones if _inside(zone.points, feet)]
    return "exclude" not in there and ("include" in there or all(zone.kind == "exclude" for zone in zones))


def _inside(corners: Sequence[tuple[float, float]], place: tuple[float, float]) -> bool:
    """A ray to the right meets a polygon's edges an odd number of times."""
    x, y = place
    odd = False
    for (x1, y1), (x2, y2) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            odd = not odd
    return odd
