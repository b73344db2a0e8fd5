"""What the audit log holds, for reading, searching and removing. Rows are never changed."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from core.hookspecs.audit import AuditActionSpec, AuditEntry
from core.pluginhost import host
from core.system.models import AuditRow

_FIELDS = ("pk", "at_ms", "actor", "action", "target", "address", "detail")


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """Which entries: of this actor; of acts that are one of these, or begin so where one ends in a dot (`camera.`); to
    this target, or to any of its kind where it ends in a colon (`camera:`); from this address; from start_ms on and
    before end_ms, UTC; with this text in any of it, upper and lower case being the same. Empty and None: any.
    """

    actor: str = ""
    actions: tuple[str, ...] = ()
    target: str = ""
    address: str = ""
    start_ms: int | None = None
    end_ms: int | None = None
    text: str = ""


def audit_ids(after: int, most: int) -> list[int]:
    """Ids of entries above one, lowest first."""
    return list(AuditRow.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:most])


def newest_audit_id() -> int:
    """The highest id in use; 0 when there is no entry."""
    return AuditRow.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def audit_entries(ids: Collection[int]) -> dict[int, AuditEntry]:
    """Entries by id; those that do not exist are left out."""
    return {row[0]: AuditEntry(*row) for row in AuditRow.objects.filter(pk__in=ids).values_list(*_FIELDS)}


def search_audit(wanted: AuditSearch, before: int | None, most: int) -> list[AuditEntry]:
    """Entries that fit, newest first. before: below this id only, to go on from there."""
    rows = _fitting(wanted)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [AuditEntry(*row) for row in rows.order_by("-pk").values_list(*_FIELDS)[:most]]


def audit_actors() -> list[str]:
    """Everybody who is in the log, by name."""
    return list(AuditRow.objects.order_by("actor").values_list("actor", flat=True).distinct())


def audit_titles() -> dict[str, str]:
    """What people read of acts, in English, by name: those that core and plugins declare."""
    return {spec.name: spec.title for spec in host().registry.all(AuditActionSpec)}


def forget_audit(ids: Collection[int]) -> int:
    """Remove entries whose time is over; how many there were."""
    return AuditRow.objects.filter(pk__in=ids).delete()[0]


def _fitting(wanted: AuditSearch) -> QuerySet[AuditRow]:
    rows = AuditRow.objects.all()
    if wanted.actor:
        rows = rows.filter(actor=wanted.actor)
    if wanted.actions:
        rows = rows.filter(_any_of(wanted.actions))
    if wanted.target:
        rows = (
            rows.filter(target__startswith=wanted.target)
            if wanted.target[-1] == ":"
            else rows.filter(target=wanted.target)
        )
    if wanted.address:
        rows = rows.filter(address__startswith=wanted.address)
    if wanted.start_ms is not None:
        rows = rows.filter(at_ms__gte=wanted.start_ms)
    if wanted.end_ms is not None:
        rows = rows.filter(at_ms__lt=wanted.end_ms)
    return _with_text(rows, wanted.text) if wanted.text else rows


def _any_of(actions: tuple[str, ...]) -> Q:
    found = Q(action__in=[one for one in actions if not one.endswith(".")])
    for prefix in (one for one in actions if one.endswith(".")):
        found |= Q(action__startswith=prefix)
    return found


def _with_text(rows: QuerySet[AuditRow], text: str) -> QuerySet[AuditRow]:
    """SQLite keeps JSON as Django writes it, with escapes for what is not ASCII; PostgreSQL as it is."""
    words = Cast("detail", CharField())
    found = Q(words__icontains=text) | Q(words__icontains=json.dumps(text)[1:-1])
    for name in ("actor", "action", "target", "address"):
        found |= Q(**{f"{name}__icontains": text})
    return rows.alias(words=words).filter(found)
