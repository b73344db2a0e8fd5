"""Plates that were read: kept for search as their events are recorded, compared with the lists, forgotten in time."""

from __future__ import annotations

from core.api import Clock, Event, SystemClock
from core.api.services import plugin_settings, record_event
from plugins.lpr.alike import folded
from plugins.lpr.events import LIST_HIT, UNLISTED
from plugins.lpr.lists import Match, match
from plugins.lpr.models import ListedPlate, Read
from plugins.lpr.settings import LprSettings

DAY_MS = 86_400_000
TIDY_MS = 3_600_000
AT_ONCE = 5000
"""Rows deleted in one statement: others wait for the database meanwhile."""
_tidied_ms = 0


def keep(event: Event) -> None:
    """Store a read plate, and tell whether it is on a list. Blocks on the database; an event kept before stays."""
    settings = settings_now()
    said = event.attributes
    found = match(said["text"], event.start_ms, settings.most_different)
    _, new = Read.objects.get_or_create(event_id=event.id, defaults=_row(event, found))
    if not new:
        return
    if found is not None:
        _tell(event, LIST_HIT.name, _hit(found))
    elif ListedPlate.objects.exists():
        _tell(event, UNLISTED.name, {})
    forget_old(settings.keep_days)


def forget_old(days: int, clock: Clock | None = None) -> int:
    """Delete reads older than so many days, at most once an hour a process; how many went."""
    global _tidied_ms
    now_ms = (clock or SystemClock()).wall_ms()
    if 0 <= now_ms - _tidied_ms < TIDY_MS:
        return 0
    _tidied_ms = now_ms
    old = Read.objects.filter(at_ms__lt=now_ms - days * DAY_MS)
    return Read.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:AT_ONCE])).delete()[0]


def settings_now() -> LprSettings:
    """The plugin's settings."""
    found = plugin_settings("lpr")
    return found if isinstance(found, LprSettings) else LprSettings()


def _row(event: Event, found: Match | None) -> dict[str, object]:
    said = event.attributes
    row = {name: said.get(name) for name in ("text", "raw", "confidence", "region", "direction", "speed_kmh")}
    row |= {"raw": str(said.get("raw", ""))[:20], "folded": folded(said["text"])}
    row |= {"camera_id": event.camera_id, "at_ms": event.start_ms}
    if found is not None:
        entry = found.entry
        row |= {"list": entry.list, "listed": entry.text, "owner": entry.owner, "distance": found.distance}
    return row


def _hit(found: Match) -> dict[str, object]:
    entry = found.entry
    return {
        "list": entry.list,
        "listed": entry.text,
        "owner": entry.owner,
        "note": entry.note,
        "distance": found.distance,
    }


def _tell(event: Event, name: str, more: dict[str, object]) -> None:
    """Record what follows from a read: once, however often it is told."""
    record_event(
        name,
        event.camera_id,
        event.start_ms,
        event.end_ms,
        event.attributes | more,
        objects=event.objects,
        key=f"{name}:{event.id}",
    )
