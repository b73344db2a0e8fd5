"""What the site is armed as: rules may ask for a mode. Each change is an event and is audited."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.db.models import F

from core.events.services import record
from core.hookspecs.actions import ActionSpec
from core.media.clock import Clock, SystemClock
from core.pluginhost import UnknownName, host
from core.rules.models import Engine, Rule
from core.rules.surroundings import BUILTIN_MODES, engine
from core.system import audit

ARMED = "system.armed"
MOST_MODES = 20
_NAME = re.compile(r"[^\W_][\w -]{0,39}")


class ModeError(ValueError):
    """There is no such mode, or it may not be called so. fields: sentence by field."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.fields = {field: sentence}


def mode() -> str:
    """What the site is armed as now."""
    return engine().mode


def modes() -> list[str]:
    """All modes: disarmed, home, away, then those a person added."""
    return [*BUILTIN_MODES, *engine().modes]


def arm(name: str, *, actor: str, address: str = "", clock: Clock | None = None) -> bool:
    """Change the mode; False when it is so already. Raises ModeError. Blocks on the database."""
    now = (clock or SystemClock()).wall_ms()
    with transaction.atomic():
        row = engine(lock=True)
        known = [*BUILTIN_MODES, *row.modes]
        if name not in known:
            raise ModeError("mode", f"{name!r} is no mode; there are {', '.join(known)}.")
        if row.mode == name:
            return False
        before, row.mode = row.mode, name
        row.save(update_fields=["mode"])
        audit.record(actor, "site.arm", "site:1", before={"mode": before}, after={"mode": name}, address=address)
        record(ARMED, None, now, now, {"mode": name, "before": before, "by": actor})
    return True


def change_modes(names: list[str], *, actor: str, address: str = "") -> list[str]:
    """Set which modes there are beside the built-in ones. The one in force stays. Raises ModeError."""
    with transaction.atomic():
        row = engine(lock=True)
        wrong = [name for name in names if not _NAME.fullmatch(name) or name in BUILTIN_MODES]
        if wrong or len(names) > MOST_MODES or len(set(names)) < len(names):
            why = f"{wrong[0]!r} cannot be a mode" if wrong else "give each once"
            raise ModeError("modes", f"{why}; at most {MOST_MODES} names of letters and figures, none built in.")
        if row.mode not in (*BUILTIN_MODES, *names):
            raise ModeError("modes", f"{row.mode!r} is in force; arm the site as another first.")
        before = row.modes
        Engine.objects.filter(pk=row.pk).update(modes=names, revision=F("revision") + 1)
        audit.record(actor, "site.modes", "site:1", before={"modes": before}, after={"modes": names}, address=address)
    return modes()


def rename_mode(old: str, new: str, *, actor: str, address: str = "") -> list[str]:
    """Call a mode that a person added otherwise; rules that ask for it, or arm as it, follow. Raises ModeError."""
    with transaction.atomic():
        row = engine(lock=True)
        if old not in row.modes:
            raise ModeError("mode", f"{old!r} is none of your own modes; there are {', '.join(row.modes) or 'none'}.")
        if not _NAME.fullmatch(new) or new in (*BUILTIN_MODES, *row.modes):
            raise ModeError("name", f"{new!r} cannot be its name; give letters and figures, and none that is there.")
        names = [new if name == old else name for name in row.modes]
        mode = new if row.mode == old else row.mode
        for rule in Rule.objects.all():
            rule.definition = _renamed(rule.definition, old, new)
            rule.save(update_fields=["definition"])
        Engine.objects.filter(pk=row.pk).update(modes=names, mode=mode, revision=F("revision") + 1)
        audit.record(actor, "site.modes", "site:1", before={"mode": old}, after={"mode": new}, address=address)
    return modes()


def _renamed(definition: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """A stored rule with the mode's new name, in what it asks for and in settings of actions that are a mode."""
    named = [new if name == old else name for name in definition.get("modes", ())]
    actions = []
    for action in definition.get("actions", ()):
        fields = _mode_fields(action["name"])
        settings = {key: new if key in fields and value == old else value for key, value in action["settings"].items()}
        actions.append(action | {"settings": settings})
    return definition | {"modes": named, "actions": actions}


def _mode_fields(action: str) -> set[str]:
    try:
        schema = host().registry.get(ActionSpec, action).settings.model_json_schema()
    except UnknownName:
        return set()
    return {name for name, field in schema.get("properties", {}).items() if field.get("format") == "mode"}
