"""Recording events: checked against their declared type, stored, told to plugins and to the websocket."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from core.events.models import StoredEvent
from core.events.publishing import publish
from core.hookspecs.events import Event, EventTypeSpec
from core.pluginhost import UnknownName, host


class EventError(ValueError):
    """An event does not fit its declaration; the message is one sentence naming type, field and reason."""


def record(
    type_name: str,
    camera_id: int | None,
    start_ms: int,
    end_ms: int | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Event:
    """Store an event; times in UTC ms, end_ms None while it lasts. Blocks on the database: never on an event loop.

    Plugins (`on_event_recorded`) and the topic `events.recorded` are told after commit. Raises EventError.
    """
    values = _checked(type_name, attributes or {})
    if end_ms is not None and end_ms < start_ms:
        raise EventError(f"{type_name}: end_ms {end_ms} is before start_ms {start_ms}; give an end after the start.")
    row = StoredEvent.objects.create(
        type=type_name, camera_id=camera_id, start_ms=start_ms, end_ms=end_ms, attributes=values
    )
    event = as_event(row)
    transaction.on_commit(partial(_tell, event))
    return event


def close(event_id: int, end_ms: int) -> None:
    """End an event that lasts. One that has ended already, or is gone, stays as it is."""
    StoredEvent.objects.filter(pk=event_id, end_ms=None, start_ms__lte=end_ms).update(end_ms=end_ms)


def as_event(row: StoredEvent) -> Event:
    """A stored row as plugins see it."""
    return Event(row.pk, row.type, row.camera_id, row.start_ms, row.end_ms, row.attributes)


def _checked(type_name: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    try:
        spec = host().registry.get(EventTypeSpec, type_name)
    except UnknownName as error:
        raise EventError(f"{error} Declare it with register_event_types.") from error
    try:
        return spec.attributes.model_validate(dict(attributes)).model_dump(mode="json")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise EventError(f"{type_name}: attribute {field}: {first['msg']}.") from error


def _tell(event: Event) -> None:
    host().hooks.on_event_recorded(event)
    publish("events.recorded", wire(event))


def wire(event: Event) -> dict[str, Any]:
    """An event as a JSON message."""
    return {
        "id": event.id,
        "type": event.type,
        "camera_id": event.camera_id,
        "start_ms": event.start_ms,
        "end_ms": event.end_ms,
        "attributes": event.attributes,
    }
