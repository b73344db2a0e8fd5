"""Exports that rules ask for."""

from typing import Any

import pytest
from django.apps import apps
from pydantic import BaseModel

from core.api import ActionContext, Event, GiveUp, RetryLater
from core.testing.actions import ActionContract
from plugins.run_export.action import export
from plugins.run_export.hooks import register_actions
from plugins.run_export.settings import ExportSettings

NOW = 1_767_225_600_000
LATER = NOW + 600_000
SETTINGS = ExportSettings(title="Door\n1", before=10, after=30)


def exports() -> Any:
    return apps.get_model("exports", "Export").objects


def context(camera: int | None = 3, end_ms: int | None = None, now_ms: int = LATER) -> ActionContext:
    return ActionContext("delivery-7", 1, Event(1, "camera.offline", camera, NOW, end_ms), camera="Door", now_ms=now_ms)


class TestContract(ActionContract):
    spec = next(iter(register_actions()))

    @pytest.fixture(autouse=True)
    def _database(self, db: None) -> None:
        pass

    def context(self, attempt: int = 1, key: str = "delivery-1") -> ActionContext:
        return context()

    def working(self) -> BaseModel:
        return SETTINGS

    def broken(self) -> BaseModel:
        self.context = lambda: context(None)  # type: ignore[method-assign]
        return SETTINGS

    def deeds(self) -> int:
        return exports().count()


def test_it_is_asked_for_once(db: None) -> None:
    assert export(SETTINGS, context(end_ms=NOW + 5000)).endswith("is asked for.")
    assert export(SETTINGS, context(end_ms=NOW + 5000)) == "Was asked for already."
    [made] = exports().all()
    assert made.items == [{"camera": 3, "name": "Door", "stream": 0, "start_ms": NOW - 10_000, "end_ms": NOW + 35_000}]
    assert (made.title, made.requester, made.user) == ("Door 1", "<rule>", None)


def test_what_is_to_be_covered_goes_along(db: None) -> None:
    export(SETTINGS.model_copy(update={"cover": ["faces"]}), context(end_ms=NOW + 5000))
    assert exports().get().redact == ["faces"]


def test_it_waits_until_the_range_is_recorded(db: None) -> None:
    with pytest.raises(RetryLater) as caught:
        export(SETTINGS, context(now_ms=NOW + 1000))
    assert caught.value.seconds == 34
    assert export(SETTINGS, context(now_ms=NOW + 35_000))
    assert exports().count() == 1


def test_an_event_of_no_camera(db: None) -> None:
    with pytest.raises(GiveUp):
        export(SETTINGS, context(None))
