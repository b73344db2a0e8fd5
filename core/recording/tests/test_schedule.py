"""Schedules: the week, holidays, and the days on which the clock is changed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.recording.schedule import (
    DAY,
    QUARTER_MS,
    Calendar,
    Holiday,
    Mode,
    Schedule,
    ScheduleError,
    Span,
    day_bounds,
    day_of,
    mode_at,
    next_change,
)
from core.recording.schedule_form import schedule_from, week_of

ZURICH = Calendar("Europe/Zurich")
OFFICE = day_of([Span(0, 8 * 60, Mode.EVENT), Span(8 * 60, 18 * 60, Mode.CONTINUOUS), Span(18 * 60, DAY, Mode.EVENT)])
WEEKEND = day_of([Span(0, DAY, Mode.MOTION)])
WORK = Schedule((OFFICE,) * 5 + (WEEKEND,) * 2, holiday=WEEKEND)
NIGHT = Schedule((day_of([Span(90, 210, Mode.CONTINUOUS)]),) * 7)  # 01:30 to 03:30


def ms(text: str, zone: str = "Europe/Zurich", fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp() * 1000)


def hours(schedule: Schedule, calendar: Calendar, day: date) -> Counter[str]:
    """Hours of each mode in a day of the site."""
    begin, end = day_bounds(calendar, day)
    return Counter(
        {
            mode: quarters / 4
            for mode, quarters in Counter(
                mode_at(schedule, calendar, at).value for at in range(begin, end, QUARTER_MS)
            ).items()
        }
    )


def test_a_mode_begins_and_ends_on_the_minute() -> None:
    assert mode_at(WORK, ZURICH, ms("2026-11-23T07:59:59")) is Mode.EVENT
    assert mode_at(WORK, ZURICH, ms("2026-11-23T08:00:00")) is Mode.CONTINUOUS
    assert mode_at(WORK, ZURICH, ms("2026-11-23T17:59:59")) is Mode.CONTINUOUS
    assert mode_at(WORK, ZURICH, ms("2026-11-23T18:00:00")) is Mode.EVENT
    assert mode_at(WORK, ZURICH, ms("2026-11-28T12:00:00")) is Mode.MOTION


def test_what_nothing_covers_is_off() -> None:
    assert mode_at(NIGHT, ZURICH, ms("2026-11-23T04:00:00")) is Mode.OFF


def test_it_goes_by_the_sites_clock() -> None:
    """Eight in the morning in Auckland is the evening before in UTC."""
    at = int(datetime(2026, 11, 22, 19, 0, tzinfo=UTC).timestamp() * 1000)
    assert mode_at(WORK, Calendar("Pacific/Auckland"), at) is Mode.CONTINUOUS
    assert mode_at(WORK, Calendar("UTC"), at) is Mode.MOTION


def test_a_holiday_has_a_day_of_its_own() -> None:
    once = Calendar("Europe/Zurich", frozenset({Holiday(12, 24, 2026)}))
    yearly = Calendar("Europe/Zurich", frozenset({Holiday(12, 24)}))
    noon, next_year = ms("2026-12-24T12:00:00"), ms("2027-12-24T12:00:00")
    assert mode_at(WORK, ZURICH, noon) is Mode.CONTINUOUS
    assert mode_at(WORK, once, noon) is Mode.MOTION
    assert mode_at(WORK, once, next_year) is Mode.CONTINUOUS
    assert mode_at(WORK, yearly, next_year) is Mode.MOTION
    assert mode_at(NIGHT, yearly, ms("2026-12-24T02:00:00")) is Mode.CONTINUOUS  # it has no day for holidays


def test_the_day_with_23_hours_leaves_an_hour_out() -> None:
    spring = date(2026, 3, 29)
    begin, end = day_bounds(ZURICH, spring)
    assert end - begin == 23 * 3_600_000
    assert hours(NIGHT, ZURICH, spring) == {"continuous": 1.0, "off": 22.0}  # 01:30 to 02:00, 03:00 to 03:30
    assert next_change(NIGHT, ZURICH, ms("2026-03-29T01:45:00")) == (ms("2026-03-29T03:30:00"), Mode.OFF)


def test_the_day_with_25_hours_has_an_hour_twice() -> None:
    autumn = date(2026, 10, 25)
    begin, end = day_bounds(ZURICH, autumn)
    assert end - begin == 25 * 3_600_000
    assert hours(NIGHT, ZURICH, autumn) == {"continuous": 3.0, "off": 22.0}
    for fold in (0, 1):
        assert mode_at(NIGHT, ZURICH, ms("2026-10-25T02:30:00", fold=fold)) is Mode.CONTINUOUS
    assert next_change(NIGHT, ZURICH, ms("2026-10-25T02:30:00")) == (ms("2026-10-25T03:30:00"), Mode.OFF)


def test_a_span_that_ends_within_the_hour_that_comes_twice_applies_both_times() -> None:
    until_half_past_two = Schedule((day_of([Span(0, 150, Mode.CONTINUOUS)]),) * 7)
    assert (
        hours(until_half_past_two, ZURICH, date(2026, 10, 25))["continuous"] == 3.0
    )  # 2.5 h, and 02:00 to 02:30 again
    first = ms("2026-10-25T02:30:00", fold=0)
    assert next_change(until_half_past_two, ZURICH, first - 1) == (first, Mode.OFF)
    assert next_change(until_half_past_two, ZURICH, first) == (ms("2026-10-25T02:00:00", fold=1), Mode.CONTINUOUS)


def test_a_zone_with_an_odd_offset() -> None:
    nepal = Calendar("Asia/Kathmandu")
    eight = ms("2026-11-23T08:00:00", "Asia/Kathmandu")
    assert next_change(WORK, nepal, eight - 1) == (eight, Mode.CONTINUOUS)


def test_half_an_hour_of_summer_time() -> None:
    """Lord Howe puts its clocks forward by thirty minutes."""
    begin, end = day_bounds(Calendar("Australia/Lord_Howe"), date(2026, 10, 4))
    assert end - begin == 23.5 * 3_600_000
    assert hours(NIGHT, Calendar("Australia/Lord_Howe"), date(2026, 10, 4)) == {"continuous": 1.5, "off": 22.0}


def test_the_next_change_skips_to_the_week_after() -> None:
    monday = Schedule((OFFICE, *[WEEKEND] * 6))  # type: ignore[arg-type]  # seven all the same
    assert next_change(monday, ZURICH, ms("2026-11-24T12:00:00")) == (ms("2026-11-30T00:00:00"), Mode.EVENT)
    assert next_change(Schedule.always(Mode.OFF), ZURICH, 0) is None


def test_json_and_back() -> None:
    assert schedule_from(week_of(WORK)) == WORK
    assert week_of(NIGHT)["days"][0] == [{"start": "01:30", "end": "03:30", "mode": "continuous"}]


def test_neighbours_of_one_mode_are_one() -> None:
    assert day_of([Span(60, 120, Mode.EVENT), Span(0, 60, Mode.EVENT)]) == (Span(0, 120, Mode.EVENT),)


def span(start: str, end: str, mode: str = "event") -> dict[str, str]:
    return {"start": start, "end": end, "mode": mode}


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ([span("08:00", "07:00")], "Tuesday: 08:00 to 07:00"),
        ([span("08:10", "09:00")], "quarter hours"),
        ([span("08:00", "24:15")], "quarter hours"),
        ([span("08:00", "10:00"), span("09:00", "11:00")], "two modes at 09:00"),
        ([span("08:00", "10:00", "sometimes")], "no mode 'sometimes'; give continuous, motion, event, off"),
        ([span("8 o'clock", "10:00")], "is no time of day"),
        ([{"start": "08:00"}], "each part has"),
        ("all day", "give a list"),
    ],
)
def test_what_is_wrong_is_said_with_its_day(day: Any, sentence: str) -> None:
    days: list[Any] = [[] for _ in range(7)]
    days[1] = day
    with pytest.raises(ScheduleError, match=sentence):
        schedule_from({"days": days})


@pytest.mark.parametrize("week", [None, {}, {"days": []}, {"days": [[]] * 7, "weekend": []}])
def test_a_week_that_is_none(week: Any) -> None:
    with pytest.raises(ScheduleError, match="a week has"):
        schedule_from(week)
