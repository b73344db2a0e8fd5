"""How long events are kept: so many days, and so many of them."""

from __future__ import annotations

from django.db.models import QuerySet

from core.events import pictures
from core.events.models import StoredEvent

DAY_MS = 86_400_000
BATCH = 500
MOST = 100_000
"""Events deleted in one run at most, so that a run ends; the next one goes on."""


def tidy(now_ms: int, days: int, rows: int, most: int = MOST) -> int:
    """Delete events older than `days`, and the oldest beyond `rows`; 0 is no limit. Returns how many went."""
    gone = 0
    if days:
        gone += _delete(StoredEvent.objects.filter(start_ms__lt=now_ms - days * DAY_MS), most)
    if rows:
        newest_to_go = StoredEvent.objects.order_by("-start_ms").values_list("start_ms", flat=True)[rows:].first()
        if newest_to_go is not None:
            gone += _delete(StoredEvent.objects.filter(start_ms__lte=newest_to_go), most - gone)
    return gone


def _delete(which: QuerySet[StoredEvent], most: int) -> int:
    gone = 0
    while gone < most:
        batch = list(which.order_by("start_ms").values_list("pk", "picture")[:BATCH])
        if not batch:
            break
        for _, picture in batch:
            if picture:
                pictures.drop(picture)
        StoredEvent.objects.filter(pk__in=[pk for pk, _ in batch]).delete()
        gone += len(batch)
    return gone
