"""The tally: right at every moment, and it adds up only what is new."""

from __future__ import annotations

import pytest

from core.recording.tally import BACK_MS, RECOUNT_MS, Tally

NOW = 1_767_225_600_000
MINUTE = 60_000


class Rows:
    """Sizes by start; notes how many rows each question read."""

    def __init__(self) -> None:
        self.sizes = {NOW - minute * MINUTE: 10 + minute for minute in range(500)}
        self.read = 0

    def between(self, from_ms: int, until_ms: int) -> int:
        found = [size for start, size in self.sizes.items() if from_ms <= start < until_ms]
        self.read += len(found)
        return sum(found)

    def total(self) -> int:
        return sum(self.sizes.values())


@pytest.fixture
def rows() -> Rows:
    return Rows()


def test_it_counts_in_full_once_and_then_what_is_new(rows: Rows) -> None:
    tally, now = Tally(), NOW
    assert tally.total("disk", rows.between, now) == rows.total()
    assert rows.read == 500
    for _ in range(90):
        now += MINUTE
        rows.sizes[now] = 7
        rows.read = 0
        assert tally.total("disk", rows.between, now) == rows.total()
        assert rows.read <= BACK_MS // MINUTE + 2


def test_what_still_grows_is_seen_to_grow(rows: Rows) -> None:
    tally = Tally()
    tally.total("disk", rows.between, NOW)
    rows.sizes[NOW] = 5000
    assert tally.total("disk", rows.between, NOW + 1000) == rows.total()


def test_what_is_deleted_counts_no_more_whether_settled_or_not(rows: Rows) -> None:
    tally = Tally()
    tally.total("disk", rows.between, NOW)
    for start in (min(rows.sizes), NOW):
        tally.deleted("disk", start, rows.sizes.pop(start))
    tally.deleted("never asked for", NOW, 5)
    assert tally.total("disk", rows.between, NOW + MINUTE) == rows.total()


@pytest.mark.parametrize("later", [RECOUNT_MS, -RECOUNT_MS])
def test_other_hands_are_seen_at_the_next_full_count(rows: Rows, later: int) -> None:
    tally = Tally()
    tally.total("disk", rows.between, NOW)
    rows.sizes[min(rows.sizes)] += 1_000_000
    assert tally.total("disk", rows.between, NOW + MINUTE) != rows.total()
    assert tally.total("disk", rows.between, NOW + later) == rows.total()
