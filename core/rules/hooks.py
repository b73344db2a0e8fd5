"""The event types of the rules' room."""

from collections.abc import Iterable

from pydantic import BaseModel

from core.hookspecs.events import EventTypeSpec
from core.hookspecs.marks import hookimpl


class HeldBack(BaseModel):
    """rule: its name; reason: `throttled` (it fires too often) or `circle` (its actions cause it again)."""

    rule: str
    reason: str


class Armed(BaseModel):
    """mode: what the site is armed as from now on; before: what it was; by: who did it."""

    mode: str
    before: str
    by: str


@hookimpl
def register_event_types() -> Iterable[EventTypeSpec]:
    """Rules that are held back, and the mode."""
    yield EventTypeSpec("rules.held_back", "A rule is held back", HeldBack)
    yield EventTypeSpec("system.armed", "Arm mode changed", Armed)
