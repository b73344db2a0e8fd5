"""Removes entries whose time is over. That it was done, and up to where, is signed: the chain goes on from there."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from core.api import Clock
from core.api.services import forget_audit, record_audit
from plugins.audit.chain import ACTOR
from plugins.audit.export import whole
from plugins.audit.models import Checkpoint, Cursor, Head, Link
from plugins.audit.settings import AuditSettings
from plugins.audit.signing import CHECKPOINT, REMOVED, Signer

DAY_MS = 86_400_000
PIECE = 500
WAITS_FOR_SINKS_DAYS = 30
"""An entry that a sink has not got is kept so much longer."""


def remove_old(settings: AuditSettings, sinks: Iterable[str], signer: Signer, data: Path, clock: Clock) -> int:
    """Remove what is older than `keep_days`; how many entries. sinks: names of those that are on.

    Raises OSError when an archive is wanted and cannot be written; nothing is removed then.
    """
    upto = _last_to_remove(settings, list(sinks), clock.wall_ms())
    first = Link.objects.order_by("number").first()
    if upto is not None and first is not None and first.number <= upto.number:
        if settings.archive:
            _archive(first.number, upto.number, signer, data, clock.wall_ms())
        _sign(first.number, upto, signer, clock)
    return _delete()


def _last_to_remove(settings: AuditSettings, sinks: list[str], now: int) -> Link | None:
    """The last link that is old enough; links are in the order of time."""
    cutoff = now - settings.keep_days * DAY_MS
    kept = _first_since(cutoff)
    number = kept.number - 1 if kept else (Head.objects.first() or Head()).number - 1  # the newest always stays
    waited_for = Cursor.objects.filter(sink__in=sinks).order_by("number").first()
    if waited_for is not None and waited_for.number < number:
        patient = _first_since(cutoff - WAITS_FOR_SINKS_DAYS * DAY_MS)
        number = max(waited_for.number, patient.number - 1) if patient else number
    return Link.objects.filter(number=number).first()


def _first_since(ms: int) -> Link | None:
    return Link.objects.filter(linked_ms__gte=ms).order_by("number").first()


def _sign(first: int, last: Link, signer: Signer, clock: Clock) -> None:
    now = clock.wall_ms()
    with transaction.atomic():
        head = Head.objects.select_for_update().get()
        signed = signer.sign(REMOVED, head.log, last.number, bytes(last.digest), now)
        Checkpoint.objects.create(
            number=last.number, kind=REMOVED, signed_ms=now, statement=signed.statement, signature=signed.signature
        )
        told = {"entries": last.number - first + 1, "up_to": last.number, "of": _day(last.linked_ms)}
        record_audit(ACTOR, "audit.remove", "audit:chain", after=told, clock=clock)


def _delete() -> int:
    """Entries first, then their links: what a crash leaves is removed the next time."""
    removed = Checkpoint.objects.filter(kind=REMOVED).order_by("-number").first()
    if removed is None:
        return 0
    count = 0
    while numbers := list(Link.objects.filter(number__lte=removed.number).order_by("number")[:PIECE]):
        with transaction.atomic():
            count += forget_audit([link.entry_id for link in numbers])
            Link.objects.filter(pk__in=[link.pk for link in numbers]).delete()
    Checkpoint.objects.filter(kind=CHECKPOINT, number__lte=removed.number).delete()
    Checkpoint.objects.filter(kind=REMOVED, number__lt=removed.number).delete()
    return count


def _archive(first: int, last: int, signer: Signer, data: Path, made_ms: int) -> None:
    """One compressed export, whole or not at all; one that was begun before is begun anew."""
    folder = data / "audit" / "archive"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"audit-{first}-{last}.jsonl.gz"
    draft = path.with_suffix(".part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", filename="") as file:
            for line in whole(signer, made_ms, first, last):
                file.write(line)
        raw.flush()
        os.fsync(raw.fileno())
    draft.replace(path)


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%d")
