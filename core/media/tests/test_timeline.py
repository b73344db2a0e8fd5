"""Times of a sender, repaired."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.media.timeline import MAX_REORDER, DecodeOrder, Timeline


def test_raw_times_wrap() -> None:
    timeline = Timeline(90000, 500)
    raws = [0xFFFFFFFF - 2999, 0, 3000]
    assert [timeline.ticks(raw & 0xFFFFFFFF, 0.0) for raw in raws] == [500, 3500, 6500]
    assert timeline.of(0) == 3500


def test_a_pause_that_the_clock_confirms_is_kept() -> None:
    timeline = Timeline(1000, 0)
    timeline.ticks(0, 100.0)
    assert timeline.ticks(40_000, 140.2) == 40_000
    assert timeline.jumps == 0


@pytest.mark.parametrize("raw", [3_600_000, -3_600_000, -5_000], ids=["hour on", "hour back", "5 s back"])
def test_a_jump_of_the_cameras_clock_is_taken_out(raw: int) -> None:
    timeline = Timeline(1000, 0)
    timeline.ticks(0, 100.0)
    after = timeline.ticks(raw & 0xFFFFFFFF, 100.04)
    assert after == 40
    assert timeline.ticks(raw + 40 & 0xFFFFFFFF, 100.08) == after + 40
    assert timeline.jumps == 1


def _times(pts: list[int]) -> list[tuple[int, int]]:
    order = DecodeOrder()
    return [order.times(each) for each in pts]


def test_without_b_frames_both_times_are_equal() -> None:
    assert _times([0, 3, 6, 9]) == [(0, 0), (3, 3), (6, 6), (9, 9)]


def test_b_frames_are_learned() -> None:
    pts = [100 * n for n in (0, 3, 1, 2, 6, 4, 5, 9, 7, 8, 12, 10, 11)]
    found = _times(pts)
    assert [p for _, p in found] == pts
    assert [d for d, _ in found[6:]] == [500, 600, 700, 800, 900, 1000, 1100]


def test_a_pyramid_of_b_frames() -> None:
    pts = [100 * (8 * group + n) for group in range(4) for n in (8, 4, 2, 1, 3, 6, 5, 7)]
    found = _times(pts)
    assert all(a[0] < b[0] for a, b in pairwise(found))
    assert all(d <= p for d, p in found[8:])
    assert [p for _, p in found] == pts


def test_declared_b_frames_are_right_from_the_first_on() -> None:
    pts = [100 * n for n in (0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11)]
    order = DecodeOrder()
    order.declare(2, 100)
    found = [order.times(each) for each in pts]
    assert [p for _, p in found] == pts
    assert [d for d, _ in found] == [100 * (n - 2) for n in range(len(pts))]


def test_a_declared_depth_is_not_forgotten_and_more_than_declared_is() -> None:
    order = DecodeOrder()
    order.declare(1, 100)
    for each in (0, 400, 200, 100, 300):
        order.times(each)
    assert order.depth == 2
    for number in range(310):
        order.times(500 + number * 100)
    assert order.depth == 1


def test_b_frames_that_begin_and_end_with_new_parameters_keep_times_rising() -> None:
    order, found = DecodeOrder(), []
    for number in range(10):
        found.append(order.times(number * 100))
    order.declare(2, 100)
    for group in range(10, 50, 4):
        found += [order.times(100 * (group + n)) for n in (0, 4, 2, 1)]
        found.append(order.times(100 * (group + 3)))
    order.declare(0, 100)
    found += [order.times(number * 100) for number in range(60, 70)]
    assert all(a[0] < b[0] for a, b in pairwise(found))
    assert [d for d, p in found[-10:]] == [p for d, p in found[-10:]]


@pytest.mark.parametrize("depth", [0, 2])
def test_an_encoder_that_begins_anew_and_goes_back_shows_nothing_before_its_time(depth: int) -> None:
    order = DecodeOrder()
    order.declare(0, 100)
    found = [order.times(number * 100) for number in range(10)]
    order.declare(depth, 100)
    pattern = (0, 4, 2, 1, 3) if depth else (0, 1, 2, 3, 4)
    found += [order.times(100 * (6 + group + n)) for group in range(0, 40, 5) for n in pattern]
    assert all(a[0] < b[0] for a, b in pairwise(found))
    assert all(dts <= pts for dts, pts in found)
    assert order.depth == depth


def test_b_frames_that_stop_are_forgotten() -> None:
    order = DecodeOrder()
    for each in (0, 300, 100, 200):
        order.times(each)
    assert order.depth == 1
    for number in range(310):
        dts, pts = order.times(400 + number * 100)
    assert (order.depth, dts) == (0, pts)


def test_a_time_sent_twice_moves_on() -> None:
    assert _times([0, 100, 100, 200]) == [(0, 0), (100, 100), (101, 101), (200, 200)]


def test_a_unit_that_no_depth_explains_is_shown_when_decoded() -> None:
    found = _times([0, 100, 200, 300, 400, 500, 20])
    assert found[-1] == (501, 501)


@given(
    st.lists(st.one_of(st.integers(-(2**40), 2**40), st.integers(0, 20)), min_size=1, max_size=80),
    st.lists(st.one_of(st.none(), st.integers(0, 16)), min_size=1, max_size=4),
)
@settings(max_examples=300, deadline=None)
def test_decoding_times_rise_whatever_comes(pts: list[int], declared: list[int | None]) -> None:
    order, found = DecodeOrder(), []
    for number, each in enumerate(pts):
        if number % 20 == 0:
            order.declare(declared[number // 20 % len(declared)], 3600)
        found.append(order.times(each))
    assert all(a[0] < b[0] for a, b in pairwise(found))


def test_reorder_depth_is_bounded() -> None:
    order = DecodeOrder()
    for each in (1000, 900, 800, 700, 600, 500, 400, 300):
        order.times(each)
    assert order.depth <= MAX_REORDER
