"""Stretches of a week: "weekdays 18:00 to 07:00", "daily from sunset to sunrise", "on holidays all day".

Pure: a stretch is read against a wall clock of the site's zone, its holidays, and the sun at its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field, field_validator

HOLIDAY = 7
"""The day of a stretch that stands for all holidays; 0 is Monday."""
DAY = 24 * 60
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_SUN = re.compile(r"(sunrise|sunset)([+-]\d{1,3})?")


class Span(BaseModel):
    """One stretch on chosen days. `until` at or before `from` is the next day's."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    days: list[int] = Field(title="Days", description="0 Monday to 6 Sunday; 7 stands for holidays.", min_length=1)
    begin: str = Field("00:00", alias="from", title="From", description="18:30, sunrise, sunset-30 (minutes).")
    until: str = Field("24:00", title="Until", description="07:00, 24:00, sunrise+15 (minutes).")

    @field_validator("days")
    @classmethod
    def _known_days(cls, value: list[int]) -> list[int]:
        if any(not 0 <= day <= HOLIDAY for day in value):
            raise ValueError("are numbers from 0 (Monday) to 7 (holidays)")
        return sorted(set(value))

    @field_validator("begin", "until")
    @classmethod
    def _known_time(cls, value: str) -> str:
        if not _CLOCK.fullmatch(value) and not _SUN.fullmatch(value):
            raise ValueError(f"{value!r} is no time; give one such as 18:30, sunset or sunrise+15")
        return value

    def needs_sun(self) -> bool:
        """Whether it can only be read where the site's place is known."""
        return any(_SUN.fullmatch(one) for one in (self.begin, self.until))


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees, north and east positive."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Calendar:
    """What stretches are read against. holidays: year, month, day, the year 0 for one that comes every year.

    place: None when nobody said where the site is; then stretches of the sun never apply.
    """

    zone: tzinfo = UTC
    holidays: frozenset[tuple[int, int, int]] = frozenset()
    place: Place | None = None

    def applies(self, spans: Sequence[Span], wall_ms: int) -> bool:
        """Whether a moment, in UTC ms, lies in any of these; in none when there are none."""
        local = datetime.fromtimestamp(wall_ms / 1000, self.zone)
        today, minute = local.date(), local.hour * 60 + local.minute + local.second / 60
        return any(self._within(span, today, minute) for span in spans)

    def _within(self, span: Span, today: date, minute: float) -> bool:
        if self._on(span, today) and (times := self._times(span, today)):
            begin, until = times
            if begin <= minute < (until if until > begin else DAY):
                return True
        before = today - timedelta(days=1)
        if self._on(span, before) and (times := self._times(span, before)):
            begin, _ = times
            until = self._minute(span.until, today) or 0
            wraps = times[1] <= begin
            return wraps and minute < until
        return False

    def _on(self, span: Span, day: date) -> bool:
        return (HOLIDAY if self._is_holiday(day) else day.weekday()) in span.days

    def _is_holiday(self, day: date) -> bool:
        return any((year, day.month, day.day) in self.holidays for year in (0, day.year))

    def _times(self, span: Span, day: date) -> tuple[float, float] | None:
        begin, until = self._minute(span.begin, day), self._minute(span.until, day)
        return None if begin is None or until is None else (begin, until)

    def _minute(self, text: str, day: date) -> float | None:
        sun = _SUN.fullmatch(text)
        if sun is None:
            hours, minutes = text.split(":")
            return int(hours) * 60 + int(minutes)
        if self.place is None:
            return None
        rise, fall = _sun(self.place, day, self.zone)
        return min(max((rise if sun[1] == "sunrise" else fall) + int(sun[2] or 0), 0), DAY)


@lru_cache(maxsize=1024)
def _sun(place: Place, day: date, zone: tzinfo) -> tuple[float, float]:
    """Minutes of the local day at which the sun rises and sets there."""
    from astral import Observer
    from astral.sun import elevation, noon, sunrise, sunset

    observer = Observer(place.latitude, place.longitude)
    try:
        return _minute_of(sunrise(observer, day, tzinfo=zone)), _minute_of(sunset(observer, day, tzinfo=zone))
    except ValueError:  # beyond the polar circles: up all day, or not at all
        up = elevation(observer, noon(observer, day, tzinfo=zone)) > 0
        return (0, DAY) if up else (DAY / 2, DAY / 2)


def _minute_of(moment: datetime) -> float:
    return moment.hour * 60 + moment.minute + moment.second / 60
