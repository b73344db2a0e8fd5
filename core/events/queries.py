"""Events as lists."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from core.events.models import StoredEvent


def events(
    *,
    types: Sequence[str] = (),
    camera_ids: Sequence[int] = (),
    start_ms: int | None = None,
    end_ms: int | None = None,
) -> QuerySet[StoredEvent]:
    """Events that began in [start_ms, end_ms), of these types and cameras (all when empty), newest first."""
    found = StoredEvent.objects.order_by("-start_ms", "-id")
    if types:
        found = found.filter(type__in=types)
    if camera_ids:
        found = found.filter(camera_id__in=camera_ids)
    if start_ms is not None:
        found = found.filter(start_ms__gte=start_ms)
    if end_ms is not None:
        found = found.filter(start_ms__lt=end_ms)
    return found
