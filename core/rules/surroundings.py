"""The site as rules see it, read from where it is kept."""

from __future__ import annotations

from collections import defaultdict
from zoneinfo import ZoneInfo

from core.calendar.hours import Calendar, Place
from core.cameras.groups import groups
from core.cameras.schedules import holidays
from core.rules.engine import Surroundings
from core.rules.models import Engine
from core.system.site import site

DISARMED, HOME, AWAY = "disarmed", "home", "away"
BUILTIN_MODES = (DISARMED, HOME, AWAY)
_ONLY = 1


def engine(*, lock: bool = False) -> Engine:
    """The engine's one row; locked until the transaction ends where that is asked for."""
    rows = Engine.objects.select_for_update() if lock else Engine.objects
    return rows.get_or_create(pk=_ONLY)[0]


def calendar() -> Calendar:
    """The site's zone, holidays and place, as they are now."""
    found = site()
    place = None
    if found.latitude is not None and found.longitude is not None:
        place = Place(found.latitude, found.longitude)
    days = holidays().values_list("year", "month", "day")
    return Calendar(ZoneInfo(found.time_zone), frozenset(days), place)


def surroundings(mode: str) -> Surroundings:
    """All that rules are read against."""
    members: dict[int, set[int]] = defaultdict(set)
    for group, camera in groups().values_list("pk", "cameras"):
        members[group].add(camera)
    return Surroundings(calendar(), mode, {group: frozenset(found) for group, found in members.items()})
