"""What a rule says: when which events happen there, at such times, do that."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from core.calendar.hours import Span

MOST_NODES = 100
DEEPEST = 6
_STRICT = ConfigDict(extra="forbid", populate_by_name=True)


class Comparison(BaseModel):
    """field: `attributes.<name>`, `object.label` or `object.score`; op: one of core.rules.fields.OPS."""

    model_config = _STRICT

    field: str = Field(max_length=100)
    op: str = Field(max_length=10)
    value: Any = None


class All(BaseModel):
    """All of these."""

    model_config = _STRICT

    all: list[Condition] = Field(max_length=MOST_NODES)


class AnyOf(BaseModel):
    """At least one of these."""

    model_config = _STRICT

    any: list[Condition] = Field(max_length=MOST_NODES)


class Not(BaseModel):
    """Not this."""

    model_config = _STRICT

    negated: Condition = Field(alias="not")


Condition = Comparison | All | AnyOf | Not


class Also(BaseModel):
    """Another event that must have happened, or must not have.

    within_seconds: at most so long before; with `either_order` after it too, then the later of the two fires.
    same_camera: it must be of the same camera. absent: the rule fires only when there was none.
    """

    model_config = _STRICT

    types: list[str] = Field(min_length=1, max_length=50)
    within_seconds: int = Field(ge=1, le=3600)
    same_camera: bool = True
    either_order: bool = False
    absent: bool = False
    condition: Condition | None = None


class Action(BaseModel):
    """What to do. name: of an action that a plugin offers; settings: of that action, secrets masked for people."""

    model_config = _STRICT

    name: str = Field(max_length=64)
    settings: dict[str, Any] = Field(default_factory=dict)


class Definition(BaseModel):
    """A rule. No cameras and groups: events of any camera and of none. No hours, modes: at any time, in any mode.

    zones: names; the event must have happened in one of them, at one of the cameras. None: anywhere in the picture.
    cool_down_seconds: after it has fired it does not again for so long; per_camera: each camera for itself.
    most_per_minute: beyond so many it holds back, and says so.
    """

    model_config = _STRICT

    types: list[str] = Field(min_length=1, max_length=50)
    condition: Condition | None = None
    cameras: list[int] = Field(default_factory=list, max_length=5000)
    groups: list[int] = Field(default_factory=list, max_length=500)
    zones: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field(default_factory=list, max_length=200)
    hours: list[Span] = Field(default_factory=list, max_length=50)
    modes: list[str] = Field(default_factory=list, max_length=50)
    also: Also | None = None
    cool_down_seconds: int = Field(0, ge=0, le=7 * 86_400)
    per_camera: bool = True
    most_per_minute: int = Field(60, ge=1, le=10_000)
    actions: list[Action] = Field(min_length=1, max_length=20)


Kind = Literal["text", "number", "boolean", "choice", "list"]
for _model in (All, AnyOf, Not, Also, Definition):
    _model.model_rebuild()


def nodes(condition: Condition | None, depth: int = 1) -> list[tuple[Condition, int]]:
    """Every part of a condition with its depth, itself first."""
    if condition is None:
        return []
    found = [(condition, depth)]
    for inner in inner_of(condition):
        found += nodes(inner, depth + 1)
    return found


def inner_of(condition: Condition) -> list[Condition]:
    """The parts directly below."""
    if isinstance(condition, All):
        return condition.all
    if isinstance(condition, AnyOf):
        return condition.any
    return [condition.negated] if isinstance(condition, Not) else []
