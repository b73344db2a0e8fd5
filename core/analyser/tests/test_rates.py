"""When pictures are due, and how a detector that cannot keep up is given fewer."""

from __future__ import annotations

from core.analyser.rates import RECOVER_MS, SLOWED_BY, SLOWEST_MS, Rate


def _given(rate: Rate, times: range) -> list[int]:
    given = []
    for at in times:
        if rate.due(at, keyframe=False):
            rate.given(at)
            given.append(at)
    return given


def test_of_pictures_that_come_oftener_those_are_given_that_are_asked_for() -> None:
    assert len(_given(Rate(5), range(1_000_000, 1_010_000, 100))) == 50
    assert len(_given(Rate(5), range(1_000_000, 1_010_000, 33))) in range(49, 52)
    assert len(_given(Rate(10), range(1_000_000, 1_010_000, 100))) == 100


def test_keyframes_only() -> None:
    rate = Rate(0)
    assert rate.due(1000, keyframe=True)
    assert not rate.due(1000, keyframe=False)
    assert rate.soonest_ms(keyframe=False) == float("inf")


def test_a_clock_that_was_set_back_begins_anew() -> None:
    rate = Rate(1)
    assert _given(rate, range(1_000_000, 1_003_000, 500))
    rate.begin_anew()
    assert rate.due(500_000, keyframe=False)


def test_dropped_pictures_halve_the_rate_and_it_recovers_slowly() -> None:
    rate, at = Rate(5), 1_000_000
    assert [rate.dropped(at + number) for number in range(SLOWED_BY)] == [False, False, True]
    assert rate.slowed
    assert rate.fps == 2.5
    for number in range(100):
        rate.dropped(at + number)
    assert rate.fps == 1000 / SLOWEST_MS
    at += 1000
    while rate.slowed:
        at += RECOVER_MS
        before = rate.fps
        rate.recover(at)
        assert before < rate.fps <= 5
    assert rate.fps == 5


def test_drops_far_apart_are_no_reason() -> None:
    rate = Rate(5)
    assert not any(rate.dropped(at) for at in range(0, 100_000, 10_000))
    assert not rate.slowed
