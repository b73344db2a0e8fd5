"""Following, voting, direction and speed."""

from __future__ import annotations

import pytest

from plugins.lpr.follow import GONE_MS, Followed, Follower, Point, Sighting, overlap
from plugins.lpr.movement import direction, speed_kmh
from plugins.lpr.stamps import is_small, is_stamp
from plugins.lpr.vote import Ballot, vote


def sighting(text: str, left: float = 0.4, confidence: float = 0.8, height: float = 0.03) -> Sighting:
    return Sighting(text, text, confidence, (left, 0.5, height * 4, height), height)


def followed(*texts_and_lefts: tuple[str, float]) -> list[Followed]:
    follower, found = Follower(), {}
    for at, (text, left) in enumerate(texts_and_lefts):
        present, _ = follower.update(at * 300, [sighting(text, left)])
        found |= {one.id: one for one in present}
    return list(found.values())


@pytest.mark.parametrize(
    ("ballots", "text"),
    [
        ([("AB123", 0.9)], "AB123"),
        ([("AB123", 0.6), ("AB128", 0.5), ("AB128", 0.4)], "AB128"),
        ([("AB1Z3", 0.9), ("A8123", 0.3), ("AB123", 0.5), ("AB123", 0.5)], "AB123"),
        ([("B123", 0.5), ("AB123", 0.4), ("AB123", 0.3)], "AB123"),
        ([("AB123", 0.0), ("AB123", 0.0)], "AB123"),
    ],
)
def test_the_vote(ballots: list[tuple[str, float]], text: str) -> None:
    assert vote([Ballot(*one) for one in ballots]).text == text


def test_agreement_makes_a_vote_surer_and_contradiction_less_sure() -> None:
    one = vote([Ballot("AB123", 0.6)]).confidence
    assert vote([Ballot("AB123", 0.6)] * 3).confidence > one
    assert vote([Ballot("AB123", 0.6), Ballot("XY999", 0.55)]).confidence < one


def test_a_plate_that_moves_on_is_one() -> None:
    assert len(followed(("AB123", 0.1), ("AB128", 0.3), ("AB123", 0.5))) == 1


def test_another_plate_in_the_same_place_is_another() -> None:
    assert len(followed(("AB123", 0.4), ("XYZ9876", 0.4))) == 2


def test_a_bad_look_in_the_same_place_is_the_same_plate() -> None:
    (one,) = followed(("AB123", 0.4), ("A8I2", 0.41), ("AB123", 0.42))
    assert one.outcome.text == "AB123"


def test_two_plates_at_once_are_two_and_leave_apart() -> None:
    follower = Follower()
    present, gone = follower.update(0, [sighting("AB123", 0.1), sighting("XYZ987", 0.7)])
    assert len({one.id for one in present}) == 2
    assert gone == []
    present, gone = follower.update(GONE_MS + 300, [sighting("XYZ987", 0.7)])
    assert {one.newest.text for one in gone} == {"AB123", "XYZ987"}


def test_what_stands_has_not_moved() -> None:
    (still,) = followed(*[("20260501", 0.4)] * 5)
    (going,) = followed(("AB123", 0.4), ("AB123", 0.45))
    assert (still.moved, going.moved) == (False, True)


def test_a_vehicle_that_stands_for_an_hour_keeps_a_bounded_memory() -> None:
    follower = Follower()
    for at in range(500):
        (one,), _ = follower.update(at * 500, [sighting("AB123")])
    assert len(one.ballots) == len(one.points) <= 60


@pytest.mark.parametrize(
    ("heights", "way"),
    [((0.02, 0.03, 0.05), "towards"), ((0.05, 0.03, 0.02), "away"), ((0.03, 0.031, 0.03), ""), ((0.03,), "")],
)
def test_direction(heights: tuple[float, ...], way: str) -> None:
    assert direction([Point(at * 300, 0.5, 0.5, height) for at, height in enumerate(heights)]) == way


LINES = (((0.0, 0.4), (1.0, 0.4)), ((0.0, 0.8), (1.0, 0.8)))


def test_speed_between_two_lines() -> None:
    points = [Point(at * 100, 0.5, 0.1 * at + 0.05, 0.03) for at in range(10)]  # a tenth of the picture in 100 ms
    assert speed_kmh(points, LINES, 10.0) == pytest.approx(90.0)  # 10 m in 400 ms
    assert speed_kmh(points[::-1], LINES, 0.0) is None


@pytest.mark.parametrize("last", [3, 6])
def test_no_speed_without_both_lines(last: int) -> None:
    points = [Point(at * 100, 0.5, 0.1 * at + 0.05, 0.03) for at in range(last)]
    assert speed_kmh(points, LINES, 10.0) is None


def test_overlap() -> None:
    assert overlap((0, 0, 1, 1), (0, 0, 1, 1)) == 1
    assert overlap((0, 0, 1, 1), (0.5, 0, 1, 1)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 1, 1), (2, 0, 1, 1)) == 0


@pytest.mark.parametrize(
    ("raw", "stamp"),
    [
        ("2026-05-01 12:00:00", True), ("12:00:09", True), ("01.05.2026", True), ("20260501", True),
        ("1B2:5790", False), ("AB 12-34", False), ("12-34-AB", False), ("1234567", False),
    ],
)  # fmt: skip
def test_dates_and_times_are_no_plates(raw: str, stamp: bool) -> None:
    assert is_stamp(raw) is stamp


def test_small_letters() -> None:
    assert is_small("FedEx")
    assert not is_small("AB oI2")
