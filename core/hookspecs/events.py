"""Events: what happened. Types are declared, so that rules, search and documentation know their attributes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from core.hookspecs.marks import hookspec


class NoAttributes(BaseModel):
    """Attributes of an event type that has none."""


@dataclass(frozen=True, slots=True)
class EventTypeSpec:
    """A kind of event. name: `<namespace>.<what happened>`, such as `motion.detected`; attributes: their model.

    A field's `title` is what people read before its value; `json_schema_extra={"unit": "km/h"}` says what a number
    counts, and `bytes` and `share` (0 to 1) are written as people read those.

    private: attributes that only those are told who hold `permission` for the event's camera, such as whose face it
    was; others who may see events get the event without them. Rules, and what receives the events of the whole system,
    get all. Raises ValueError when private names what is no attribute, or without a permission.
    """

    name: str
    title: str
    attributes: type[BaseModel] = NoAttributes
    private: tuple[str, ...] = ()
    permission: str = ""

    def __post_init__(self) -> None:
        unknown = [name for name in self.private if name not in self.attributes.model_fields]
        if unknown:
            raise ValueError(f"event type {self.name}: private: {', '.join(unknown)} is no attribute of it.")
        if self.private and not self.permission:
            raise ValueError(f"event type {self.name}: permission: is empty; say what one must hold to be told all.")


@dataclass(frozen=True, slots=True)
class SeenObject:
    """Something in the picture. label: such as `person`; score: 0 to 1; box: left, top, width, height as fractions of
    the picture; track: the same for one object as it moves, empty when it was not followed; text: what was read, such
    as a plate, drawn at the box for who may see events (names of people: core.hookspecs.detectors.Naming).
    """

    label: str
    score: float = 1.0
    box: tuple[float, float, float, float] | None = None
    track: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. Times in UTC milliseconds; end_ms None while it lasts; camera_id None for the system."""

    id: int
    type: str
    camera_id: int | None
    start_ms: int
    end_ms: int | None
    attributes: dict[str, Any] = field(default_factory=dict)
    objects: tuple[SeenObject, ...] = ()


@hookspec()
def register_event_types() -> Iterable[EventTypeSpec]:
    """Declare event types. Called in every process once at start. An undeclared type cannot be recorded."""
    raise NotImplementedError


@hookspec()
def on_event_recorded(event: Event) -> None:
    """An event was stored. Called in the process that recorded it, after commit; be quick: queue what takes time."""
