"""Following the event store from a process that did not record the events: asked again and again, cheap when nothing
has happened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from core.events.models import StoredEvent
from core.events.services import as_event
from core.hookspecs.events import Event


def newest_event_id() -> int:
    """The id of the event that was stored last, 0 when there is none."""
    return StoredEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def events_after(event_id: int, most: int = 500) -> list[Event]:
    """Events with higher ids, in the order of their ids. One of a transaction that took longer may come later, with a
    lower id than those that were here already.
    """
    return [as_event(row) for row in StoredEvent.objects.filter(pk__gt=event_id).order_by("pk")[:most]]


def ended_among(event_ids: Collection[int]) -> set[int]:
    """Those of these events that no longer last, or are gone."""
    lasting = StoredEvent.objects.filter(pk__in=event_ids, end_ms=None).values_list("pk", flat=True)
    return set(event_ids) - set(lasting)


def newest_of_cameras(camera_ids: Iterable[int], types: Collection[str]) -> dict[int, Event]:
    """Each camera's newest event of these types: one small query a camera."""
    found = {}
    for camera_id in camera_ids:
        row = StoredEvent.objects.filter(camera_id=camera_id, type__in=types).order_by("-start_ms", "-pk").first()
        if row is not None:
            found[camera_id] = as_event(row)
    return found
