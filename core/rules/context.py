"""What an action is told: the event, names for people, a link, the picture."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.cameras.queries import cameras
from core.configuration import configuration
from core.events import pictures
from core.events.external import type_named
from core.events.models import StoredEvent
from core.events.services import as_event
from core.hookspecs.actions import ActionContext, no_picture
from core.hookspecs.events import Event
from core.pluginhost import UnknownName
from core.rules.models import Delivery
from core.system.site import SiteSettings

PictureAt = Callable[[int, int], bytes | None]
"""A JPEG of what a camera saw at a time (camera id, UTC ms), or sees now."""
_ANYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  # compared, not bound


def context_of(delivery: Delivery, settings: SiteSettings, now_ms: int, picture_at: PictureAt) -> ActionContext:
    """All that the action of a delivery gets to know. settings: the site's."""
    stored = delivery.firing.event
    event = as_event(stored) if stored is not None else None
    return ActionContext(
        key=delivery.key,
        attempt=delivery.attempts,
        event=event,
        rule=delivery.firing.rule_name,
        camera=_camera_name(event),
        site=settings.name,
        link=f"{portal_address(settings)}/events/{event.id}/" if event else "",
        now_ms=now_ms,
        picture=_picture(stored, picture_at),
    )


def template_values(context: ActionContext, settings: SiteSettings) -> dict[str, Any]:
    """What stands for each name of a template. settings: the site's."""
    zone, event = ZoneInfo(settings.time_zone), context.event
    values: dict[str, Any] = {
        "camera": context.camera,
        "rule": context.rule,
        "site": context.site,
        "link": context.link,
        "now": _written(context.now_ms, zone),
    }
    if event is None:
        return values
    title = _title(event)
    values |= {
        "event": asdict(event) | {"title": title, "camera": context.camera},
        "event.id": event.id,
        "event.type": event.type,
        "event.title": title,
        "event.start": _written(event.start_ms, zone),
        "event.end": "" if event.end_ms is None else _written(event.end_ms, zone),
    }
    return values | {f"event.attributes.{name}": value for name, value in event.attributes.items()}


def portal_address(settings: SiteSettings) -> str:
    """How links to the portal begin: as the site says, else as this machine calls itself."""
    if settings.address:
        return settings.address
    config = configuration()
    host = socket.gethostname() if config.host in _ANYWHERE else config.host
    return f"http://{f'[{host}]' if ':' in host else host}:{config.port}"


def _picture(stored: StoredEvent | None, picture_at: PictureAt) -> Callable[[], bytes | None]:
    if stored is None:
        return no_picture
    name, camera_id, start_ms = stored.picture, stored.camera_id, stored.start_ms

    def picture() -> bytes | None:
        kept = pictures.read(name) if name else None
        if kept is not None or camera_id is None:
            return kept
        return picture_at(camera_id, start_ms)

    return picture


def _camera_name(event: Event | None) -> str:
    if event is None or event.camera_id is None:
        return ""
    return cameras().filter(pk=event.camera_id).values_list("name", flat=True).first() or ""


def _title(event: Event) -> str:
    try:
        return type_named(event.type).title
    except UnknownName:
        return event.type


def _written(ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(ms / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")
