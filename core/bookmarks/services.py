"""What changes bookmarks."""

from __future__ import annotations

from core.bookmarks.models import Bookmark


def add(camera_id: int, author_id: int, text: str, start_ms: int, end_ms: int | None = None) -> Bookmark:
    """Mark a moment or, with an end after the start, a range; times in ms UTC."""
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
