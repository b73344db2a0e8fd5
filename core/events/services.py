"""Recording events: checked against their declared type, stored, told to plugins and to the websocket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from pydantic import TypeAdapter, ValidationError

from core.events import pictures
from core.events.external import type_named
from core.events.models import StoredEvent
from core.events.publishing import publish
from core.hookspecs.events import Event, SeenObject
from core.pluginhost import UnknownName, host
from core.wording import first_wrong

RECORDED = "events.recorded"
CHANGED = "events.changed"
MOST_ACKNOWLEDGED = 1000
_chain: ContextVar[int] = ContextVar("eyrie_chain", default=0)
_objects = TypeAdapter(tuple[SeenObject, ...])


class EventError(ValueError):
    """An event does not fit its declaration; the message is one sentence naming type, field and reason."""


@contextmanager
def caused_by_rule(chain: int) -> Iterator[None]:
    """Events recorded within, by this thread, follow from a rule. chain: rules from the first event on to these."""
    token = _chain.set(chain)
    try:
        yield
    finally:
        _chain.reset(token)


def record(
    type_name: str,
    camera_id: int | None,
    start_ms: int,
    end_ms: int | None = None,
    attributes: Mapping[str, Any] | None = None,
    *,
    objects: Sequence[SeenObject] = (),
    key: str | None = None,
) -> Event:
    """Store an event; times in UTC ms, end_ms None while it lasts. Blocks on the database: never on an event loop.

    key: an event whose key is stored already is not stored again, and the stored one is returned.
    Plugins (`on_event_recorded`), the topic `events.recorded` and the rules learn of it after commit.
    Raises EventError.
    """
    row = _made(type_name, camera_id, start_ms, end_ms, attributes or {}, objects, key)
    if key is not None and (stored := StoredEvent.objects.filter(key=key).first()):
        return as_event(stored)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        stored = StoredEvent.objects.filter(key=key).first() if key is not None else None
        if stored is None:
            raise
        return as_event(stored)
    event = as_event(row)
    transaction.on_commit(partial(_tell, event))
    return event


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is still to be stored; as the arguments of `record`."""

    type_name: str
    camera_id: int | None
    start_ms: int
    end_ms: int | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    objects: Sequence[SeenObject] = ()
    key: str | None = None


def record_many(drafts: Sequence[Draft]) -> list[tuple[int, bool] | EventError]:
    """Store many events in one short transaction: each one's id and whether it is new, or why it does not fit."""
    made = [_draft_row(draft) for draft in drafts]
    try:
        stored = _store_new([row for row in made if isinstance(row, StoredEvent)])
    except IntegrityError:  # somebody sent an event of the same key in this very moment: now it is there
        stored = _store_new([row for row in made if isinstance(row, StoredEvent)])
    return [row if isinstance(row, EventError) else stored[id(row)] for row in made]


def record_past(drafts: Sequence[Draft]) -> list[tuple[int, bool] | EventError]:
    """As `record_many`, of what was found in old recordings: there to be searched, and rules learn nothing of it."""
    made = [_draft_row(draft) for draft in drafts]
    rows = [row for row in made if isinstance(row, StoredEvent)]
    for row in rows:
        row.pending = False
    stored = _store_new(rows, news=False)
    return [row if isinstance(row, EventError) else stored[id(row)] for row in made]


def _store_new(rows: list[StoredEvent], *, news: bool = True) -> dict[int, tuple[int, bool]]:
    """Store those whose key is not there; the id and whether it is new, by the identity of the row. news: told of."""
    with transaction.atomic():
        keys = [row.key for row in rows if row.key is not None]
        known = dict(StoredEvent.objects.filter(key__in=keys).values_list("key", "pk"))
        first = {row.key: row for row in reversed(rows) if row.key is not None and row.key not in known}
        new = [row for row in rows if row.key is None or first.get(row.key) is row]
        for row in StoredEvent.objects.bulk_create(new):
            if news:
                transaction.on_commit(partial(_tell, as_event(row)))
    known |= {row.key: row.pk for row in new if row.key is not None}
    fresh = {id(row) for row in new}
    return {id(row): (row.pk if row.key is None else known[row.key], id(row) in fresh) for row in rows}


def _draft_row(draft: Draft) -> StoredEvent | EventError:
    one = draft
    try:
        return _made(one.type_name, one.camera_id, one.start_ms, one.end_ms, one.attributes, one.objects, one.key)
    except EventError as error:
        return error


def close(event_id: int, end_ms: int) -> None:
    """End an event that lasts. One that has ended already, or is gone, stays as it is."""
    if StoredEvent.objects.filter(pk=event_id, end_ms=None, start_ms__lte=end_ms).update(end_ms=end_ms):
        transaction.on_commit(partial(_tell_change, event_id))


def acknowledge(event_ids: Sequence[int], *, by: str, at_ms: int, note: str = "") -> int:
    """Say that a person has looked at these events; those that somebody has looked at before stay as they are.

    Returns how many were still open. The caller has checked the rights.
    """
    open_ones = list(
        StoredEvent.objects.filter(pk__in=event_ids[:MOST_ACKNOWLEDGED], acknowledged_ms=None).values_list(
            "pk", flat=True
        )
    )
    StoredEvent.objects.filter(pk__in=open_ones, acknowledged_ms=None).update(
        acknowledged_ms=at_ms, acknowledged_by=by, note=note
    )
    for event_id in open_ones:
        transaction.on_commit(partial(_tell_change, event_id))
    return len(open_ones)


def attach_picture(event_id: int, jpeg: bytes) -> bool:
    """Keep a picture with an event, in place of what its recording shows. False when the event is gone.

    Raises ValueError for what is no JPEG, OSError when it cannot be written.
    """
    row = StoredEvent.objects.filter(pk=event_id).first()
    if row is None:
        return False
    name = pictures.keep(row.pk, row.start_ms, jpeg)
    StoredEvent.objects.filter(pk=row.pk).update(picture=name)
    transaction.on_commit(partial(_tell_change, event_id))
    return True


def as_event(row: StoredEvent) -> Event:
    """A stored row as plugins see it."""
    seen = _objects.validate_python(row.objects_seen)
    return Event(row.pk, row.type, row.camera_id, row.start_ms, row.end_ms, row.attributes, seen)


def _made(
    type_name: str,
    camera_id: int | None,
    start_ms: int,
    end_ms: int | None,
    attributes: Mapping[str, Any],
    objects: Sequence[SeenObject],
    key: str | None,
) -> StoredEvent:
    values = _checked(type_name, attributes)
    if end_ms is not None and end_ms < start_ms:
        raise EventError(f"{type_name}: end_ms {end_ms} is before start_ms {start_ms}; give an end after the start.")
    return StoredEvent(
        type=type_name,
        camera_id=camera_id,
        start_ms=start_ms,
        end_ms=end_ms,
        attributes=values,
        objects_seen=[asdict(one) for one in objects],
        key=key,
        pending=True,
        chain=_chain.get(),
    )


def _checked(type_name: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    try:
        spec = type_named(type_name)
    except UnknownName as error:
        raise EventError(f"{error} Declare it with register_event_types.") from error
    try:
        return spec.attributes.model_validate(dict(attributes)).model_dump(mode="json")
    except ValidationError as error:
        field, why = first_wrong(error)
        raise EventError(f"{type_name}: attribute {field}: {why}") from error


def _tell(event: Event) -> None:
    host().hooks.on_event_recorded(event)
    publish(RECORDED, wire(event))


def _tell_change(event_id: int) -> None:
    row = StoredEvent.objects.filter(pk=event_id).first()
    if row is not None:
        state = {"acknowledged_by": row.acknowledged_by, "acknowledged_ms": row.acknowledged_ms, "note": row.note}
        publish(CHANGED, wire(as_event(row)) | state)


def wire(event: Event) -> dict[str, Any]:
    """An event as a JSON message."""
    return {
        "id": event.id,
        "type": event.type,
        "camera_id": event.camera_id,
        "start_ms": event.start_ms,
        "end_ms": event.end_ms,
        "attributes": event.attributes,
        "objects": [asdict(one) for one in event.objects],
    }
