"""Reports become events; one that can never be stored does not keep the others back."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from core.cameras.models import Camera
from core.events.models import StoredEvent
from core.events.services import record
from core.recorder import reports
from core.recorder.protocol import CameraState, CameraStatus
from core.recorder.reports import Report, Reports, in_trouble, store

NOW = 1_780_000_000_000


def offline(camera_id: int, at_ms: int) -> Report:
    return Report("camera.offline", camera_id, at_ms, {"fault": "closed", "message": "The camera closed."})


@pytest.mark.django_db(transaction=True)
def test_a_report_of_a_deleted_camera_holds_nothing_up() -> None:
    """Its recorder sees it go only moments later, and what the camera does meanwhile is still reported."""
    gone, door = (Camera.objects.create(name=name, driver="none") for name in ("gone", "door"))
    late = offline(gone.pk, NOW)
    gone.delete()
    assert store([late, offline(door.pk, NOW + 1)]) == []
    assert [(event.camera_id, event.start_ms) for event in StoredEvent.objects.all()] == [(door.pk, NOW + 1)]


def test_while_the_database_is_away_they_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(reports, "record", away)
    waiting = [offline(1, NOW), offline(2, NOW)]
    assert store(waiting) == waiting


@pytest.mark.django_db(transaction=True)
def test_a_new_recorder_tells_that_a_camera_is_back_whose_trouble_the_one_before_told(fake_clock) -> None:
    """Else it would stay offline for whoever goes by the events, as Home Assistant does."""
    away, back, well = (Camera.objects.create(name=name, driver="none").pk for name in ("away", "back", "well"))
    for camera_id in (away, back):
        record("camera.stalled", camera_id, NOW, NOW, {"fault": "", "message": "No pictures."})
    record("camera.online", back, NOW + 1000, NOW + 1000)
    troubled = in_trouble([away, back, well])
    assert troubled == {away}
    fresh = Reports(fake_clock)
    fresh.remember(troubled)
    for camera_id in (away, back, well):
        before = CameraStatus(camera_id, CameraState.CONNECTING, 0)
        fresh.camera(CameraStatus(camera_id, CameraState.STREAMING, 0), before)
    assert [(one.type, one.camera_id) for one in fresh.take()] == [("camera.online", away)]
