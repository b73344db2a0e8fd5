"""Reports become events; one that can never be stored does not keep the others back."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from core.cameras.models import Camera
from core.events.models import StoredEvent
from core.recorder import reports
from core.recorder.reports import Report, store

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
