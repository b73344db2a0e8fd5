"""What a rule asks of the recorder."""

from __future__ import annotations

import pytest
from django.apps import apps
from pydantic import BaseModel

from core.api import ActionContext, Event, GiveUp
from core.api.services import add_camera
from core.testing.actions import ActionContract
from plugins.record.action import record
from plugins.record.hooks import register_actions
from plugins.record.settings import RecordSettings

pytestmark = pytest.mark.django_db(databases="__all__")

NOW = 1_767_225_600_000
SETTINGS = RecordSettings(seconds=30)


@pytest.fixture
def camera(db: None) -> int:
    return add_camera("door", "rtsp", {"url": "rtsp://127.0.0.1/1"}, actor="test").pk


def context(camera: int | None, end_ms: int | None = None, *, key: str = "7", late_ms: int = 500) -> ActionContext:
    event = Event(1, "lpr.plate_read", camera, NOW, end_ms)
    return ActionContext(key, 1, event, rule="Door", now_ms=NOW + late_ms)


def asked() -> list[tuple[int, int, int]]:
    """Camera, start and end of every trigger, relative to the event."""
    rows = apps.get_model("recording", "Trigger").objects.values_list("camera_id", "start_ms", "until_ms")
    return [(camera, start - NOW, until - NOW) for camera, start, until in rows]


class TestContract(ActionContract):
    spec = next(iter(register_actions()))

    @pytest.fixture(autouse=True)
    def _camera(self, camera: int) -> None:
        self.camera = camera

    def context(self, attempt: int = 1, key: str = "delivery-1") -> ActionContext:
        return context(self.camera, key=key)

    def working(self) -> BaseModel:
        return SETTINGS

    def broken(self) -> BaseModel:
        return RecordSettings(camera="cellar")

    def deeds(self) -> int:
        return len(asked())


def test_from_the_events_start_on_and_once(camera: int) -> None:
    assert record(SETTINGS, context(camera)) == "Recording for another 30 s."
    assert record(SETTINGS, context(camera, late_ms=20_000)) == "Recording for another 10 s."
    assert asked() == [(camera, 0, 30_000)]


def test_an_event_that_lasts_longer_is_recorded_to_its_end(camera: int) -> None:
    record(SETTINGS, context(camera, NOW + 90_000))
    assert asked() == [(camera, 0, 90_000)]


def test_another_camera(camera: int) -> None:
    record(RecordSettings(camera="door"), context(None))
    assert asked() == [(camera, 0, 60_000)]


def test_too_late_is_said(camera: int) -> None:
    assert "too late" in record(SETTINGS, context(camera, late_ms=60_000))


def test_without_a_camera_it_says_what_to_change(camera: int) -> None:
    with pytest.raises(GiveUp, match="name the camera"):
        record(SETTINGS, context(None))
    with pytest.raises(GiveUp, match="no camera named 'cellar'"):
        record(RecordSettings(camera="cellar"), context(None))


def test_tried_out_by_a_person(camera: int) -> None:
    assert record(SETTINGS, ActionContext("try", 1, None, now_ms=NOW)).startswith("Tried out")
    record(RecordSettings(seconds=5, camera="door"), ActionContext("try", 1, None, now_ms=NOW))
    assert asked() == [(camera, 0, 5_000)]
