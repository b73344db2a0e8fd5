"""Pictures kept with events."""

import pytest
from django.apps import apps
from pydantic import BaseModel

from core.api import ActionContext, Event, GiveUp
from core.api.services import add_camera, record_event
from core.testing.actions import ActionContract
from plugins.snapshot.action import NoPicture, snapshot
from plugins.snapshot.hooks import register_actions
from plugins.snapshot.settings import SnapshotSettings

NOW = 1_767_225_600_000
JPEG = b"\xff\xd8picture\xff\xd9"


@pytest.fixture
def event(db: None) -> Event:
    camera = add_camera("door", "rtsp", {"url": "rtsp://127.0.0.1/1"}, actor="test")
    return record_event("camera.offline", camera.pk, NOW)


def context(event: Event | None, picture: bytes | None = JPEG) -> ActionContext:
    return ActionContext("delivery-7", 1, event, now_ms=NOW, picture=lambda: picture)


class TestContract(ActionContract):
    spec = next(iter(register_actions()))

    @pytest.fixture(autouse=True)
    def _event(self, event: Event) -> None:
        self.event = event

    def context(self, attempt: int = 1, key: str = "delivery-1") -> ActionContext:
        return context(self.event)

    def working(self) -> BaseModel:
        return SnapshotSettings()

    def broken(self) -> BaseModel:
        self.context = lambda: context(self.event, None)  # type: ignore[method-assign]
        return SnapshotSettings()

    def deeds(self) -> int:
        return apps.get_model("events", "StoredEvent").objects.exclude(picture="").count()


def test_without_a_picture_it_is_tried_again(event: Event) -> None:
    with pytest.raises(NoPicture):
        snapshot(SnapshotSettings(), context(event, None))


def test_an_event_that_has_no_camera_or_is_gone(event: Event) -> None:
    with pytest.raises(GiveUp, match="no picture"):
        snapshot(SnapshotSettings(), context(Event(event.id, event.type, None, NOW, None)))
    with pytest.raises(GiveUp, match="deleted meanwhile"):
        snapshot(SnapshotSettings(), context(Event(event.id + 1, event.type, event.camera_id, NOW, None)))
