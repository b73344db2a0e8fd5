"""Marking and locking an event's recording."""

from __future__ import annotations

from core.api import ActionContext, GiveUp
from plugins.bookmark.settings import BookmarkSettings

DAY_MS = 86_400_000
LONGEST = 500  # characters of a bookmark


def mark(settings: BookmarkSettings, context: ActionContext) -> str:
    """Mark the range, and lock it if wished. Raises GiveUp for an event of no camera."""
    from core.api.services import add_bookmark_once  # needs Django

    event = context.event
    if event is None:
        return "Tried out: there is no event to mark."
    if event.camera_id is None:
        raise GiveUp("The event is of no camera, so there is no recording to mark.")
    start_ms = event.start_ms - settings.before * 1000
    end_ms = max(event.end_ms or 0, event.start_ms) + settings.after * 1000
    text = " ".join(settings.text.split())[:LONGEST] or event.type
    new = add_bookmark_once(event.camera_id, text, start_ms, max(end_ms, start_ms + 1))
    if settings.lock_days:
        _lock(context, event.camera_id, start_ms, end_ms, settings.lock_days)
    marked = "Marked" if new else "Was marked already"
    return f"{marked}, and locked for {settings.lock_days} days." if settings.lock_days else f"{marked}."


def _lock(context: ActionContext, camera_id: int, start_ms: int, end_ms: int, days: int) -> None:
    from plugins.bookmark.models import Lock

    Lock.objects.get_or_create(
        key=context.key,
        defaults={
            "camera_id": camera_id,
            "start_ms": start_ms,
            "end_ms": end_ms,
            "until_ms": context.now_ms + days * DAY_MS,
            "why": context.rule[:200],
        },
    )


def objection(camera_id: int, start_ms: int, end_ms: int, now_ms: int) -> str | None:
    """Why a range must stay, None when it need not. Times in ms UTC. One query by an index."""
    from plugins.bookmark.models import Lock

    held = Lock.objects.filter(
        camera_id=camera_id, until_ms__gt=now_ms, start_ms__lt=end_ms, end_ms__gt=start_ms
    ).first()
    return f"is locked by the rule {held.why or 'of an action'}" if held else None
