"""Calls go out as declared, to those who may watch."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from core.api import ActionContext, Event, GiveUp
from core.testing.actions import ActionContract
from plugins.operator.calls import Call, show, sound
from plugins.operator.hooks import register_actions, register_topics
from plugins.operator.settings import ShowSettings, SoundSettings

NOW = 1_767_225_600_000
ACTIONS = {spec.name: spec for spec in register_actions()}


def context(camera: int | None = 3) -> ActionContext:
    return ActionContext("delivery-7", 1, Event(9, "camera.offline", camera, NOW, None), now_ms=NOW)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr("core.api.services.publish", lambda topic, message: found.append((topic, message)))
    return found


class _Contract(ActionContract):
    @pytest.fixture(autouse=True)
    def _sent(self, sent: list[Any]) -> None:
        self.sent = sent

    def deeds(self) -> int:
        return len(self.sent)


class TestSound(_Contract):
    spec = ACTIONS["sound"]

    def working(self) -> BaseModel:
        return SoundSettings()

    def test_failure_raises(self) -> None:
        """A message on a topic cannot fail: nobody listening is no error."""


class TestShow(_Contract):
    spec = ACTIONS["show_camera"]

    def working(self) -> BaseModel:
        return ShowSettings()

    def broken(self) -> BaseModel:
        self.context = lambda: context(None)  # type: ignore[method-assign]
        return ShowSettings()


def test_a_call_is_of_the_events_camera(sent: list[Any]) -> None:
    sound(SoundSettings(sound="siren", seconds=5, text="Door\n forced"), context())
    show(ShowSettings(seconds=9), context())
    show(ShowSettings(camera=8), context(None))
    assert [topic for topic, _ in sent] == ["operator.calls"] * 3
    first = sent[0][1]
    assert first == {
        "key": "delivery-7",
        "kind": "sound",
        "camera_id": 3,
        "seconds": 5,
        "text": "Door forced",
        "sound": "siren",
        "link": "/events/9/",
        "at_ms": NOW,
    }
    assert [(message["kind"], message["camera_id"]) for _, message in sent[1:]] == [
        ("show_camera", 3),
        ("show_camera", 8),
    ]


def test_an_event_of_no_camera(sent: list[Any]) -> None:
    sound(SoundSettings(), context(None))
    assert sent[0][1]["camera_id"] is None
    with pytest.raises(GiveUp, match="name the camera"):
        show(ShowSettings(), context(None))


def test_the_topic_takes_the_right_to_watch() -> None:
    [topic] = register_topics()
    assert (topic.name, topic.permission, topic.message) == ("calls", "camera.live", Call)


def test_bad_settings() -> None:
    for model, given in (
        (SoundSettings, {"sound": "bark"}),
        (SoundSettings, {"seconds": 0}),
        (ShowSettings, {"camera": -1}),
    ):
        with pytest.raises(ValidationError):
            model.model_validate(given)
