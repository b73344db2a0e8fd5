"""Taking reports: each becomes one event of its door's camera, however often and in whatever order they come."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import transaction

from core.api import Event
from core.api.services import record_event
from plugins.accesscontrol.events import EVENT_TYPES
from plugins.accesscontrol.models import Door, Holder
from plugins.accesscontrol.report import BadgeReport


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a report. mapped: whether its door is one that a person has looked at."""

    event: Event
    door: Door
    mapped: bool


def take(report: BadgeReport) -> Taken:
    """Record a report as an event; one that was taken before is the same event. Blocks on the database."""
    with transaction.atomic():
        door, _ = Door.objects.get_or_create(code=report.door)
        holder = Holder.objects.filter(card=report.card).first() if report.card else None
        event = record_event(
            EVENT_TYPES[report.outcome].name,
            door.camera_id,
            report.at_ms,
            report.end_ms,
            {
                "door": door.code,
                "title": door.title or door.code,
                "card": report.card,
                "holder": holder.name if holder else "",
                "reason": report.reason,
            },
            key=event_key(report.id),
        )
    return Taken(event, door, door.mapped)


def event_key(report_id: str) -> str:
    """The event store's key of a report: short whatever the access system's ids are."""
    return f"access:{hashlib.sha256(report_id.encode()).hexdigest()[:40]}"
