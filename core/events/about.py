"""Events that name somebody: what is kept of them, and deleting it, when a person asks for either."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.events import pictures
from core.events.models import StoredEvent
from core.events.services import as_event
from core.hookspecs.events import Event

BATCH = 500


def events_about(type_name: str, attribute: str, value: Any) -> Iterator[tuple[Event, bytes | None]]:
    """The events of a type whose attribute has this value, oldest first, each with its kept picture or None."""
    rows = StoredEvent.objects.filter(type=type_name, **{f"attributes__{attribute}": value}).order_by("start_ms", "pk")
    for row in rows.iterator(BATCH):
        yield as_event(row), pictures.read(row.picture) if row.picture else None


def forget_events_about(type_name: str, attribute: str, value: Any) -> int:
    """Delete the events of a type whose attribute has this value, and the pictures kept with them; how many."""
    rows = StoredEvent.objects.filter(type=type_name, **{f"attributes__{attribute}": value}).order_by("pk")
    gone = 0
    while batch := list(rows.values_list("pk", "picture")[:BATCH]):
        for _, picture in batch:
            if picture:
                pictures.drop(picture)
        StoredEvent.objects.filter(pk__in=[pk for pk, _ in batch]).delete()
        gone += len(batch)
    return gone
