"""What the event store does by the clock: forgetting, and telling of full volumes; and many events at once."""

import pytest

from core.cameras.models import Camera
from core.events import pictures, services, storage_trouble
from core.events.models import StoredEvent
from core.events.retention import DAY_MS, tidy
from core.events.services import Draft, EventError, attach_picture, record, record_many
from core.hookspecs.storage import StorageError, VolumeSpace
from core.recording.volumes import OpenVolume

pytestmark = pytest.mark.django_db
NOW = 1_780_000_000_000
JPEG = b"\xff\xd8 a picture \xff\xd9"


def starts() -> list[int]:
    return [
        (NOW - start) // DAY_MS for start in StoredEvent.objects.order_by("start_ms").values_list("start_ms", flat=True)
    ]


def test_old_events_and_those_too_many_are_forgotten_with_their_pictures() -> None:
    for days in range(10):
        event = record("camera.online", None, NOW - days * DAY_MS)
        attach_picture(event.id, JPEG)
    oldest = StoredEvent.objects.order_by("start_ms").first()
    assert pictures.read(oldest.picture) == JPEG
    assert tidy(NOW, days=6, rows=0) == 3
    assert starts() == [6, 5, 4, 3, 2, 1, 0]
    assert pictures.read(oldest.picture) is None
    assert tidy(NOW, days=0, rows=4) == 3
    assert starts() == [3, 2, 1, 0]
    assert tidy(NOW, days=0, rows=0) == 0


def test_one_run_of_forgetting_has_an_end() -> None:
    for number in range(5):
        record("camera.online", None, NOW - number)
    assert tidy(NOW + 2 * DAY_MS, days=1, rows=0, most=1) == 5  # whole batches
    assert not StoredEvent.objects.exists()


class Disk:
    """A volume's storage that says how much is free."""

    def __init__(self, free: int) -> None:
        self.free = free

    def space(self) -> VolumeSpace:
        if self.free < 0:
            raise StorageError("hung")
        return VolumeSpace(total=1000, free=self.free)


def test_a_volume_that_runs_full_is_told_once_until_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(100)
    volume = OpenVolume(1, "main", disk, reserve_bytes=100, limit_bytes=None)
    monkeypatch.setattr(storage_trouble, "open_volumes", lambda: ([volume], {}))
    for at, free in enumerate((100, 9, 8, -1, 10, 9)):
        disk.free = free
        storage_trouble.keep_in_step(NOW + at)
    told = StoredEvent.objects.order_by("start_ms").values_list("start_ms", "end_ms")
    assert [(start - NOW, end and end - NOW) for start, end in told] == [(1, 4), (5, None)]
    assert StoredEvent.objects.first().attributes == {"volume": "main", "free": 9, "total": 1000}


def test_many_events_at_once_each_with_its_fate(django_capture_on_commit_callbacks, monkeypatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(services, "_tell", lambda event: told.append(event.id))
    door = Camera.objects.create(name="door", driver="none")
    record("camera.online", door.pk, NOW, key="known")
    drafts = [
        Draft("camera.online", door.pk, NOW, key="new"),
        Draft("camera.online", door.pk, NOW, key="known"),
        Draft("camera.exploded", door.pk, NOW),
        Draft("camera.online", door.pk, NOW, key="new"),
        Draft("camera.online", None, NOW),
    ]
    with django_capture_on_commit_callbacks(execute=True):
        found = record_many(drafts)
    known = StoredEvent.objects.get(key="known").pk
    new = StoredEvent.objects.get(key="new").pk
    assert isinstance(found[2], EventError)
    assert found[:2] + found[3:4] == [(new, True), (known, False), (new, False)]
    assert StoredEvent.objects.count() == 3
    assert sorted(told) == sorted([new, found[4][0]])


def test_a_key_is_stored_once() -> None:
    first = record("camera.online", None, NOW, key="one")
    assert record("camera.online", None, NOW + 5, key="one") == first
    assert StoredEvent.objects.count() == 1
