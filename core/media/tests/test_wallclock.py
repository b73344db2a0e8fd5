"""Wall time of media time under drift, jitter, wrong clocks and jumps."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.media.wallclock import WallClock

START = 1_700_000_000_000
SETTLED = 27  # frames of 40 ms, the last of them after the settling second
Delay = Callable[[], float]


@dataclass
class Hands:
    """A clock the test moves."""

    now: float = 50.0
    wall: int = START

    def wall_ms(self) -> int:
        return self.wall

    def monotonic(self) -> float:
        return self.now

    def move(self, ms: float) -> None:
        self.now += ms / 1000
        self.wall = START + round((self.now - 50.0) * 1000)


def _run(
    hands: Hands, clock: WallClock, frames: int, *, step: float = 40.0, delay: Delay | None = None, begin: int = 0
) -> list[int]:
    """Frames every 40 ms of real time, whose media time advances by `step`; each arrives `delay` ms late."""
    stamps, start = [], hands.now
    for number in range(begin, begin + frames):
        late = delay() if delay else 0.0
        due = start + (number - begin) * 0.04 + late / 1000
        if due > hands.now:
            hands.move((due - hands.now) * 1000)
        stamps.append(clock.stamp(number * step))
    return stamps


def _gaps(stamps: list[int]) -> list[int]:
    return [b - a for a, b in pairwise(stamps)]


def test_steady_arrival_is_followed_exactly() -> None:
    hands = Hands()
    clock = WallClock(hands)
    assert _run(hands, clock, 100) == [START + 40 * n for n in range(100)]
    assert clock.anchors == 1


def test_jitter_does_not_show() -> None:
    hands, jitter = Hands(), random.Random(7)  # noqa: S311 - jitter, not a secret
    stamps = _run(hands, WallClock(hands), 2000, delay=lambda: jitter.random() * 150)
    assert all(39 <= gap <= 41 for gap in _gaps(stamps[SETTLED:]))
    assert abs(stamps[-1] - (START + 40 * 1999)) < 40


@pytest.mark.parametrize("step", [40.04, 39.96])  # one second in a thousand fast and slow
def test_drift_of_the_cameras_clock_is_followed_slowly(step: float) -> None:
    hands = Hands()
    clock = WallClock(hands)
    stamps = _run(hands, clock, 5000, step=step)
    assert all(39 <= gap <= 41 for gap in _gaps(stamps))
    assert abs(stamps[-1] - hands.wall) < 30
    assert clock.anchors == 1


def test_a_sender_report_tells_how_late_pictures_arrive() -> None:
    hands = Hands()
    clock = WallClock(hands)
    _run(hands, clock, 10)
    stamps = []
    for begin in range(10, 2010, 100):
        hands.move(40)
        clock.report(begin * 40.0, START + begin * 40 - 300)
        stamps += _run(hands, clock, 100, begin=begin)
    assert all(39 <= gap <= 41 for gap in _gaps(stamps))
    assert abs(stamps[-1] - (hands.wall - 300)) <= 2


@pytest.mark.parametrize("off", [3_600_000, -3_600_000, 1000, -2500])
def test_an_implausible_sender_report_is_not_believed(off: int) -> None:
    hands = Hands()
    clock = WallClock(hands)
    _run(hands, clock, 10)
    clock.report(400.0, START + 400 + off)
    assert _run(hands, clock, 200, begin=10)[-1] == hands.wall


def test_a_session_that_opens_with_old_pictures_is_mended_while_it_settles() -> None:
    hands = Hands()
    clock = WallClock(hands)
    opening = [clock.stamp(number * 40) for number in range(20)]  # 800 ms of pictures at once
    assert opening[0] == START
    assert clock.settling
    hands.move(40)
    assert clock.stamp(20 * 40) == START + 40
    assert clock.of(0.0) == START + 40 - 800
    assert clock.anchors == 1


def test_the_newest_of_a_batch_stamps_all_of_it() -> None:
    hands = Hands()
    clock = WallClock(hands)
    clock.stamp(19 * 40)
    assert [clock.stamp(number * 40) for number in range(20)] == [START + (number - 19) * 40 for number in range(20)]


def test_a_sender_report_is_taken_at_once_while_settling_and_slowly_after() -> None:
    hands = Hands()
    clock = WallClock(hands)
    clock.report(0.0, START - 300)  # before the first picture
    assert clock.stamp(0.0) == START - 300
    assert _run(hands, clock, 10, begin=1)[-1] == START + 10 * 40 - 300
    clock.report(400.0, START + 400 - 200)
    assert clock.stamp(11 * 40.0) == START + 11 * 40 - 200
    _run(hands, clock, SETTLED, begin=12)
    assert not clock.settling
    clock.report(40.0 * 40, START + 40 * 40 - 500)
    assert clock.stamp(40 * 40.0) >= START + 40 * 40 - 205


@given(st.lists(st.tuples(st.floats(0, 1900), st.floats(-1900, 250)), min_size=60, max_size=120))
@settings(max_examples=60, deadline=None)
def test_after_settling_wall_time_rises_with_media_time(delays: list[tuple[float, float]]) -> None:
    """Whatever delays of up to 2 s and whatever plausible or implausible reports there are."""
    hands = Hands()
    clock, stamps = WallClock(hands), []
    for number, (late, told) in enumerate(delays):
        hands.move(max(0.0, (50.0 + number * 0.04 + late / 1000 - hands.now) * 1000))
        if number % 7 == 0:
            clock.report(number * 40.0, START + number * 40 + told)
        settling = clock.settling
        stamp = clock.stamp(number * 40.0)
        if not settling:
            stamps.append(stamp)
    assert all(gap > 0 for gap in _gaps(stamps))


def test_an_old_sender_report_is_forgotten() -> None:
    hands = Hands()
    clock = WallClock(hands)
    _run(hands, clock, 10)
    clock.report(400.0, START + 400 - 300)
    stamps = _run(hands, clock, 5000, begin=10)  # 200 s, of which the report counts for 60
    assert abs(stamps[-1] - hands.wall) <= 2


@pytest.mark.parametrize("jump", [3_600_000, -3_600_000])
def test_the_hosts_clock_being_set_is_followed_at_once(jump: int) -> None:
    hands = Hands()
    clock = WallClock(hands)
    _run(hands, clock, 50)
    hands.move(40)
    hands.wall += jump
    assert clock.stamp(50 * 40) == START + jump + 2000
    assert clock.anchors == 2


def test_a_small_step_of_the_hosts_clock_is_absorbed() -> None:
    hands = Hands()
    clock = WallClock(hands)
    stamps = _run(hands, clock, 50)
    for number in range(50, 5000):
        hands.move(40)
        hands.wall -= 800
        stamps.append(clock.stamp(number * 40))
    assert all(39 <= gap <= 41 for gap in _gaps(stamps))
    assert clock.anchors == 1
    assert abs(stamps[-1] - hands.wall) < 5


def test_a_stall_that_arrives_in_a_burst_keeps_its_times() -> None:
    hands = Hands()
    clock = WallClock(hands)
    _run(hands, clock, 50)
    hands.move(6000)
    burst = [clock.stamp(number * 40) for number in range(50, 200)]
    assert burst == [START + number * 40 for number in range(50, 200)]


def test_media_time_running_ahead_is_never_stamped_in_the_future() -> None:
    hands = Hands()
    clock = WallClock(hands)
    _run(hands, clock, 50)
    hands.move(40)
    assert clock.stamp(60_000.0) == hands.wall
    assert clock.anchors == 2


def test_arrivals_that_stay_late_move_the_anchor_after_a_window() -> None:
    hands = Hands()
    clock = WallClock(hands)
    _run(hands, clock, 50)
    hands.move(10_000)  # ten seconds are lost, and media time did not count them
    stamps = _run(hands, clock, 700, begin=50)
    assert clock.anchors == 2
    assert abs(stamps[-1] - hands.wall) < 5


def test_other_tracks_use_the_same_mapping() -> None:
    hands = Hands()
    clock = WallClock(hands)
    assert clock.of(0.0) == START  # the first to come is the first to count
    assert clock.of(123.4) == START + 123
