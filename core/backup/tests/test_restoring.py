"""Recordings come back from their copies, byte for byte, and stay for a while."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.backup import services
from core.backup.models import Restore, State, Target
from core.backup.tests.folder import Faults, files
from core.cameras.models import Camera
from core.hookspecs.backup import BackupTrouble
from core.media.clock import SystemClock
from core.media.tests.footage import START_MS
from core.recording.models import Segment
from core.recording.queries import segments
from core.recording.retention import Retention
from core.recording.tests.recorded import record
from core.recording.volumes import OpenVolume
from core.testing.clock import FakeClock

pytestmark = pytest.mark.django_db(databases="__all__")
Work = Callable[[], None]
ALWAYS = 1 << 41


@pytest.fixture
def later() -> FakeClock:
    """A week on, for retention."""
    return FakeClock(wall_ms=START_MS + 7 * 86_400_000)


@pytest.fixture
def gate(volume: OpenVolume, camera: Callable[..., int], plan_of: Any, work: Work, later: FakeClock) -> int:
    """A camera whose recordings are copied and deleted here."""
    found = camera()
    record(volume, found, seconds=12, segment_ms=4000)
    plan_of()
    work()
    Camera.objects.update(retention_days=1)
    assert Retention(later).run().deleted == 3
    return found


def ask(far: Path, clock: FakeClock, days: int = 7) -> list[Restore]:
    return services.request_restore(Target.objects.get(), list(files(far)), days, actor="jo", clock=clock)


def test_recordings_come_back(gate: int, volume: OpenVolume, far: Path, work: Work, clock: FakeClock) -> None:
    ask(far, clock)
    work()
    assert set(Restore.objects.values_list("state", "error")) == {(State.DONE, "")}
    back = list(segments(gate, 0, ALWAYS))
    assert len(back) == 3
    stored = {volume.storage.read(one.place.key, 0, one.size) for one in back}
    assert stored == set(files(far).values())
    assert not volume.storage.unfinished()
    assert all(len(one.fragments()) > 1 for one in back)


def test_retention_leaves_them_for_a_while(gate: int, far: Path, work: Work, later: FakeClock) -> None:
    """By the machine's own clock, as retention asks through the hook."""
    services.request_restore(Target.objects.get(), list(files(far)), 7, actor="jo", clock=SystemClock())
    work()
    assert len(Retention(later).run().kept) == 3
    Restore.objects.update(keep_until_ms=0)
    assert Retention(later).run().deleted == 3


def test_they_are_not_copied_again(gate: int, far: Path, work: Work, clock: FakeClock) -> None:
    before = files(far)
    ask(far, clock)
    work()
    clock.advance(4000)
    work()
    assert files(far) == before


def test_what_is_still_here_stays_as_it_is(
    volume: OpenVolume, camera: Callable[..., int], plan_of: Any, far: Path, work: Work, clock: FakeClock
) -> None:
    record(volume, camera(), seconds=4)
    plan_of()
    work()
    ask(far, clock)
    work()
    assert [row.error.endswith("was not deleted.") for row in Restore.objects.all()] == [True]
    assert Segment.objects.count() == 1


def test_damaged_copy(gate: int, volume: OpenVolume, far: Path, work: Work, clock: FakeClock) -> None:
    name = min(files(far))
    whole = (far / name).read_bytes()
    (far / name).write_bytes(whole[: len(whole) // 2])
    ask(far, clock)
    work()
    assert "damaged" in Restore.objects.get(path=name).error
    assert Restore.objects.filter(state=State.DONE).count() == 2
    assert not volume.storage.unfinished()


@pytest.mark.parametrize("content", [b"", b"no recording at all" * 1000])
def test_stranger(gate: int, far: Path, work: Work, clock: FakeClock, content: bytes) -> None:
    (far / "holiday.mp4").write_bytes(content)
    services.request_restore(Target.objects.get(), ["holiday.mp4"], 7, actor="jo", clock=clock)
    work()
    assert "no recording of Eyrie's" in Restore.objects.get().error


def test_camera_that_is_gone(gate: int, far: Path, work: Work, clock: FakeClock) -> None:
    Camera.objects.all().delete()
    ask(far, clock)
    work()
    assert {row.state for row in Restore.objects.all()} == {State.FAILED}
    assert "which is not here" in Restore.objects.all()[0].error


def test_server_that_is_away_is_waited_for(gate: int, far: Path, faults: Faults, work: Work, clock: FakeClock) -> None:
    ask(far, clock)
    faults.trouble = BackupTrouble.AWAY
    work()
    assert Segment.objects.count() == 0
    faults.trouble = None
    clock.advance(3600)
    work()
    assert Restore.objects.filter(state=State.DONE).count() == 3
    assert Segment.objects.count() == 3
