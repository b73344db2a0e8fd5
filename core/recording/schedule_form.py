"""Schedules as JSON, as they are stored and as REST takes them, and what is wrong with one that a person made.

`{"days": [[{"start": "08:00", "end": "18:00", "mode": "continuous"}], … 7, Monday first], "holiday": [ … ] or null}`
"""

from __future__ import annotations

import re
from typing import Any

from core.recording.schedule import Day, Mode, Schedule, ScheduleError, Span, clock, day_of

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


def schedule_from(week: Any) -> Schedule:
    """A schedule of its JSON form. Raises ScheduleError, a sentence that names the day."""
    if not isinstance(week, dict) or not isinstance(week.get("days"), list) or len(week["days"]) != len(DAYS):
        raise ScheduleError("a week has `days`, a list of seven, Monday first.")
    if unknown := week.keys() - {"days", "holiday"}:
        raise ScheduleError(f"a week has `days` and `holiday`, but no {', '.join(map(repr, sorted(unknown)))}.")
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (
        _day(name, spans) for name, spans in zip(DAYS, week["days"], strict=True)
    )
    holiday = week.get("holiday")
    return Schedule(
        (monday, tuesday, wednesday, thursday, friday, saturday, sunday),
        None if holiday is None else _day("holiday", holiday),
    )


def week_of(schedule: Schedule) -> dict[str, Any]:
    """The JSON form of a schedule."""
    return {
        "days": [_spans(day) for day in schedule.days],
        "holiday": None if schedule.holiday is None else _spans(schedule.holiday),
    }


def _spans(day: Day) -> list[dict[str, str]]:
    return [{"start": clock(span.start), "end": clock(span.end), "mode": span.mode.value} for span in day]


def _day(name: str, spans: Any) -> Day:
    if not isinstance(spans, list):
        raise ScheduleError(f"{name}: give a list of `start`, `end` and `mode`.")
    try:
        return day_of([_span(span) for span in spans])
    except ScheduleError as error:
        raise ScheduleError(f"{name}: {error}") from error


def _span(span: Any) -> Span:
    if not isinstance(span, dict) or span.keys() != {"start", "end", "mode"}:
        raise ScheduleError("each part has `start`, `end` and `mode`.")
    if span["mode"] not in set(Mode):
        raise ScheduleError(f"there is no mode {span['mode']!r}; give {', '.join(Mode)}.")
    return Span(_minute(span["start"]), _minute(span["end"]), Mode(span["mode"]))


def _minute(text: Any) -> int:
    found = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ScheduleError(f"{text!r} is no time of day; give one such as 08:30.")
    return int(found[1]) * 60 + int(found[2])
