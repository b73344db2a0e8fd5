"""The event types of the rules' room, and what of it belongs to the configuration."""

from collections.abc import Iterable
from typing import Literal

from django.db.models import F
from pydantic import BaseModel, Field

from core.hookspecs.configuration import ConfigurationPart
from core.hookspecs.events import EventTypeSpec
from core.hookspecs.marks import hookimpl
from core.rules.models import Engine, Rule


class HeldBack(BaseModel):
    """rule: its name; reason: `throttled` (it fires too often) or `circle` (its actions cause it again)."""

    rule: str = Field(title="Rule")
    reason: Literal["throttled", "circle"] = Field(title="Reason")


class Armed(BaseModel):
    """mode: what the site is armed as from now on; before: what it was; by: who did it."""

    mode: str = Field(title="Mode")
    before: str = Field(title="Before")
    by: str = Field(title="By")


@hookimpl
def register_event_types() -> Iterable[EventTypeSpec]:
    """Rules that are held back, and the mode."""
    yield EventTypeSpec("rules.held_back", "A rule is held back", HeldBack)
    yield EventTypeSpec("system.armed", "Arm mode changed", Armed)


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """Rules, and the arm modes that a person added; as what the site is armed now is no setting."""
    after = ("core.cameras", "core.event_types")
    return (
        ConfigurationPart("arm_modes", "Arm modes", Engine, ("modes",), "id", single=True, changed=_raise_revision),
        ConfigurationPart(
            "rules",
            "Rules",
            Rule,
            ("name", "enabled", "definition", "created_ms"),
            "name",
            after=after,
            changed=_raise_revision,
        ),
    )


def _raise_revision(row: object, kind: str) -> None:
    Engine.objects.update(revision=F("revision") + 1)
