"""Which times count as not recorded, and why."""

from __future__ import annotations

import pytest

from core.recorder.gaps import GapKeeper, Past
from core.recording.entries import GapEntry, GapReason
from core.testing.clock import FakeClock

Shown = tuple[int, int | None, str]


class Rows:
    """The gap table as the index would have it; times in ms since the clock's start."""

    def __init__(self, zero: int) -> None:
        self._zero = zero
        self._entries: dict[int, GapEntry] = {}

    def put(self, entry: GapEntry) -> None:
        self._entries[id(entry)] = entry

    def shown(self) -> list[Shown]:
        found = [one for one in self._entries.values() if not one.void]
        return [
            (one.start_ms - self._zero, None if one.end_ms is None else one.end_ms - self._zero, one.reason.value)
            for one in found
        ]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def rows(clock: FakeClock) -> Rows:
    return Rows(clock.wall_ms())


@pytest.fixture
def keeper(clock: FakeClock, rows: Rows) -> GapKeeper:
    return GapKeeper(1, 0, rows.put, clock)


def at(clock: FakeClock, rows: Rows, ms: int) -> int:
    return rows._zero + ms


def test_a_loss_begins_where_recording_ended(keeper: GapKeeper, clock: FakeClock, rows: Rows) -> None:
    keeper.recorded(at(clock, rows, 100))
    keeper.reached(at(clock, rows, 5000))
    keeper.lost(GapReason.STALLED)
    assert rows.shown() == [(5000, None, "stalled")]
    keeper.lost(GapReason.OFFLINE)
    keeper.recorded(at(clock, rows, 9000))
    assert rows.shown() == [(5000, 9000, "stalled")]


def test_a_refused_password_is_a_gap_of_its_own(keeper: GapKeeper, clock: FakeClock, rows: Rows) -> None:
    keeper.recorded(at(clock, rows, 0))
    keeper.reached(at(clock, rows, 1000))
    keeper.lost(GapReason.OFFLINE)
    clock.advance(3)
    keeper.lost(GapReason.AUTH)
    assert rows.shown() == [(1000, 3000, "offline"), (3000, None, "auth")]


def test_a_new_camera_that_does_not_come(keeper: GapKeeper, clock: FakeClock, rows: Rows) -> None:
    clock.advance(2)
    keeper.lost(GapReason.OFFLINE)
    assert rows.shown() == [(0, None, "offline")]


def test_a_blink_is_no_gap(keeper: GapKeeper, clock: FakeClock, rows: Rows) -> None:
    keeper.recorded(at(clock, rows, 0))
    keeper.reached(at(clock, rows, 1000))
    keeper.lost(GapReason.OFFLINE)
    keeper.recorded(at(clock, rows, 1100))
    assert rows.shown() == []


def test_a_hole_between_segments_is_a_gap_even_if_nobody_told(keeper: GapKeeper, clock: FakeClock, rows: Rows) -> None:
    keeper.recorded(at(clock, rows, 0))
    keeper.reached(at(clock, rows, 1000))
    keeper.recorded(at(clock, rows, 4000))
    assert rows.shown() == [(1000, 4000, "offline")]


def test_the_time_between_two_lives_is_recorder_down(keeper: GapKeeper, clock: FakeClock, rows: Rows) -> None:
    keeper.recorded(at(clock, rows, 300))
    keeper.resume(Past(at(clock, rows, -5000)))
    assert rows.shown() == [(-5000, 300, "recorder_down")]


def test_it_ends_where_trouble_of_its_own_begins(keeper: GapKeeper, clock: FakeClock, rows: Rows) -> None:
    clock.advance(1)
    keeper.resume(Past(at(clock, rows, -5000)))
    keeper.lost(GapReason.OFFLINE)
    assert rows.shown() == [(-5000, 1000, "recorder_down"), (1000, None, "offline")]


def test_a_gap_of_the_last_life_goes_on(keeper: GapKeeper, clock: FakeClock, rows: Rows) -> None:
    newest = GapEntry(1, 0, at(clock, rows, -3000), GapReason.OFFLINE, row_id=2)
    older = GapEntry(1, 0, at(clock, rows, -9000), GapReason.AUTH, row_id=1)
    keeper.resume(Past(at(clock, rows, -9000), (newest, older)))
    keeper.lost(GapReason.OFFLINE)
    keeper.recorded(at(clock, rows, 500))
    assert sorted(rows.shown()) == [(-9000, -3000, "auth"), (-3000, 500, "offline")]


def test_a_stream_that_is_not_wanted_any_more_has_no_gap_from_its_past(
    keeper: GapKeeper, clock: FakeClock, rows: Rows
) -> None:
    keeper.unwanted()
    keeper.resume(Past(at(clock, rows, -5000)))
    assert rows.shown() == []
    keeper.resume(Past(None, (GapEntry(1, 0, at(clock, rows, -3000), GapReason.OFFLINE, row_id=2),)))
    assert rows.shown() == [(-3000, 0, "offline")]


def test_not_wanted_is_no_gap(keeper: GapKeeper, clock: FakeClock, rows: Rows) -> None:
    keeper.recorded(at(clock, rows, 0))
    keeper.reached(at(clock, rows, 1000))
    keeper.unwanted()
    assert rows.shown() == []
    keeper.recorded(at(clock, rows, 90_000))
    assert rows.shown() == []


def test_what_is_not_recorded_by_intention_is_told_apart_from_trouble(
    keeper: GapKeeper, clock: FakeClock, rows: Rows
) -> None:
    keeper.idle(GapReason.NO_EVENT)
    clock.advance(3)
    keeper.idle(GapReason.NO_EVENT)
    keeper.lost(GapReason.OFFLINE)
    clock.advance(3)
    keeper.idle(GapReason.NO_EVENT)
    keeper.recorded(at(clock, rows, 9000))
    assert rows.shown() == [(0, 3000, "no_event"), (3000, 6000, "offline"), (6000, 9000, "no_event")]


def test_after_a_crash_only_what_was_renewed_counts_as_intended(
    keeper: GapKeeper, clock: FakeClock, rows: Rows
) -> None:
    keeper.idle(GapReason.NO_EVENT)
    for _ in range(20):
        clock.advance(1)
        keeper.renew()
    assert rows.shown() == [(0, 15_000, "no_event")]
    clock.advance(40)
    after = GapKeeper(1, 0, rows.put, clock)
    after.idle(GapReason.NO_EVENT)
    after.resume(Past(until_ms=at(clock, rows, 15_000)))
    assert rows.shown()[1:] == [(60_000, None, "no_event"), (15_000, 60_000, "recorder_down")]


def test_trouble_while_nothing_was_wanted_begins_when_it_is_wanted(
    keeper: GapKeeper, clock: FakeClock, rows: Rows
) -> None:
    keeper.unwanted()
    clock.advance(100)
    keeper.lost(GapReason.OFFLINE)
    assert rows.shown() == [(100_000, None, "offline")]
