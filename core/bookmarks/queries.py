"""Bookmarks as lists."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from core.bookmarks.models import Bookmark


def bookmarks(
    *, camera_ids: Sequence[int] = (), start_ms: int | None = None, end_ms: int | None = None, text: str = ""
) -> QuerySet[Bookmark]:
    """Bookmarks that touch [start_ms, end_ms), of these cameras (all when empty), with `text` in their words."""
    found = Bookmark.objects.select_related("author").order_by("-start_ms", "-id")
    if camera_ids:
        found = found.filter(camera_id__in=camera_ids)
    if start_ms is not None:
        found = found.alias(last_ms=Coalesce(F("end_ms"), F("start_ms"))).filter(last_ms__gte=start_ms)
    if end_ms is not None:
        found = found.filter(start_ms__lt=end_ms)
    return found.filter(text__icontains=text) if text else found
