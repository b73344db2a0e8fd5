"""What changes bookmarks."""

from __future__ import annotations

from django.db import transaction

from core.bookmarks.models import Bookmark


def add(camera_id: int, author_id: int | None, text: str, start_ms: int, end_ms: int | None = None) -> Bookmark:
    """Mark a moment or, with an end after the start, a range; times in ms UTC. author_id: None for a rule."""
    return Bookmark.objects.create(
        camera_id=camera_id, author_id=author_id, text=text, start_ms=start_ms, end_ms=end_ms
    )


def change(bookmark: Bookmark, text: str) -> Bookmark:
    """Give it other words."""
    bookmark.text = text
    bookmark.save(update_fields=["text"])
    return bookmark


def remove(bookmark: Bookmark) -> None:
    """Forget it; the recording stays."""
    bookmark.delete()


def add_once(camera_id: int, text: str, start_ms: int, end_ms: int | None = None) -> bool:
    """The same by no person; False when there is this very bookmark already. For what may be asked for twice."""
    given = {"camera_id": camera_id, "author_id": None, "text": text, "start_ms": start_ms, "end_ms": end_ms}
    with transaction.atomic():
        if Bookmark.objects.filter(**given).exists():
            return False
        Bookmark.objects.create(**given)
    return True
