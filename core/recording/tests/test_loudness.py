"""Loudness is kept by the minute, found again, and goes with what it belongs to."""

from __future__ import annotations

import pytest

from core.recording.loudness import LoudLevel, loudest_of, loudness_between, store_loudness
from core.recording.models import LoudMinute
from core.recording.motion_store import sweep_motion

MINUTE = 1_700_000_040_000


@pytest.mark.django_db(databases="__all__")
def test_levels_are_found_by_time_and_the_louder_counts() -> None:
    store_loudness({1: [LoudLevel(MINUTE, -40.0), LoudLevel(MINUTE + 2000, -20.3), LoudLevel(MINUTE + 60_000, -200.0)]})
    store_loudness({1: [LoudLevel(MINUTE, -30.0), LoudLevel(MINUTE + 2000, -90.0)], 2: [LoudLevel(MINUTE, 3.0)]})
    store_loudness({})
    found = list(loudness_between(1, MINUTE, MINUTE + 120_000))
    assert found == [
        LoudLevel(MINUTE, -30.0),
        LoudLevel(MINUTE + 2000, -20.5),
        LoudLevel(MINUTE + 60_000, -127.0),
    ]
    assert [one.level for one in loudness_between(2, MINUTE, MINUTE + 1)] == [0.0]
    assert not list(loudness_between(1, MINUTE + 4000, MINUTE + 60_000))
    sweep_motion([1], MINUTE + 1000)
    assert {one.pk >> 43 for one in LoudMinute.objects.all()} == {1}


@pytest.mark.django_db(databases="__all__")
def test_from_near_and_from_afar_the_loudest_of_each_step_is_told() -> None:
    hour = 60 * 60_000
    store_loudness({1: [LoudLevel(MINUTE + 2000, -40.0), LoudLevel(MINUTE + 8000, -30.0)]})
    store_loudness({1: [LoudLevel(MINUTE + 2000, 0.0), LoudLevel(MINUTE + hour, -127.0)], 2: [LoudLevel(MINUTE, -9.5)]})
    fine = loudest_of([1, 3], MINUTE - 4000, MINUTE + 12_000, 4000)
    assert fine == {1: [None, 0.0, None, -30.0]}
    afar = loudest_of([1, 2], MINUTE - hour, MINUTE + 2 * hour, hour)
    assert afar == {1: [None, 0.0, -127.0], 2: [None, -9.5, None]}
    shifted = loudest_of([1], MINUTE + 30_000, MINUTE + 30_000 + 2 * hour, hour)
    assert shifted == {1: [0.0, None]}, "a minute that has begun before counts"
