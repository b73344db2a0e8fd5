"""What goes, what stays, and that nothing is left half deleted."""

from __future__ import annotations

import pytest

from core.cameras.models import Camera
from core.hookspecs.storage import Storage, StorageError, VolumeSpace
from core.media.tests.footage import START_MS
from core.recording.keys import piece_key
from core.recording.models import Gap, Piece, Removal, Segment, State
from core.recording.retention import DAY_MS, Outcome, Retention, ask_plugins
from core.recording.tally import Tally
from core.recording.tests.recorded import record
from core.recording.volumes import OpenVolume
from core.testing.clock import FakeClock

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def camera() -> Camera:
    return Camera.objects.create(name="gate", driver="none")


def hours(volume: OpenVolume, camera: Camera, count: int = 5) -> list[str]:
    """One short segment an hour; their keys."""
    return [record(volume, camera.pk, seconds=1, start_ms=START_MS + hour * 3_600_000)[0].key for hour in range(count)]


def run(at_ms: int = START_MS, **options: object) -> Outcome:
    return Retention(FakeClock(at_ms), **options).run()


def left(volume: OpenVolume) -> list[str]:
    """Keys of what is left; index and volume must agree."""
    keys = sorted(volume.storage.keys())
    assert sorted(map(piece_key, Piece.objects.all())) == keys
    assert Segment.objects.count() == len(keys)
    return keys


def test_by_age(volume: OpenVolume, camera: Camera) -> None:
    keys = hours(volume, camera)
    Camera.objects.update(retention_days=1)
    assert run(START_MS + DAY_MS + 2 * 3_600_000).deleted == 2
    assert left(volume) == sorted(keys[2:])
    told = Removal.objects.get()
    assert (told.camera_id, told.count, told.oldest_ms) == (camera.pk, 2, START_MS)


def test_by_bytes_the_oldest_go(volume: OpenVolume, camera: Camera) -> None:
    keys = hours(volume, camera)
    size = Segment.objects.first().size
    Camera.objects.update(retention_bytes=3 * size + size // 2)
    run()
    assert left(volume) == sorted(keys[2:])


def test_by_the_volumes_limit(volume: OpenVolume, camera: Camera) -> None:
    keys = hours(volume, camera)
    size = Segment.objects.first().size
    type(Piece.objects.first().volume).objects.update(limit_bytes=2 * size + 1)
    run()
    assert left(volume) == sorted(keys[3:])


def test_by_free_space(volume: OpenVolume, camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = hours(volume, camera)
    size = Segment.objects.first().size
    type(Piece.objects.first().volume).objects.update(reserve_bytes=1_000_000)
    monkeypatch.setattr(type(volume.storage), "space", lambda disk: VolumeSpace(10_000_000, 1_000_000 - size))
    run()
    assert left(volume) == sorted(keys[1:])


def test_without_limits_nothing_goes(volume: OpenVolume, camera: Camera) -> None:
    keys = hours(volume, camera)
    assert run(START_MS + 1000 * DAY_MS).deleted == 0
    assert left(volume) == sorted(keys)


def test_recordings_of_a_removed_camera_go(volume: OpenVolume, camera: Camera) -> None:
    hours(volume, camera)
    Gap.objects.create(camera_id=camera.pk, start_ms=1, reason="offline")
    camera.delete()
    run()
    assert left(volume) == []
    assert not Gap.objects.exists()


def test_gaps_of_a_removed_camera_that_never_came_go(volume: OpenVolume, camera: Camera) -> None:
    for owner in (camera.pk, camera.pk + 1):
        Gap.objects.create(camera_id=owner, start_ms=1, reason="offline")
    run()
    assert [gap.camera_id for gap in Gap.objects.all()] == [camera.pk]


def test_what_is_being_written_stays(volume: OpenVolume, camera: Camera) -> None:
    hours(volume, camera, 1)
    Segment.objects.update(state=State.OPEN)
    Camera.objects.update(retention_bytes=0, retention_days=1)
    assert run(START_MS + 1000 * DAY_MS).deleted == 0


def test_an_objection_keeps_a_segment_and_the_next_goes(volume: OpenVolume, camera: Camera) -> None:
    keys = hours(volume, camera)
    size = Segment.objects.first().size
    Camera.objects.update(retention_bytes=4 * size + 1)
    outcome = run(vote=lambda segment: "held as evidence" if segment.start_ms == START_MS else None)
    assert list(outcome.kept.values()) == ["held as evidence"]
    assert left(volume) == sorted([keys[0], *keys[2:]])


def test_plugins_are_asked(volume: OpenVolume, camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.pluginhost import host

    hours(volume, camera, 1)
    monkeypatch.setattr(host().hooks, "decide_segment_deletion", lambda **which: f"camera {which['camera_id']}")
    assert ask_plugins(Segment.objects.get()) == f"camera {camera.pk}"


def test_a_run_is_bounded_and_the_next_goes_on(volume: OpenVolume, camera: Camera) -> None:
    hours(volume, camera)
    Camera.objects.update(retention_bytes=0)
    assert run(most=2).deleted == 2
    assert run(most=2).deleted == 2
    assert run(most=2).deleted == 1
    assert left(volume) == []


def test_a_failed_unlink_is_finished_later(volume: OpenVolume, camera: Camera, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = hours(volume, camera, 2)
    Camera.objects.update(retention_bytes=0)

    def fail(disk: Storage, key: str) -> None:
        raise StorageError("the disk does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(type(volume.storage), "delete", fail)
        assert run().failed == {"test": "the disk does not answer."}
    assert set(Segment.objects.values_list("state", flat=True)) == {State.DELETING}
    assert sorted(volume.storage.keys()) == keys
    run()
    assert left(volume) == []


def test_a_tally_serves_run_after_run(volume: OpenVolume, camera: Camera) -> None:
    keys = hours(volume, camera)
    size = Segment.objects.first().size
    tally, now = Tally(), START_MS + 6 * 3_600_000
    Camera.objects.update(retention_bytes=4 * size)
    type(Piece.objects.first().volume).objects.update(limit_bytes=3 * size + 1)
    run(now, tally=tally)
    assert left(volume) == sorted(keys[2:])
    keys += [record(volume, camera.pk, seconds=1, start_ms=now)[0].key]
    run(now + 60_000, tally=tally)
    assert left(volume) == sorted(keys[3:])


def test_gaps_before_the_first_recording_go(volume: OpenVolume, camera: Camera) -> None:
    hours(volume, camera, 2)
    for start in (START_MS - 5000, START_MS + 5000):
        Gap.objects.create(camera_id=camera.pk, start_ms=start, end_ms=start + 1000, reason="offline")
    run()
    assert [gap.start_ms for gap in Gap.objects.all()] == [START_MS + 5000]
