"""Zones: parts of the picture that events name, in `attributes.zone` (one) or `attributes.zones` (several)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.events.queries import events
from core.hookspecs.events import Event, EventTypeSpec

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


def seen_zones(types: Sequence[str]) -> list[str]:
    """Zones that the newest events of these kinds name, by name."""
    rows = events(types=types).values_list("attributes", flat=True)[:LOOKED_AT]
    named = [zone for attributes in rows for zone in zones_of(Event(0, "", None, 0, None, attributes))]
    return sorted({zone.casefold(): zone for zone in named[::-1]}.values(), key=str.casefold)
