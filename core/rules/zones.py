"""Zones: parts of the picture that events name, in `attributes.zone` (one) or `attributes.zones` (several)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from core.detection.queries import detector_configs, detector_revisions
from core.events.queries import events
from core.hookspecs.events import Event, EventTypeSpec
from core.hookspecs.shapes import Zone

KEYS = ("zone", "zones")
LOOKED_AT = 2000
"""Newest events that are asked for the zones they name."""


def carries_zones(spec: EventTypeSpec) -> bool:
    """Whether events of this kind may say in which zone they happened."""
    return any(key in spec.attributes.model_fields for key in KEYS)


def zones_of(event: Event) -> list[str]:
    """The zones an event names."""
    found: list[str] = []
    for key in KEYS:
        value = event.attributes.get(key)
        found += value if isinstance(value, list) else [value] if isinstance(value, str) and value else []
    return found


def is_in(event: Event, wanted: Iterable[str]) -> bool:
    """Whether an event happened in one of these zones, whatever the case of their names."""
    names = {name.casefold() for name in wanted}
    return any(zone.casefold() in names for zone in zones_of(event))


def known_zones(types: Sequence[str]) -> list[str]:
    """Zones that the newest events of these kinds name, and those drawn for detectors that look now, by name."""
    rows = events(types=types).values_list("attributes", flat=True)[:LOOKED_AT]
    named = [zone for attributes in rows for zone in zones_of(Event(0, "", None, 0, None, attributes))]
    known = {zone.casefold(): zone for zone in [*named[::-1], *_drawn()]}
    return sorted(known.values(), key=str.casefold)


def _drawn() -> Iterator[str]:
    for config in detector_configs(detector_revisions()):
        for _, value in config.settings or ():
            for one in value if isinstance(value, list | tuple) else [value]:
                if isinstance(one, Zone) and one.kind == "include":
                    yield one.name
