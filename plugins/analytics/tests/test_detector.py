"""What happens at lines and in zones is told once, at its time, and what does not happen is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from core.api import Line, Occurrence, Sight, Tracks, Zone
from core.testing.detectors import DetectorContract
from plugins.analytics.detector import Analytics
from plugins.analytics.hooks import DETECTOR
from plugins.analytics.settings import AnalyticsSettings
from plugins.analytics.tests.walks import T0, walks

UPRIGHT = Line(name="Gate", points=((0.5, 1.0), (0.5, 0.0)))
"""Walked upwards, so that its right is the picture's."""
YARD = Zone(name="Yard", points=((0.4, 0.4), (0.8, 0.4), (0.8, 0.9), (0.4, 0.9)))


def told(looks: Sequence[Tracks], **settings: Any) -> list[Sight]:
    detector = Analytics(AnalyticsSettings(heat=False, **settings))
    sights = [detector.look(look) for look in looks]
    detector.close()
    return sights


def moments(sights: Sequence[Sight]) -> list[Occurrence]:
    return [one for sight in sights for one in sight.moments]


def stretches(sights: Sequence[Sight], event_type: str) -> list[tuple[int, int]]:
    """From which to which look something went on."""
    on = [any(one.event_type == event_type for one in sight.going_on) for sight in sights]
    edges = [
        number for number in range(len(on) + 1) if (number < len(on) and on[number]) != (number > 0 and on[number - 1])
    ]
    return list(zip(edges[::2], edges[1::2], strict=True))


def to_the_right(at: float) -> tuple[float, float]:
    return 0.1 + 0.1 * at, 0.7


def to_the_left(at: float) -> tuple[float, float]:
    return 0.9 - 0.1 * at, 0.6


class TestContract(DetectorContract):
    spec = DETECTOR

    def make_settings(self) -> BaseModel:
        return AnalyticsSettings(lines=(UPRIGHT,), heat=False)

    def something(self) -> list[Tracks]:
        return walks({"a": to_the_right}, 8)


def test_crossings_are_told_with_their_direction() -> None:
    found = moments(told(walks({"a": to_the_right, "b": to_the_left}, 8), lines=(UPRIGHT,)))
    assert [(one.event_type, one.attributes["direction"], one.objects[0].track) for one in found] == [
        ("analytics.line_crossed", "to_right", "a"),
        ("analytics.line_crossed", "to_left", "b"),
    ]
    assert all(abs((one.start_ms or 0) - T0 - 4200) <= 200 for one in found)


def test_only_the_direction_that_counts_and_only_between_the_ends() -> None:
    one_way = Line(name="In", points=UPRIGHT.points, direction="to_left")
    short = Line(name="Short", points=((0.5, 0.3), (0.5, 0.0)))
    found = moments(told(walks({"a": to_the_right, "b": to_the_left}, 8), lines=(one_way, short)))
    assert [(one.attributes["line"], one.attributes["direction"]) for one in found] == [("In", "to_left")]


def test_who_sways_on_the_line_does_not_cross_it() -> None:
    def sways(at: float) -> tuple[float, float]:
        return 0.5 + (0.015 if round(at * 5) % 2 else -0.015), 0.7

    assert moments(told(walks({"a": sways}, 20), lines=(UPRIGHT,))) == []


def test_the_wrong_way_is_told_and_the_right_one_is_not() -> None:
    lines = (Line(name="Exit", points=UPRIGHT.points, direction="to_left"),)
    found = moments(told(walks({"a": to_the_right, "b": to_the_left}, 8), wrong_way_lines=lines))
    assert [(one.event_type, one.objects[0].track) for one in found] == [("analytics.wrong_way", "b")]


def test_who_goes_through_a_zone_enters_and_leaves_it_after_a_while() -> None:
    found = moments(told(walks({"a": to_the_right}, 9), entry_zones=(YARD,)))
    assert [one.event_type for one in found] == ["analytics.zone_entered", "analytics.zone_left"]
    assert (found[0].start_ms or 0) - T0 == pytest.approx(3000, abs=200)
    assert found[1].attributes["stayed_s"] == 4


def test_who_appears_in_a_zone_did_not_enter_it_and_who_vanishes_did_not_leave() -> None:
    def appears(at: float) -> tuple[float, float] | None:
        return (0.6, 0.7) if 1 <= at <= 5 else None

    assert moments(told(walks({"a": appears}, 9), entry_zones=(YARD,))) == []


def test_intrusion_lasts_as_long_as_somebody_is_inside() -> None:
    sights = told(walks({"a": to_the_right}, 9), intrusion_zones=(YARD,), intrusion_s=1)
    [(first, last)] = stretches(sights, "analytics.intrusion")
    assert first == pytest.approx(20, abs=1)  # in at 3 s, told 1 s later
    assert last == pytest.approx(40, abs=1)  # out at 7 s, for sure 1 s later


def test_a_part_that_is_left_out_is_not_looked_at() -> None:
    hole = Zone(name="Path", points=((0.3, 0.6), (0.9, 0.6), (0.9, 0.8), (0.3, 0.8)), kind="exclude")
    sights = told(walks({"a": to_the_right}, 9), intrusion_zones=(YARD, hole))
    assert stretches(sights, "analytics.intrusion") == []


def test_loitering_is_staying_long_not_passing_through() -> None:
    looks = walks({"a": to_the_right, "b": lambda at: (0.6 + 0.01 * (at % 3), 0.7)}, 20)
    sights = told(looks, loitering_zones=(YARD,), loitering_s=10)
    [(first, last)] = stretches(sights, "analytics.loitering")
    assert (first, last) == (50, len(sights))
    assert {one.objects[0].track for sight in sights for one in sight.going_on} == {"b"}


def test_a_crowd_begins_and_ends() -> None:
    def one_of(number: int) -> Any:
        return lambda at: (0.45 + 0.05 * number, 0.7) if at < 10 - number else None

    sights = told(walks({str(number): one_of(number) for number in range(5)}, 20), crowd_zones=(YARD,), crowd_number=4)
    [(first, last)] = stretches(sights, "analytics.crowd")
    assert first == pytest.approx(17, abs=2)
    assert last == pytest.approx((7 + 3) * 5, abs=1)  # at 7 s the second one goes, and three are left


def test_running_is_told_and_walking_is_not() -> None:
    looks = walks({"walks": lambda at: (0.1 + 0.1 * at, 0.7), "runs": lambda at: (0.01 + 0.45 * at, 0.9)}, 2.2)
    sights = told(looks, running_speed=1.5)
    assert {one.objects[0].track for sight in sights for one in sight.going_on} == {"runs"}


def put_down(at: float) -> tuple[float, float] | None:
    """Comes at 8 s, carried, stands from 10 s on, and is taken away at 30 s."""
    if not 8 <= at <= 30:
        return None
    return (0.4 + 0.1 * (at - 8), 0.7) if at < 10 else (0.6, 0.7)


def test_an_object_that_is_put_down_is_told_and_its_removal_too() -> None:
    sights = told(walks({"bag": put_down}, 36, label="suitcase"), object_zones=(YARD,), object_s=5)
    [(first, last)] = stretches(sights, "analytics.object_left")
    assert 70 <= first <= 76  # at its place from 9 or 10 s on, as near as half its size
    assert last == pytest.approx(30 * 5, abs=2)
    assert [one.event_type for one in moments(sights)] == ["analytics.object_removed"]


def test_what_stood_there_from_the_start_was_not_left_but_may_be_removed() -> None:
    looks = walks({"bin": lambda at: (0.6, 0.7) if at < 20 else None}, 25, label="box")
    sights = told(looks, object_zones=(YARD,), object_s=5)
    assert stretches(sights, "analytics.object_left") == []
    assert [one.event_type for one in moments(sights)] == ["analytics.object_removed"]


def test_a_person_who_stands_is_no_object() -> None:
    assert stretches(told(walks({"a": put_down}, 36), object_zones=(YARD,), object_s=5), "analytics.object_left") == []


def test_after_a_gap_all_begins_anew() -> None:
    first = walks({"a": lambda at: (0.45, 0.95)}, 2)
    later = [Tracks(1, look.wall_ms + 60_000, look.tracks) for look in walks({"b": lambda at: (0.6, 0.7)}, 2)]
    sights = told([*first, *later], lines=(UPRIGHT,), object_zones=(YARD,), object_labels=(), object_s=2)
    assert moments(sights) == []


def test_two_lines_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="two called 'Gate'"):
        AnalyticsSettings(lines=(UPRIGHT, UPRIGHT))
