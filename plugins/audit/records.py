"""Entries of the chain as exports and sinks write them: a line of JSON each, enough to check the chain from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from core.api import AuditEntry
from core.api.services import audit_entries
from plugins.audit.canonical import fields, origin
from plugins.audit.models import Checkpoint, Link
from plugins.audit.signing import REMOVED, Signed

Record = dict[str, Any]


def entry_record(link: Link, entry: AuditEntry | None) -> Record:
    """An entry with its place in the chain. One that is gone has no fields, and so is seen to be gone."""
    said = {} if entry is None else fields(entry) | {"time": rfc3339(entry.at_ms)}
    return {
        "record": "entry",
        "number": link.number,
        "id": link.entry_id,
        **said,
        "linked_ms": link.linked_ms,
        "content": bytes(link.content).hex(),
        "digest": bytes(link.digest).hex(),
    }


def checkpoint_record(row: Checkpoint) -> Record:
    """What was signed."""
    return {"record": row.kind, "number": row.number, "statement": row.statement, "signature": row.signature}


def records_after(number: int, most: int) -> list[Record]:
    """What follows link `number`, in order: entries, each with the checkpoints on it behind it. most: entries."""
    links = list(Link.objects.filter(number__gt=number).order_by("number")[:most])
    if not links:
        return []
    entries = audit_entries([link.entry_id for link in links])
    span = {"number__gte": links[0].number, "number__lte": links[-1].number}
    signed: dict[int, list[Checkpoint]] = {}
    for row in Checkpoint.objects.filter(**span).order_by("pk"):
        signed.setdefault(row.number, []).append(row)
    found: list[Record] = []
    for link in links:
        found.append(entry_record(link, entries.get(link.entry_id)))
        found += map(checkpoint_record, signed.get(link.number, ()))
    return found


def records_between(first: int, last: int) -> Iterator[Record]:
    """All records of links `first` to `last`, a few hundred at a time."""
    at = first - 1
    while at < last and (some := records_after(at, min(500, last - at))):
        yield from some
        at = some[-1]["number"]


def digest_before(log: str, number: int) -> bytes:
    """What link `number` follows: the link before it, the note that all before it was removed, or the log's origin."""
    if number == 1:
        return origin(log)
    link = Link.objects.filter(number=number - 1).first()
    if link is not None:
        return bytes(link.digest)
    removed = Checkpoint.objects.filter(kind=REMOVED, number=number - 1).first()
    said = Signed(removed.statement, removed.signature).said() if removed else {}
    return bytes.fromhex(str(said.get("digest", "")))


def rfc3339(ms: int) -> str:
    """`2026-05-01T12:00:00.250Z`."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}Z"
