"""Events as lists."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from core.events.external import all_types
from core.events.models import StoredEvent


def events(
    *,
    ids: Sequence[int] | None = None,
    types: Sequence[str] = (),
    camera_ids: Sequence[int] = (),
    start_ms: int | None = None,
    end_ms: int | None = None,
    text: str = "",
    acknowledged: bool | None = None,
) -> QuerySet[StoredEvent]:
    """Events that began in [start_ms, end_ms), of these types and cameras (all when empty), newest first.

    text: in the title of their type or in their attributes, whatever its case.
    acknowledged: only those that somebody has looked at, or only those that nobody has.
    """
    found = StoredEvent.objects.order_by("-start_ms", "-id")
    if ids is not None:
        found = found.filter(pk__in=ids)
    if types:
        found = found.filter(type__in=types)
    if camera_ids:
        found = found.filter(camera_id__in=camera_ids)
    if start_ms is not None:
        found = found.filter(start_ms__gte=start_ms)
    if end_ms is not None:
        found = found.filter(start_ms__lt=end_ms)
    if acknowledged is not None:
        found = found.filter(acknowledged_ms__isnull=not acknowledged)
    return found.alias(words=Cast("attributes", TextField())).filter(_with_text(text)) if text else found


def event_types() -> list[tuple[str, str]]:
    """Names and titles of the declared types, by name."""
    return [(spec.name, spec.title) for spec in all_types()]


def _with_text(text: str) -> Q:
    titled = [name for name, title in event_types() if text.casefold() in title.casefold()]
    # SQLite keeps JSON as text with what is not ASCII escaped, PostgreSQL as it is.
    return Q(type__in=titled) | Q(words__icontains=text) | Q(words__icontains=json.dumps(text)[1:-1])
