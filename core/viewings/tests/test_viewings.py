"""Who watches what becomes one entry a session, whatever their player, their network or our processes do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.cameras.models import Camera
from core.system.models import AuditRow
from core.testing.clock import FakeClock
from core.viewings.keeping import GRACE_MS, LONGEST_MS, SILENT_MS, Keeper, kept
from core.viewings.models import Viewing
from core.viewings.noting import MOST_RANGES, Kind, Noted, Subject, merged

MINUTE = 60.0


@pytest.fixture
def door(db: None) -> Camera:
    return Camera.objects.create(name="Door", driver="none")


@pytest.fixture
def noted(fake_clock: FakeClock) -> Noted:
    return Noted(fake_clock)


@pytest.fixture
def keeper(noted: Noted, db: None) -> Keeper:
    return Keeper(noted)


def live(camera: Camera, user: str = "ann", **more: object) -> Subject:
    return Subject(user, "10.0.0.7", camera.pk, Kind.LIVE, **more)


def told() -> list[dict[str, object]]:
    return [row.detail["after"] for row in AuditRow.objects.order_by("pk")]


def test_a_session_is_written_when_it_is_over(
    noted: Noted, keeper: Keeper, door: Camera, fake_clock: FakeClock
) -> None:
    stream = noted.watching(live(door, unmasked=True))
    keeper.look()
    assert not Viewing.objects.exists()  # nothing has been shown yet
    stream.begin()
    stream.begin()
    keeper.look()
    assert Viewing.objects.get().user == "ann"
    fake_clock.advance(10 * MINUTE)
    keeper.look()
    stream.end()
    fake_clock.advance(GRACE_MS / 1000 + 1)
    keeper.look()
    row = AuditRow.objects.get()
    assert (row.actor, row.action, row.target, row.address) == ("ann", "camera.live", f"camera:{door.pk}", "10.0.0.7")
    assert told() == [
        {"camera": "Door", "from": "2026-01-01T00:00:00Z", "to": "2026-01-01T00:10:00Z", "unmasked": True}
    ]
    assert not Viewing.objects.exists()
    assert noted.sessions() == []


def test_who_connects_again_goes_on(noted: Noted, keeper: Keeper, door: Camera, fake_clock: FakeClock) -> None:
    for _ in range(3):
        stream = noted.watching(live(door))
        stream.begin()
        fake_clock.advance(20)
        stream.end()
        keeper.look()
        fake_clock.advance(30)
    keeper.look()
    assert told() == []
    fake_clock.advance(60)
    keeper.look()
    assert [(one["from"], one["to"]) for one in told()] == [("2026-01-01T00:00:00Z", "2026-01-01T00:02:00Z")]


def test_two_people_are_two_sessions(noted: Noted, keeper: Keeper, door: Camera, fake_clock: FakeClock) -> None:
    noted.saw(live(door))
    noted.saw(live(door, "ben"))
    fake_clock.advance(2 * MINUTE)
    keeper.look()
    assert sorted(AuditRow.objects.values_list("actor", flat=True)) == ["ann", "ben"]


def test_what_lasts_is_written_every_hour(noted: Noted, keeper: Keeper, door: Camera, fake_clock: FakeClock) -> None:
    stream = noted.watching(live(door))
    stream.begin()
    for _ in range(5):
        keeper.look()
        fake_clock.advance(LONGEST_MS / 2000)
    stream.end()
    fake_clock.advance(2 * MINUTE)
    keeper.look()
    assert [(one["from"][11:16], one["to"][11:16], one.get("goes_on", False)) for one in told()] == [
        ("00:00", "01:00", True),
        ("01:00", "02:00", True),
        ("02:00", "02:30", False),
    ]


def test_recordings_are_told_as_ranges(noted: Noted, keeper: Keeper, door: Camera, fake_clock: FakeClock) -> None:
    subject = Subject("ann", "", door.pk, Kind.PLAYBACK)
    at = fake_clock.wall_ms()
    for start, end in ((0, 60_000), (60_000, 120_000), (600_000, 660_000)):
        noted.saw(subject, at + start, at + end)
    keeper.look()
    fake_clock.advance(2 * MINUTE)
    keeper.look()
    assert AuditRow.objects.get().action == "camera.playback"
    assert told()[0]["recorded"] == [
        ["2026-01-01T00:00:00Z", "2026-01-01T00:02:00Z"],
        ["2026-01-01T00:10:00Z", "2026-01-01T00:11:00Z"],
    ]


def test_a_killed_process_leaves_nothing_untold(
    noted: Noted, keeper: Keeper, door: Camera, fake_clock: FakeClock
) -> None:
    noted.watching(live(door)).begin()
    keeper.look()
    fake_clock.advance(30)
    keeper.look()  # and then it is killed
    fake_clock.advance(SILENT_MS / 1000 + 1)
    Keeper(Noted(fake_clock)).look()
    assert [(one["from"], one["to"]) for one in told()] == [("2026-01-01T00:00:00Z", "2026-01-01T00:00:30Z")]
    assert not Viewing.objects.exists()


def test_after_a_restart_the_same_viewer_goes_on(
    noted: Noted, keeper: Keeper, door: Camera, fake_clock: FakeClock
) -> None:
    noted.watching(live(door)).begin()
    keeper.look()
    fake_clock.advance(40)
    again = Noted(fake_clock)
    stream = again.watching(live(door))
    stream.begin()
    next_one = Keeper(again)
    next_one.look()
    stream.end()
    fake_clock.advance(2 * MINUTE)
    next_one.look()
    assert [(one["from"], one["to"]) for one in told()] == [("2026-01-01T00:00:00Z", "2026-01-01T00:00:40Z")]


def test_two_processes_leave_each_others_sessions_alone(
    noted: Noted, keeper: Keeper, door: Camera, fake_clock: FakeClock
) -> None:
    other = Noted(fake_clock)
    second = Keeper(other)
    noted.watching(live(door)).begin()
    other.watching(live(door)).begin()
    for _ in range(20):
        keeper.look()
        second.look()
        fake_clock.advance(10)
    assert Viewing.objects.count() == 2
    assert told() == []


def test_what_is_seen_while_it_is_written_down_is_told_next_time(noted: Noted, door: Camera) -> None:
    noted.saw(live(door), 0, 10)
    (session,) = noted.sessions()
    ranges = session.recorded
    noted.saw(live(door), 50, 60)
    noted.told(session, ranges, session.seen_ms)
    assert noted.sessions()[0].recorded == [(50, 60)]


@pytest.mark.django_db(transaction=True)
def test_the_thread_writes_the_last_of_it_when_it_ends(noted: Noted) -> None:
    door = Camera.objects.create(name="Door", driver="none")
    with kept(noted, every_s=3600):
        noted.watching(live(door)).begin()
    assert Viewing.objects.get().camera_id == door.pk


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 50)).map(lambda one: (one[0], sum(one)))))
def test_ranges_lose_no_moment(ranges: list[tuple[int, int]]) -> None:
    found = merged(ranges)
    assert len(found) <= MOST_RANGES
    assert found == sorted(found)
    assert all(any(first <= start and end <= last for first, last in found) for start, end in ranges)
