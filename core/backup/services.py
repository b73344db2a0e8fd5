"""What changes backups. Each change is audited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError as WrongFields
from django.db import models, transaction
from django.db.models import QuerySet
from pydantic import BaseModel, ValidationError

from core.backup import ledger, paths, window
from core.backup.models import Copy, Plan, Restore, Target
from core.backup.targets import settings_of, spec_of, try_out
from core.hookspecs.backup import BackupError
from core.media.clock import Clock, SystemClock
from core.system import audit
from core.system.secrets import keep_secrets, seal
from core.wording import wrong_fields

LEAST_CAP = 16_000
"""Bytes a second: below, one piece takes longer than servers wait."""

R = TypeVar("R", Target, Plan)
DAY_MS = 86_400_000
_TARGET = ("name", "enabled", "cap", "window")
PLAN_FIELDS = (
    "name",
    "target",
    "enabled",
    "content",
    "cameras",
    "groups",
    "stream",
    "event_types",
    "before_s",
    "after_s",
    "template",
    "verify",
    "keep_days",
    "keep_bytes",
    "hold_hours",
    "lag_hours",
)


class BackupSettingsError(ValueError):
    """A target or plan cannot be saved. fields: sentence by field name; of a target's settings by `settings.<name>`."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = fields


def checked_settings(kind: str, values: Mapping[str, Any], stored: Target | None = None) -> BaseModel:
    """Settings of a kind; secrets given as MASK are those of the stored target. Raises BackupSettingsError."""
    try:
        spec = spec_of(kind)
        kept = keep_secrets(settings_of(stored), dict(values)) if stored and stored.kind == kind else dict(values)
    except BackupError as error:
        raise BackupSettingsError({"kind": str(error)}) from error
    try:
        return spec.settings.model_validate(kept)
    except ValidationError as error:
        raise BackupSettingsError(wrong_fields(error, "settings", known=spec.settings.model_fields)) from None


def try_settings(kind: str, settings: BaseModel) -> str:
    """Try it for real: one sentence of what was found. Raises BackupSettingsError."""
    try:
        return try_out(kind, settings)
    except BackupError as error:
        raise BackupSettingsError({"settings": str(error)}) from error


def save_target(
    row: Target, values: Mapping[str, Any], settings: BaseModel | None, *, actor: str, address: str = ""
) -> Target:
    """Add or change a target; None leaves its settings. The next try is at once. Raises BackupSettingsError."""
    before = _shown(row, _TARGET) if row.pk else None
    _apply(row, values, _TARGET)
    try:
        row.window = window.check(row.window)
    except window.WindowError as error:
        raise BackupSettingsError({"window": str(error)}) from error
    if row.cap and row.cap < LEAST_CAP:
        raise BackupSettingsError({"cap": f"is too low to copy anything; give at least {LEAST_CAP} bytes a second."})
    if settings is not None:
        row.settings = seal(settings)
    row.retry_ms = 0
    names = [*_TARGET, "kind", "settings", "retry_ms"]
    return _saved(row, names, "backup.target", before, _shown(row, _TARGET), actor, address)


def save_plan(
    row: Plan, values: Mapping[str, Any], *, actor: str, address: str = "", clock: Clock | None = None
) -> Plan:
    """Add or change a plan. `backlog`: also what is recorded already. What is copied already stays as it is.

    Raises BackupSettingsError.
    """
    now_ms = (clock or SystemClock()).wall_ms()
    before = _shown(row, PLAN_FIELDS) if row.pk else None
    if row.pk and values.get("content", row.content) != row.content:
        raise BackupSettingsError({"content": "cannot be changed, its copies are of that kind; add another plan."})
    if row.pk and values.get("target", row.target) != row.target:
        raise BackupSettingsError({"target": "cannot be changed, its copies are there; add another plan."})
    _apply(row, values, PLAN_FIELDS)
    row.template = row.template or paths.DEFAULT[row.content]
    try:
        row.template = paths.check(row.template)
    except paths.TemplateError as error:
        raise BackupSettingsError({"template": str(error)}) from error
    if row._state.adding:
        row.counted_ms = now_ms - DAY_MS  # its first completion is told
        row.since_ms = 0 if values.get("backlog") else now_ms
    return _saved(row, [*PLAN_FIELDS], "backup.plan", before, _shown(row, PLAN_FIELDS), actor, address)


def delete(row: Target | Plan, *, actor: str, address: str = "") -> None:
    """Forget it with its queue. What was copied stays where it is."""
    what = "backup.target" if isinstance(row, Target) else "backup.plan"
    with transaction.atomic():
        audit.record(actor, f"{what}.delete", f"{what}:{row.pk}", before={"name": row.name}, address=address)
        row.delete()


def cancel(copies: QuerySet[Copy], *, actor: str, address: str = "") -> int:
    """Copies that are not to be made; how many. One under way ends within a second or two."""
    with transaction.atomic():
        count = ledger.cancel(copies)
        audit.record(actor, "backup.cancel", "backup:queue", after={"copies": count}, address=address)
    return count


def retry(copies: QuerySet[Copy], *, actor: str, address: str = "") -> int:
    """Have copies made that failed, were cancelled or wait for their next attempt, at once; how many."""
    with transaction.atomic():
        Target.objects.filter(pk__in=copies.values("target")).update(retry_ms=0)
        count = ledger.retry(copies)
        audit.record(actor, "backup.retry", "backup:queue", after={"copies": count}, address=address)
    return count


def request_restore(
    target: Target,
    wanted: Sequence[str],
    keep_days: int,
    *,
    actor: str,
    address: str = "",
    clock: Clock | None = None,
) -> list[Restore]:
    """Have files brought back into the index and kept from retention for so many days."""
    now_ms = (clock or SystemClock()).wall_ms()
    with transaction.atomic():
        rows = [
            Restore.objects.create(
                target=target,
                path=path,
                requester=actor,
                keep_until_ms=now_ms + keep_days * DAY_MS,
                created_ms=now_ms,
            )
            for path in wanted
        ]
        after = {"paths": list(wanted), "keep_days": keep_days}
        audit.record(actor, "backup.restore", f"backup.target:{target.pk}", after=after, address=address)
    return rows


def _apply(row: models.Model, values: Mapping[str, Any], names: Sequence[str]) -> None:
    for name in names:
        if name in values:
            setattr(row, name, values[name])


def _shown(row: models.Model, names: Sequence[str]) -> dict[str, Any]:
    """For the audit log; settings, which hold secrets, are not in it."""
    found = {name: getattr(row, f"{name}_id" if name == "target" else name) for name in names}
    return found | ({"kind": row.kind} if isinstance(row, Target) else {})


def _saved(row: R, names: list[str], what: str, before: Any, after: Any, actor: str, address: str) -> R:
    try:
        row.full_clean(exclude={field.name for field in row._meta.fields} - {"name"})
    except WrongFields as error:
        raise BackupSettingsError({name: " ".join(texts) for name, texts in error.message_dict.items()}) from error
    with transaction.atomic():
        if row._state.adding:
            row.save()
        else:
            row.save(update_fields=names)  # the rest is the courier's
        act = "change" if before else "add"
        audit.record(actor, f"{what}.{act}", f"{what}:{row.pk}", before=before, after=after, address=address)
    return row
