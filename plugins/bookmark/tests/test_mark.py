"""Bookmarks and locks in the database, and retention's question."""

import pytest
from django.apps import apps
from pydantic import BaseModel

from core.api import ActionContext, Event, GiveUp
from core.api.services import add_camera
from core.testing.actions import ActionContract
from plugins.bookmark.action import DAY_MS, mark, objection
from plugins.bookmark.hooks import decide_segment_deletion, register_actions
from plugins.bookmark.models import Lock
from plugins.bookmark.settings import BookmarkSettings

NOW = 1_767_225_600_000
SETTINGS = BookmarkSettings(text="  Somebody\nat the door ", before=10, after=30)


@pytest.fixture
def camera(db: None) -> int:
    return add_camera("door", "rtsp", {"url": "rtsp://127.0.0.1/1"}, actor="test").pk


def context(camera: int | None, end_ms: int | None = None, key: str = "delivery-7") -> ActionContext:
    return ActionContext(key, 1, Event(1, "camera.offline", camera, NOW, end_ms), rule="Door", now_ms=NOW)


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
        self.context = lambda: context(None)  # type: ignore[method-assign]
        return SETTINGS

    def deeds(self) -> int:
        return apps.get_model("bookmarks", "Bookmark").objects.count()


@pytest.mark.parametrize(("end_ms", "last_ms"), [(None, NOW + 30_000), (NOW + 5000, NOW + 35_000)])
def test_the_range_is_marked_once(camera: int, end_ms: int | None, last_ms: int) -> None:
    assert mark(SETTINGS, context(camera, end_ms)) == "Marked."
    assert mark(SETTINGS, context(camera, end_ms)) == "Was marked already."
    [made] = apps.get_model("bookmarks", "Bookmark").objects.all()
    assert (made.camera_id, made.start_ms, made.end_ms) == (camera, NOW - 10_000, last_ms)
    assert (made.text, made.author) == ("Somebody at the door", None)
    assert Lock.objects.count() == 0


def test_a_lock_keeps_what_it_touches_until_its_end(camera: int) -> None:
    settings = SETTINGS.model_copy(update={"lock_days": 2})
    for _ in range(2):
        assert mark(settings, context(camera)).endswith("and locked for 2 days.")
    assert Lock.objects.count() == 1
    first, last = NOW - 10_000, NOW + 30_000
    assert objection(camera, first - 60_000, first + 1, NOW) == "is locked by the rule Door"
    assert objection(camera, last - 1, last + 60_000, NOW + 2 * DAY_MS - 1)
    for free in (
        (camera, first - 60_000, first, NOW),
        (camera, last, last + 1, NOW),
        (camera + 1, first, last, NOW),
        (camera, first, last, NOW + 2 * DAY_MS),
    ):
        assert objection(*free) is None


def test_retention_is_told(camera: int) -> None:
    mark(SETTINGS.model_copy(update={"lock_days": 3650}), context(camera))
    Lock.objects.update(until_ms=2**62)
    assert decide_segment_deletion(camera, NOW, NOW + 1) == "is locked by the rule Door"
    assert decide_segment_deletion(camera, NOW + 90_000, NOW + 90_001) is None


def test_an_event_of_no_camera_cannot_be_marked(db: None) -> None:
    with pytest.raises(GiveUp, match="no recording to mark"):
        mark(SETTINGS, context(None))


def test_a_text_that_a_template_made_too_long(camera: int) -> None:
    mark(SETTINGS.model_copy(update={"text": "x" * 2000}), context(camera))
    mark(SETTINGS.model_copy(update={"text": " "}), context(camera))
    assert sorted(len(made.text) for made in apps.get_model("bookmarks", "Bookmark").objects.all()) == [
        len("camera.offline"),
        500,
    ]
