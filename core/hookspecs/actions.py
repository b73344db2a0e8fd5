"""Actions: what Eyrie can do when something happens. They run in the worker, at least once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from core.hookspecs.events import Event
from core.hookspecs.marks import hookspec


class NotDone(Exception):
    """It did not work this time, for a reason outside of us: a server is away, a receiver refuses. One sentence.

    It is tried again, later each time, and is no fault of the plugin's. Plugins may derive their own errors from it.
    """


class RetryLater(NotDone):
    """It cannot be done now, and the other side said for how long. seconds: wait at least so long, a day at most."""

    def __init__(self, seconds: float, sentence: str) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class GiveUp(Exception):
    """It cannot be done with these settings, however often it is tried; one sentence says why and what to change."""


def no_picture() -> bytes | None:
    """Of an event without a camera."""
    return None


@dataclass(frozen=True, slots=True)
class ActionContext:
    """Why an action runs.

    key: the same for every attempt of one delivery, for receivers that drop doubles; ASCII, at most 64 characters.
    attempt: counted from 1. event: None when a person tries the action out.
    rule, camera, site: names for people, empty when there is none.
    link: the portal's page that shows the event's moment, an absolute URL; empty when there is nothing to show.
    now_ms: UTC, when this attempt began.
    picture: a JPEG of the event's camera at the event's start, as recorded or else as it is live; None when neither
        is there. Decodes when called, a second at most: call it only when it is needed.
    """

    key: str
    attempt: int
    event: Event | None
    rule: str = ""
    camera: str = ""
    site: str = ""
    link: str = ""
    now_ms: int = 0
    picture: Callable[[], bytes | None] = no_picture


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """A kind of action.

    settings: text fields with `json_schema_extra={"template": True}` are templates over the event: what stands in
        `{{ event.attributes.plate }}` is replaced before `run` sees the settings. A rule that names what is not there
        is refused when it is saved. Names: event.id, event.type, event.title, event.start, event.end,
        event.attributes.<name>, camera, rule, site, link, now. `{{ name | json }}` writes the value as JSON, with
        quotes and escapes, for bodies; `{{ event | json }}` the whole event. Other fields reach `run` as saved.
    run: does it, called with the settings and the context, and returns one line for the delivery log. GiveUp is not
        tried again; RetryLater not before its time; after NotDone it is tried again, later each time. So it is after
        any other exception, but that counts as a failure of the plugin, which is shown as degraded.
    timeout: seconds after which an attempt counts as failed. It cannot be ended by force: give network calls
        timeouts of their own.
    """

    name: str
    title: str
    settings: type[BaseModel]
    run: Callable[[Any, ActionContext], str]
    timeout: float = 60.0


@hookspec()
def register_actions() -> Iterable[ActionSpec]:
    """Offer actions. Called in every process once at start; chosen by name."""
    raise NotImplementedError
