"""From recordings to files at a target, through everything that can go wrong on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.backup import ledger, services
from core.backup.delivery import SLICE
from core.backup.models import Copy, Plan, State, Target
from core.backup.tests.folder import Faults, files
from core.events.models import StoredEvent
from core.hookspecs.backup import BackupTrouble
from core.media.tests.footage import START_MS
from core.recording.tests.recorded import record
from core.recording.volumes import OpenVolume
from core.testing.clock import FakeClock

pytestmark = pytest.mark.django_db(databases="__all__")
Work = Callable[[], None]
DAY_S = 86_400


def originals(volume: OpenVolume) -> Counter[bytes]:
    """The recordings as they lie on their volume."""
    keys = list(volume.storage.keys())
    return Counter(volume.storage.read(key, 0, volume.storage.size(key)) for key in keys)


def told(kind: str) -> list[dict[str, Any]]:
    return list(StoredEvent.objects.filter(type=kind).order_by("id").values_list("attributes", flat=True))


@pytest.fixture
def recordings(volume: OpenVolume, camera: Callable[..., int]) -> int:
    """Three closed segments of a camera; its id."""
    gate = camera("Gate")
    record(volume, gate, seconds=12, segment_ms=4000)
    return gate


def test_every_closed_segment_is_copied_once(
    recordings: int, volume: OpenVolume, plan_of: Any, far: Path, work: Work, clock: FakeClock
) -> None:
    plan_of()
    for _ in range(3):
        work()
        clock.advance(4000)
    assert Counter(files(far).values()) == originals(volume)
    assert {Path(name).parts[0] for name in files(far)} == {"Gate"}
    assert set(Copy.objects.values_list("state", "verified")) == {("done", "read")}
    assert not [name for name in files(far) if name.endswith(".part")]


def test_what_is_recorded_later_follows(
    recordings: int, volume: OpenVolume, plan_of: Any, far: Path, work: Work, clock: FakeClock
) -> None:
    plan_of()
    work()
    record(volume, recordings, seconds=4, start_ms=START_MS + 60_000)
    work()
    assert len(files(far)) == 4
    record(volume, recordings, seconds=4, start_ms=START_MS - 3 * DAY_S * 1000)  # a volume came back with old ones
    clock.advance(3600)
    work()
    assert Counter(files(far).values()) == originals(volume)


def test_cut_line_goes_on_where_it_was(
    recordings: int, volume: OpenVolume, plan_of: Any, far: Path, faults: Faults, work: Work, clock: FakeClock
) -> None:
    plan_of()
    faults.cut_after = 1000
    work()
    assert [name for name in files(far) if name.endswith(".part")]
    assert Copy.objects.filter(state=State.WAITING).count() == 3
    assert "cut" in Target.objects.get().error
    clock.advance(60)
    work()
    assert faults.appends[1][1] > 0
    assert Counter(files(far).values()) == originals(volume)
    assert Target.objects.get().error == ""
    assert Copy.objects.filter(attempts=0).count() == 3  # a line that is cut is no fault of the file


def test_server_away_for_a_day(
    recordings: int, volume: OpenVolume, plan_of: Any, far: Path, faults: Faults, work: Work, clock: FakeClock
) -> None:
    plan_of(lag_hours=12)
    faults.trouble = BackupTrouble.AWAY
    begin_ms, tries = clock.wall_ms(), 0
    for minute in range(0, 24 * 60, 5):
        if minute % 60 == 0:
            record(volume, recordings, seconds=4, start_ms=clock.wall_ms() - 10_000)
        before = Target.objects.get().failures
        work()
        tries += Target.objects.get().failures - before
        clock.advance(300)
    assert clock.wall_ms() - begin_ms == DAY_S * 1000
    assert 24 * 4 <= tries <= 24 * 12 + 5  # tried again all the time, but not all the time
    assert Copy.objects.exclude(state=State.WAITING).count() == 0
    faults.trouble = None
    clock.advance(15 * 60)
    work()
    assert Counter(files(far).values()) == originals(volume)
    assert len(files(far)) == 27
    assert len(told("backup.failed")) == 1
    assert [event["missed"] for event in told("backup.lagging")] == [0]
    work()
    assert [event["files"] for event in told("backup.completed")] == [27]


def test_killed_in_the_middle_of_a_file(
    recordings: int,
    volume: OpenVolume,
    plan_of: Any,
    far: Path,
    faults: Faults,
    runner_of: Any,
    work: Work,
    clock: FakeClock,
) -> None:
    """The process is gone from one moment to the next: its claim stands, the row says COPYING, half is there."""
    plan_of()
    runner = runner_of()
    runner.look()

    def killed() -> None:
        raise KeyboardInterrupt

    faults.after = killed
    with pytest.raises(KeyboardInterrupt):
        runner.courier(Target.objects.get()).run()
    faults.after = lambda: None
    assert Copy.objects.filter(state=State.COPYING).count() == 1
    work()  # its claim has not lapsed: nobody else may touch the target
    assert len(faults.appends) == 1
    clock.advance(ledger.CLAIM_MS / 1000 + 1)
    work()
    assert Counter(files(far).values()) == originals(volume)


def test_killed_between_renaming_and_noting_it(
    recordings: int, volume: OpenVolume, plan_of: Any, far: Path, faults: Faults, work: Work
) -> None:
    plan_of()
    work()
    Copy.objects.update(state=State.COPYING, sha256="", done_ms=None)
    sent = len(faults.appends)
    work()
    assert len(faults.appends) == sent  # recognised, not sent again
    assert set(Copy.objects.values_list("state", flat=True)) == {"done"}
    assert Counter(files(far).values()) == originals(volume)


def test_other_file_of_that_name_is_left_alone(
    recordings: int, plan_of: Any, far: Path, work: Work, clock: FakeClock
) -> None:
    plan_of()
    work()
    taken = Copy.objects.order_by("start_ms").first()
    assert taken is not None
    (far / taken.path).write_bytes(b"somebody else's")
    Copy.objects.filter(pk=taken.pk).update(state=State.WAITING)
    work()
    taken.refresh_from_db()
    assert (taken.state, taken.attempts) == ("waiting", 1)
    assert "other content" in taken.error
    assert (far / taken.path).read_bytes() == b"somebody else's"


def test_bytes_that_change_on_the_way_are_found(
    recordings: int, volume: OpenVolume, plan_of: Any, far: Path, faults: Faults, work: Work, clock: FakeClock
) -> None:
    plan_of()
    faults.corrupts = True
    work()
    assert files(far) == {}
    assert set(Copy.objects.values_list("state", "attempts")) == {("waiting", 1)}
    faults.corrupts = False
    clock.advance(60)
    work()
    assert Counter(files(far).values()) == originals(volume)


def test_one_bad_file_does_not_stop_the_others(
    recordings: int, plan_of: Any, far: Path, faults: Faults, work: Work, clock: FakeClock
) -> None:
    plan_of(template="{id}.{ext}")
    faults.refuses = str(min(_segments()))
    for _ in range(ledger.ATTEMPTS + 1):
        work()
        clock.advance(16 * 60)
    assert Counter(Copy.objects.values_list("state", flat=True)) == {"done": 2, "failed": 1}
    assert len(told("backup.failed")) == 1
    faults.refuses = ""
    services.retry(Copy.objects.all(), actor="test")
    work()
    assert Counter(Copy.objects.values_list("state", flat=True)) == {"done": 3}


def _segments() -> list[int]:
    from core.recording.models import Segment

    return list(Segment.objects.values_list("pk", flat=True))


def test_full_server_is_told_at_once(
    recordings: int, plan_of: Any, faults: Faults, work: Work, clock: FakeClock
) -> None:
    plan_of()
    faults.trouble = BackupTrouble.FULL
    work()
    assert [event["target"] for event in told("backup.failed")] == ["folder"]
    clock.advance(3600)
    work()
    assert len(told("backup.failed")) == 1


def test_plugin_with_a_mistake_costs_its_target_only(
    recordings: int, plan_of: Any, folder_kind: Any, faults: Faults, work: Work
) -> None:
    plan_of()
    faults.breaks = ZeroDivisionError("oops")
    work()
    assert "fails: ZeroDivisionError: oops" in Target.objects.get().error
    assert folder_kind.failures == 1


def test_recording_that_retention_took_first(
    recordings: int, volume: OpenVolume, plan_of: Any, far: Path, faults: Faults, work: Work, clock: FakeClock
) -> None:
    from core.recording.store import remove_rows

    plan_of()
    faults.trouble = BackupTrouble.AWAY
    work()
    remove_rows(_segments()[:1])
    faults.trouble = None
    clock.advance(3600)
    work()
    work()
    assert Counter(Copy.objects.values_list("state", flat=True)) == {"done": 2, "missed": 1}
    assert [event["missed"] for event in told("backup.lagging")] == [1]


def test_cancelled_in_the_middle(
    recordings: int, plan_of: Any, far: Path, faults: Faults, work: Work, clock: FakeClock
) -> None:
    plan_of()

    def cancel() -> None:
        clock.advance(2)
        services.cancel(Copy.objects.all(), actor="test")

    faults.after = cancel
    work()
    assert Counter(Copy.objects.values_list("state", flat=True)) == {"cancelled": 3}
    faults.after = lambda: None
    work()
    assert not [name for name in files(far) if not name.endswith(".part")]


def test_paused_target_and_plan(recordings: int, plan_of: Any, far: Path, work: Work) -> None:
    plan = plan_of()
    Target.objects.update(enabled=False)
    work()
    assert files(far) == {}
    Target.objects.update(enabled=True)
    Plan.objects.filter(pk=plan.pk).update(enabled=False)
    work()
    assert files(far) == {}
    Plan.objects.update(enabled=True)
    work()
    assert len(files(far)) == 3


def test_window(recordings: int, plan_of: Any, far: Path, work: Work, clock: FakeClock) -> None:
    hour = (clock.wall_ms() // 3_600_000) % 24
    opens = f"{(hour + 2) % 24:02d}:00"
    window = {"days": list(range(7)), "start": opens, "end": f"{(hour + 3) % 24:02d}:00"}
    plan_of(target={"window": window})
    work()
    assert files(far) == {}
    clock.advance(2 * 3600)
    work()
    assert len(files(far)) == 3


def test_cap_takes_its_time_and_keeps_the_claim(
    recordings: int, volume: OpenVolume, plan_of: Any, far: Path, runner_of: Any, clock: FakeClock
) -> None:
    """Waiting is simulated by the clock: 1 byte a millisecond."""
    plan_of(target={"cap": 1000}, verify="size")
    runner = runner_of()
    runner.look()
    beats: list[int] = []
    courier = runner.courier(Target.objects.get())

    def wait(seconds: float) -> None:
        clock.advance(seconds)
        beats.append(clock.wall_ms() - Target.objects.get().beat_ms)

    courier._wait = wait
    begin = clock.monotonic()
    courier.run()
    total = sum(len(data) for data in originals(volume).elements())
    assert len(files(far)) == 3
    assert clock.monotonic() - begin == pytest.approx(total / 1000, abs=SLICE / 1000)
    assert max(beats) < ledger.CLAIM_MS / 2


def test_old_copies_go_and_stay_gone(
    recordings: int, volume: OpenVolume, plan_of: Any, far: Path, work: Work, clock: FakeClock
) -> None:
    """Also while the recordings themselves are still here."""
    plan_of(keep_days=2)
    work()
    assert len(files(far)) == 3
    clock.advance(2 * DAY_S)
    for _ in range(3):
        clock.advance(4000)
        work()
    assert files(far) == {}
    assert Copy.objects.count() == 0
    assert len(originals(volume)) == 3


def test_oldest_go_beyond_the_bytes(
    recordings: int, volume: OpenVolume, plan_of: Any, far: Path, work: Work, clock: FakeClock
) -> None:
    plan_of(keep_bytes=1)
    work()
    newest = Copy.objects.order_by("-start_ms").values_list("path", flat=True).first()
    Plan.objects.update(keep_bytes=Copy.objects.order_by("-start_ms").values_list("size", flat=True).first())
    clock.advance(61)
    work()
    assert list(files(far)) == [newest]


@pytest.mark.parametrize("resumes", [False])
def test_store_whose_objects_appear_whole(
    recordings: int, volume: OpenVolume, plan_of: Any, far: Path, faults: Faults, work: Work
) -> None:
    plan_of()
    work()
    assert Counter(files(far).values()) == originals(volume)
    assert {offset for _, offset in faults.appends} == {0}
    assert not [path for path, _ in faults.appends if path.endswith(".part")]


def test_two_cameras_of_one_path_are_kept_apart(
    volume: OpenVolume, camera: Callable[..., int], plan_of: Any, far: Path, work: Work
) -> None:
    for name in ("A/B", "A:B"):
        record(volume, camera(name), seconds=4)
    plan_of()
    work()
    assert Counter(files(far).values()) == originals(volume)
    assert {Path(name).parts[0] for name in files(far)} == {"A_B"}
