"""Actions: what Eyrie can do when something happens. They run in the worker, at least once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from core.hookspecs.events import Event
from core.hookspecs.marks import hookspec


@dataclass(frozen=True, slots=True)
class ActionContext:
    """Why an action runs. key: the same for every attempt of one delivery, for receivers that drop doubles."""

    key: str
    attempt: int
    event: Event | None


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """A kind of action. run: does it and returns one line for the delivery log; raises to be tried again."""

    name: str
    title: str
    settings: type[BaseModel]
    run: Callable[[Any, ActionContext], str]


@hookspec()
def register_actions() -> Iterable[ActionSpec]:
    """Offer actions. Called in every process once at start; chosen by name."""
    raise NotImplementedError
