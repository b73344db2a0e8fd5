"""Actions that a test offers, events of a known kind, and a worker's parts driven by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from core.hookspecs.actions import ActionContext, ActionSpec
from core.hookspecs.events import EventTypeSpec
from core.hookspecs.marks import hookimpl


class Reading(BaseModel):
    """What the test's events say."""

    plate: str = Field("", title="Plate")
    speed: float = Field(0, title="Speed")
    zone: str = Field("", title="Zone")
    zones: list[str] = Field(default_factory=list, title="Zones")


class Words(BaseModel):
    """Settings of the test's action."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field("", title="Text", description="What is said.", json_schema_extra={"template": True})
    mode: str = Field("", title="Mode", description="To be armed as.", json_schema_extra={"format": "mode"})
    password: SecretStr = Field(SecretStr(""), title="Password", description="Of nobody.")


class Mouth:
    """An action that says what it is told, and does with the next calls what `answers` holds."""

    def __init__(self) -> None:
        self.said: list[tuple[Words, ActionContext]] = []
        self.answers: list[Callable[[], str]] = []
        self.lock = threading.Lock()

    def run(self, settings: Words, context: ActionContext) -> str:
        with self.lock:
            self.said.append((settings, context))
            answer = self.answers.pop(0) if self.answers else lambda: f"said {settings.text}"
        return answer()


@pytest.fixture
def mouth(register_temporarily) -> Mouth:
    """The actions `say` and `whisper`, and events `test.reading`."""
    found = Mouth()

    @hookimpl
    def register_actions():
        return [ActionSpec(name, name.title(), Words, found.run, timeout=30.0) for name in ("say", "whisper")]

    @hookimpl
    def register_event_types():
        return [EventTypeSpec("test.reading", "Reading", Reading), EventTypeSpec("test.badge", "Badge", Reading)]

    hooks = SimpleNamespace(
        __name__="mouth", register_actions=register_actions, register_event_types=register_event_types
    )
    register_temporarily(hooks, "mouth")
    return found
