"""Loudness is kept by the minute, found again, and goes with what it belongs to."""

from __future__ import annotations

import pytest

from core.recording.loudness import LoudLevel, loudness_between, store_loudness
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
