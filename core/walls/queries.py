"""Views as the other rooms see them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from core.walls.models import View

ViewRows = QuerySet[View]


def views_of(user_id: int) -> ViewRows:
    """A user's own views and those that are shared, by name."""
    return View.objects.filter(Q(owner_id=user_id) | Q(shared=True)).select_related("owner")
