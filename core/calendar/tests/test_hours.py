"""Stretches of a week, against real zones, holidays and the sun."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from core.calendar.hours import Calendar, Place, Span

ZURICH = ZoneInfo("Europe/Zurich")
HOME = Place(47.37, 8.54)
WEEKDAYS = [0, 1, 2, 3, 4]


def at(text: str, zone: ZoneInfo = ZURICH, fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp() * 1000)


def applies(span: dict, text: str, **surroundings) -> bool:
    return Calendar(ZURICH, **surroundings).applies([Span.model_validate(span)], at(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T18:00", True),  # Monday
        ("2026-11-23T17:59:59", False),
        ("2026-11-24T06:59:59", True),  # the night from Monday
        ("2026-11-24T07:00", False),
        ("2026-11-28T03:00", True),  # the night from Friday reaches into Saturday
        ("2026-11-28T18:30", False),  # Saturday's own evening
        ("2026-11-23T03:00", False),  # the night from Sunday
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(text: str, expected: bool) -> None:
    assert applies({"days": WEEKDAYS, "from": "18:00", "until": "07:00"}, text) is expected


def test_no_stretches_apply_never() -> None:
    assert not Calendar(ZURICH).applies([], at("2026-11-23T18:00"))


def test_a_holiday_is_no_weekday() -> None:
    christmas = frozenset({(2026, 12, 25)})  # a Friday
    office = {"days": WEEKDAYS, "from": "08:00", "until": "17:00"}
    assert applies(office, "2026-12-25T10:00")
    assert not applies(office, "2026-12-25T10:00", holidays=christmas)
    assert applies({"days": [7]}, "2026-12-25T10:00", holidays=christmas)
    assert not applies({"days": [7]}, "2027-12-25T10:00", holidays=christmas)
    assert applies({"days": [7]}, "2027-12-25T10:00", holidays=frozenset({(0, 12, 25)}))
    assert not applies({"days": [7]}, "2026-12-26T10:00", holidays=christmas)


def test_the_wall_clock_counts_where_the_clocks_change() -> None:
    night = {"days": [6], "from": "01:00", "until": "04:00"}
    assert applies(night, "2026-03-29T03:30")  # 02:00 to 03:00 does not exist
    calendar, span = Calendar(ZURICH), Span.model_validate({"days": [6], "from": "02:00", "until": "02:45"})
    first, second = at("2026-10-25T02:30"), at("2026-10-25T02:30", fold=1)
    assert second - first == 3_600_000
    assert calendar.applies([span], first)
    assert calendar.applies([span], second)


def test_the_sun_decides_by_place_and_day() -> None:
    dark = {"days": [*range(7)], "from": "sunset", "until": "sunrise"}
    for text, expected in (("2026-06-21T20:00", False), ("2026-12-21T20:00", True), ("2026-12-21T07:00", True)):
        assert applies(dark, text, place=HOME) is expected
    # Sunrise at Zurich is at 05:29 on 21 June (published tables), so at 05:40 it is day, and not yet an hour later.
    assert not applies(dark, "2026-06-21T05:40", place=HOME)
    assert applies({"days": [*range(7)], "from": "sunset", "until": "sunrise+60"}, "2026-06-21T05:40", place=HOME)


def test_without_a_place_there_is_no_sun() -> None:
    assert not applies({"days": [*range(7)], "from": "sunset", "until": "sunrise"}, "2026-12-21T20:00")


@pytest.mark.parametrize(("text", "dark"), [("2026-06-21T00:30", False), ("2026-12-21T13:00", True)])
def test_beyond_the_polar_circle(text: str, dark: bool) -> None:
    tromso = Place(69.65, 18.96)
    span = {"days": [*range(7)], "from": "sunset", "until": "sunrise"}
    assert applies(span, text, place=tromso) is dark


@pytest.mark.parametrize(
    "wrong", [{"days": []}, {"days": [8]}, {"days": [1], "from": "25:00"}, {"days": [1], "until": "dusk"}]
)
def test_what_is_no_stretch_is_refused(wrong: dict) -> None:
    with pytest.raises(ValidationError):
        Span.model_validate(wrong)
