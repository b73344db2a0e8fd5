"""Core's own part of backups, through the same door as a plugin's."""

from __future__ import annotations

from collections.abc import Iterable

from core.backup.reporting import EVENT_TYPES
from core.hookspecs.access import PermissionSpec, Scope
from core.hookspecs.events import EventTypeSpec
from core.hookspecs.marks import hookimpl


@hookimpl
def register_event_types() -> Iterable[EventTypeSpec]:
    """The events of backups."""
    return EVENT_TYPES


@hookimpl
def register_permissions() -> Iterable[PermissionSpec]:
    """What backups ask for. Copies show all cameras, so their rights are the system's."""
    return [
        PermissionSpec("backup.view", "See backups and how far they are", Scope.SYSTEM),
        PermissionSpec("backup.manage", "Set up backups, and fetch what was copied", Scope.SYSTEM),
    ]


@hookimpl
def decide_segment_deletion(camera_id: int, start_ms: int, end_ms: int) -> str | None:
    """A recording stays while a plan holds it for its copy, and while it is kept after it was brought back."""
    from core.backup.holding import objection

    return objection(camera_id, start_ms, end_ms)
