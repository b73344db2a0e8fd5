"""When a camera is recorded, by the week: pure functions of a schedule, a calendar and a moment.

A schedule says for each day of the week which mode applies when, by the clock on the wall of the site. So on the day
on which the clock is put forward, the hour that it leaves out is not there, and when it is put back, the hour that
comes twice is treated twice alike. Times are minutes of the day, on quarter hours: every zone's offset is a number of
quarter hours, so a mode changes only at a quarter hour of UTC as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

DAY = 24 * 60
QUARTER = 15
QUARTER_MS = QUARTER * 60_000
HORIZON_MS = 8 * DAY * 60_000


class Mode(StrEnum):
    """When a camera's stream is written: always; around motion; around its events; never."""

    CONTINUOUS = "continuous"
    MOTION = "motion"
    EVENT = "event"
    OFF = "off"


class ScheduleError(ValueError):
    """A schedule or a part of it cannot be; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Span:
    """Part of a day: minutes [start, end) of 0..1440 on quarter hours. Raises ScheduleError."""

    start: int
    end: int
    mode: Mode

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= DAY or self.start % QUARTER or self.end % QUARTER:
            raise ScheduleError(
                f"{clock(self.start)} to {clock(self.end)} is no part of a day; "
                "give quarter hours from 00:00 to 24:00, the end after the start."
            )


Day = tuple[Span, ...]
"""Spans in order, without overlap; what none covers is off."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """days: Monday first. holiday: what applies on holidays, None for the same as on that day of the week."""

    days: tuple[Day, Day, Day, Day, Day, Day, Day]
    holiday: Day | None = None

    @classmethod
    def always(cls, mode: Mode) -> Schedule:
        """One mode all the time."""
        day = (Span(0, DAY, mode),)
        return cls((day,) * 7)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day; year None for one that comes every year."""

    month: int
    day: int
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The site's days. zone: IANA name."""

    zone: str = "UTC"
    holidays: frozenset[Holiday] = frozenset()

    def is_holiday(self, day: date) -> bool:
        """Whether the site keeps this day as a holiday."""
        yearly, once = Holiday(day.month, day.day), Holiday(day.month, day.day, day.year)
        return yearly in self.holidays or once in self.holidays


def clock(minute: int) -> str:
    """A minute of the day as HH:MM; the end of the day is 24:00."""
    return f"{minute // 60:02}:{minute % 60:02}"


def day_of(spans: Iterable[Span]) -> Day:
    """Spans as a day: in order, neighbours of one mode joined. Raises ScheduleError when two overlap."""
    ordered = sorted(spans, key=lambda span: span.start)
    for before, after in pairwise(ordered):
        if after.start < before.end:
            raise ScheduleError(f"two modes at {clock(after.start)}; let each begin where the one before ends.")
    joined: list[Span] = []
    for span in ordered:
        if joined and joined[-1].end == span.start and joined[-1].mode == span.mode:
            joined[-1] = Span(joined[-1].start, span.end, span.mode)
        else:
            joined.append(span)
    return tuple(joined)


def mode_at(schedule: Schedule, calendar: Calendar, wall_ms: int) -> Mode:
    """The mode at a moment (UTC ms)."""
    local = datetime.fromtimestamp(wall_ms // 1000, _zone(calendar.zone))
    day = schedule.days[local.weekday()]
    if schedule.holiday is not None and calendar.is_holiday(local.date()):
        day = schedule.holiday
    minute = local.hour * 60 + local.minute
    return next((span.mode for span in day if span.start <= minute < span.end), Mode.OFF)


def next_change(schedule: Schedule, calendar: Calendar, wall_ms: int) -> tuple[int, Mode] | None:
    """When the mode changes next (UTC ms) and to which; None when it does not within eight days."""
    now = mode_at(schedule, calendar, wall_ms)
    first = wall_ms - wall_ms % QUARTER_MS + QUARTER_MS
    for at_ms in range(first, first + HORIZON_MS, QUARTER_MS):
        if (mode := mode_at(schedule, calendar, at_ms)) is not now:
            return at_ms, mode
    return None


def day_bounds(calendar: Calendar, day: date) -> tuple[int, int]:
    """Where a day of the site begins and ends, UTC ms: 23, 24 or 25 hours apart."""
    zone = _zone(calendar.zone)
    begin, end = (datetime(one.year, one.month, one.day, tzinfo=zone) for one in (day, day + timedelta(days=1)))
    return int(begin.timestamp()) * 1000, int(end.timestamp()) * 1000


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
