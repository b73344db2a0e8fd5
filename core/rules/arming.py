"""What the site is armed as: rules may ask for a mode. Each change is an event and is audited."""

from __future__ import annotations

import re

from django.db import transaction
from django.db.models import F

from core.events.services import record
from core.media.clock import Clock, SystemClock
from core.rules.models import Engine
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
