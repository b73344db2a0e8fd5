"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable

from core.api import ActionSpec, SystemClock, hookimpl
from plugins.bookmark.action import mark, objection
from plugins.bookmark.settings import BookmarkSettings

_CLOCK = SystemClock()


@hookimpl
def register_actions() -> Iterable[ActionSpec]:
    """Bookmarks."""
    return [ActionSpec("bookmark", "Mark the recording", BookmarkSettings, mark)]


@hookimpl
def decide_segment_deletion(camera_id: int, start_ms: int, end_ms: int) -> str | None:
    """What is locked stays."""
    return objection(camera_id, start_ms, end_ms, _CLOCK.wall_ms())
