"""Where the burst of a session's start ends."""

from __future__ import annotations

from core.media.burst import LONGEST_S, QUIET_S, OpeningBurst


def _over_at(arrivals: list[tuple[float, float | None]], tick: float = 0.02) -> float:
    """When the burst is over, asked every tick from 100.0 on; arrivals: at which second which media time is newest."""
    burst, now, newest = OpeningBurst(), 100.0, None
    while True:
        for at, media in arrivals:
            if 100.0 + at <= now + 1e-9:
                newest = media
        if not burst.goes_on(newest, now):
            return now - 100.0
        now += tick


def test_a_live_stream_waits_a_moment() -> None:
    assert QUIET_S <= _over_at([(n * 0.04, n * 0.04) for n in range(100)]) < QUIET_S + 0.1


def test_a_cached_gop_is_waited_for() -> None:
    gop = [(n * 0.02, n * 0.2) for n in range(20)]  # 4 s of pictures in 0.4 s
    live = [(0.4 + n * 0.04, 3.8 + n * 0.04) for n in range(100)]
    assert 0.38 + QUIET_S <= _over_at(gop + live) < 0.4 + QUIET_S + 0.1


def test_one_picture_and_sound_alone_are_not_waited_for_long() -> None:
    assert QUIET_S <= _over_at([(0.0, 0.0)]) < QUIET_S + 0.1
    assert QUIET_S <= _over_at([(0.0, None)]) < QUIET_S + 0.1


def test_a_flood_is_waited_for_a_second() -> None:
    assert LONGEST_S <= _over_at([(n * 0.01, n * 0.4) for n in range(1000)]) < LONGEST_S + 0.1
