"""Events: checked, stored, told, listed."""

import threading
from types import SimpleNamespace

import pytest

from core.cameras.models import Camera
from core.events import services
from core.events.models import StoredEvent
from core.events.queries import events
from core.hookspecs.marks import hookimpl

pytestmark = pytest.mark.django_db
NOW = 1_780_000_000_000


@pytest.fixture
def camera() -> Camera:
    return Camera.objects.create(name="door", driver="none")


def test_an_event_is_stored_with_its_checked_attributes(camera: Camera) -> None:
    event = services.record("camera.offline", camera.pk, NOW, attributes={"fault": "timeout", "message": "Silence."})
    row = StoredEvent.objects.get(pk=event.id)
    assert (row.type, row.camera_id, row.start_ms, row.end_ms) == ("camera.offline", camera.pk, NOW, None)
    assert row.attributes == {"fault": "timeout", "message": "Silence."}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("camera.exploded", None, NOW), "no event type is called 'camera.exploded'"),
        (("storage.volume_failed", None, NOW), "attribute volume: is missing; give a value."),
        (("camera.online", None, NOW, NOW - 1), "before start_ms"),
    ],
)
def test_what_does_not_fit_its_declaration_is_refused(arguments: tuple, sentence: str) -> None:
    with pytest.raises(services.EventError, match=sentence):
        services.record(*arguments)
    assert not StoredEvent.objects.exists()


def test_an_event_that_lasts_is_ended_once(camera: Camera) -> None:
    event = services.record("camera.offline", camera.pk, NOW)
    services.close(event.id, NOW - 5)
    assert StoredEvent.objects.get().end_ms is None
    services.close(event.id, NOW + 5)
    services.close(event.id, NOW + 9)
    assert StoredEvent.objects.get().end_ms == NOW + 5


def test_plugins_are_told_after_commit(camera, register_temporarily, django_capture_on_commit_callbacks) -> None:
    told = []

    @hookimpl
    def on_event_recorded(event):
        told.append(event)

    register_temporarily(SimpleNamespace(__name__="x", on_event_recorded=on_event_recorded), "listener")
    with django_capture_on_commit_callbacks(execute=True):
        event = services.record("camera.online", camera.pk, NOW)
        assert told == []
    assert told == [event]


@pytest.mark.django_db(transaction=True)
def test_an_event_may_be_recorded_from_any_thread(camera: Camera) -> None:
    from django.db import connection

    def work() -> None:
        services.record("camera.online", camera.pk, NOW)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)
    assert StoredEvent.objects.get().camera_id == camera.pk


def test_events_outlive_their_camera(camera: Camera) -> None:
    services.record("camera.online", camera.pk, NOW)
    camera.delete()
    assert StoredEvent.objects.get().camera_id is None


def test_filters(camera: Camera) -> None:
    other = Camera.objects.create(name="other", driver="none")
    for number in range(4):
        services.record("camera.online", (camera if number % 2 else other).pk, NOW + number)
    services.record("system.started", None, NOW + 9)
    assert [row.start_ms - NOW for row in events()] == [9, 3, 2, 1, 0]
    assert [row.start_ms - NOW for row in events(camera_ids=[camera.pk])] == [3, 1]
    assert [row.start_ms - NOW for row in events(types=["system.started"])] == [9]
    assert [row.start_ms - NOW for row in events(start_ms=NOW + 1, end_ms=NOW + 3)] == [2, 1]
