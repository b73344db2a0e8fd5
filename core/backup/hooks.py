"""Core's own part of backups, through the same door as a plugin's."""

from __future__ import annotations

from collections.abc import Iterable

from core.backup.models import Plan, SettingsCopies, Target
from core.backup.reporting import EVENT_TYPES
from core.backup.services import PLAN_FIELDS
from core.hookspecs.access import PermissionSpec, Scope
from core.hookspecs.configuration import ConfigurationPart
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


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """Where copies go and what of; how far they are stays behind."""
    target = ("name", "kind", "settings", "enabled", "cap", "window")
    copies = ("enabled", "target", "every", "hour", "keep", "passphrase", "include")
    plan = (*PLAN_FIELDS, "since_ms")
    return (
        ConfigurationPart("backup_targets", "Backup targets", Target, target, "name"),
        ConfigurationPart(
            "backup_plans", "Backup plans", Plan, plan, "name", after=("core.backup_targets", "core.cameras")
        ),
        ConfigurationPart(
            "settings_copies",
            "Copies of the settings",
            SettingsCopies,
            copies,
            "every",
            single=True,
            after=("core.backup_targets",),
        ),
    )
