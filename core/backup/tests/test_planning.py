"""What is planned, of what, and when."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest

from core.backup import ledger
from core.backup.holding import objection
from core.backup.models import Copy, Plan, State, Target
from core.backup.tests.folder import Faults, files
from core.cameras.models import CameraGroup
from core.events.services import record as record_event
from core.hookspecs.backup import BackupTrouble
from core.media.tests.footage import START_MS
from core.recording.models import Segment
from core.recording.models import State as SegmentState
from core.recording.retention import Retention
from core.recording.tests.recorded import record
from core.recording.volumes import OpenVolume
from core.testing.clock import FakeClock

pytestmark = pytest.mark.django_db(databases="__all__")
Work = Callable[[], None]


def event(camera: int, start_s: float, end_s: float | None, kind: str = "camera.stalled") -> int:
    end_ms = None if end_s is None else START_MS + round(end_s * 1000)
    return record_event(kind, camera, START_MS + round(start_s * 1000), end_ms).id


def test_open_segments_are_not_touched(
    volume: OpenVolume, camera: Callable[..., int], plan_of: Any, far: Path, work: Work
) -> None:
    record(volume, camera(), seconds=8, segment_ms=4000)
    newest = Segment.objects.order_by("-pk").first()
    assert newest is not None
    Segment.objects.filter(pk=newest.pk).update(state=SegmentState.OPEN)
    plan_of()
    work()
    assert len(files(far)) == 1
    Segment.objects.filter(pk=newest.pk).update(state=SegmentState.CLOSED)
    work()
    assert len(files(far)) == 2


def test_only_chosen_cameras_and_groups(
    volume: OpenVolume, camera: Callable[..., int], plan_of: Any, far: Path, work: Work
) -> None:
    gate, yard, hall = (camera(name) for name in ("Gate", "Yard", "Hall"))
    for one in (gate, yard, hall):
        record(volume, one)
    group = CameraGroup.objects.create(name="Inside")
    group.cameras.add(hall)
    plan_of(cameras=[gate], groups=[group.pk])
    work()
    assert {Path(name).parts[0] for name in files(far)} == {"Gate", "Hall"}


def test_only_from_its_beginning_on(
    volume: OpenVolume, camera: Callable[..., int], plan_of: Any, far: Path, work: Work
) -> None:
    record(volume, camera(), seconds=12, segment_ms=4000)
    starts = sorted(segment.start_ms for segment in Segment.objects.all())
    plan_of(since_ms=starts[1])
    work()
    assert sorted(Copy.objects.values_list("start_ms", flat=True)) == starts[1:]


def test_clip_of_an_event(
    volume: OpenVolume, camera: Callable[..., int], plan_of: Any, far: Path, work: Work, tmp_path: Path
) -> None:
    gate = camera()
    record(volume, gate, seconds=30, segment_ms=10_000)
    event(gate, 12, 13)
    event(gate, 12, 13, "camera.online")
    plan_of(content="events", event_types=["camera.stalled"], before_s=4, after_s=2)
    work()
    [(name, data)] = files(far).items()
    assert "camera-stalled" in name
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(data)
    with av.open(str(clip)) as container:
        frames = sum(1 for _ in container.decode(video=0))
    assert 7 * 10 <= frames <= 9 * 10  # 4 + 1 + 2 seconds at 10 fps, from the keyframe before on
    work()
    assert len(files(far)) == 1


def test_clip_waits_for_its_recording_to_be_closed(
    volume: OpenVolume, camera: Callable[..., int], plan_of: Any, far: Path, work: Work
) -> None:
    gate = camera()
    record(volume, gate, seconds=20, segment_ms=10_000)
    Segment.objects.filter(end_ms__gt=START_MS + 12_000).update(state=SegmentState.OPEN)
    event(gate, 5, 6)
    plan_of(content="events", before_s=1, after_s=10)
    plan = Plan.objects.get()
    from core.backup.planning import Planner

    soon = START_MS + 17_000
    from datetime import UTC

    assert Planner().look(plan, soon, UTC) == 0
    Segment.objects.update(state=SegmentState.CLOSED)
    assert Planner().look(plan, START_MS + 10_000, UTC) == 0  # its end is still to come
    assert Planner().look(plan, soon, UTC) == 1


def test_event_that_lasts_is_cut_at_ten_minutes(
    volume: OpenVolume, camera: Callable[..., int], plan_of: Any, far: Path, work: Work, clock: FakeClock
) -> None:
    gate = camera()
    record(volume, gate, seconds=4)
    event(gate, 1, None)
    plan_of(content="events")
    work()
    copy = Copy.objects.get()
    assert copy.state == State.DONE
    assert copy.end_ms - copy.start_ms <= 600_000


def test_picture_of_an_event(
    volume: OpenVolume, camera: Callable[..., int], plan_of: Any, far: Path, work: Work
) -> None:
    gate = camera()
    record(volume, gate, seconds=8)
    event(gate, 3, 4)
    plan_of(content="snapshots")
    work()
    [(name, data)] = files(far).items()
    assert name.endswith(".jpg")
    assert data[:2] == b"\xff\xd8"
    with av.open(str(far / name)) as picture:
        assert picture.streams.video[0].width == 160


def test_picture_that_kills_the_process_is_given_up(
    volume: OpenVolume, camera: Callable[..., int], plan_of: Any, far: Path, work: Work
) -> None:
    gate = camera()
    record(volume, gate, seconds=4)
    event(gate, 1, 2)
    plan_of(content="snapshots")
    work()
    for _ in range(ledger.ATTEMPTS):
        Copy.objects.update(state=State.COPYING)  # as a crash leaves it
        assert ledger.claim_target(Copy.objects.get().target_id, "next", 0)
        Target.objects.update(owner="")
    work()
    assert Copy.objects.get().state == State.FAILED
    assert "ended each time" in Copy.objects.get().error


def test_event_without_recording(
    volume: OpenVolume, camera: Callable[..., int], plan_of: Any, far: Path, work: Work
) -> None:
    gate = camera()
    record(volume, gate, seconds=4)
    event(gate, -500, -490)
    plan_of(content="events")
    work()
    assert Copy.objects.get().state == State.MISSED
    assert "Nothing is recorded" in Copy.objects.get().error
    assert files(far) == {}


def test_two_plans_copy_each_for_itself(
    volume: OpenVolume, camera: Callable[..., int], plan_of: Any, far: Path, work: Work
) -> None:
    record(volume, camera(), seconds=4)
    plan_of("one")
    plan_of("two")
    work()
    assert len(files(far)) == 2
    assert Copy.objects.filter(path__contains="~").count() == 1


def test_retention_waits_for_the_copy_but_not_for_ever(
    volume: OpenVolume,
    camera: Callable[..., int],
    plan_of: Any,
    far: Path,
    faults: Faults,
    work: Work,
    clock: FakeClock,
) -> None:
    gate = camera()
    record(volume, gate, seconds=4)
    [segment] = Segment.objects.all()

    def may_go() -> bool:
        return objection(gate, segment.start_ms, segment.end_ms, clock) is None

    plan = plan_of(hold_hours=5)
    assert not may_go()  # not even planned yet
    faults.trouble = BackupTrouble.AWAY
    work()
    assert not may_go()
    clock.advance(5 * 3600)
    assert may_go()
    Plan.objects.filter(pk=plan.pk).update(hold_hours=1000)
    assert not may_go()
    Plan.objects.filter(pk=plan.pk).update(cameras=[gate + 1])
    assert may_go()
    Plan.objects.filter(pk=plan.pk).update(cameras=[])
    faults.trouble = None
    work()
    assert files(far)
    assert may_go()


def test_retention_itself_asks(
    volume: OpenVolume, camera: Callable[..., int], plan_of: Any, far: Path, work: Work, clock: FakeClock
) -> None:
    """Through the hook, as the worker does."""
    from core.cameras.models import Camera

    gate = camera()
    record(volume, gate, seconds=4)
    Camera.objects.update(retention_days=1)
    plan_of(hold_hours=24 * 365 * 20)
    clock.advance(7 * 86_400)
    assert list(Retention(clock).run().kept.values()) == ["The backup 'nightly' has not copied it yet."]
    work()
    assert Retention(clock).run().deleted == 1
    assert len(files(far)) == 1
