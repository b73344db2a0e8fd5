"""Links what core wrote to the audit log, in the order in which it was committed, and signs what the chain comes to.

Entries are written by all processes, in the transactions of what they tell of. They are linked a moment later, by the
worker alone: no transaction waits for another because of the chain, two that are long cannot lock each other out, and
the key is needed by one process only. An entry is protected from the moment it is linked: `waiting` tells how many are
not yet.
"""

from __future__ import annotations

import logging
import secrets
from pathlib import Path

from django.db import transaction

from core.api import AuditEntry, Clock
from core.api.services import audit_entries, audit_ids, record_audit
from plugins.audit import witness
from plugins.audit.canonical import content_of, digest_of, fields, origin
from plugins.audit.models import Checkpoint, Head, Link
from plugins.audit.signing import CHECKPOINT, Signed, Signer

BATCH = 500
WINDOW = 1000
"""An entry whose transaction took long has a lower id than some that are linked: so far back it is looked for each
time, and further back once an hour."""
CHECKPOINT_EVERY = 1000
CHECKPOINT_MS = 3_600_000
ACTOR = "<audit>"
log = logging.getLogger("eyrie.audit")


def link(signer: Signer, data: Path, clock: Clock, *, sweep: bool = False) -> int:
    """Link what is waiting, at most BATCH; how many. sweep: look for what is waiting through the whole log.

    Raises OSError when the head cannot be written beside the database; what was linked stays linked.
    """
    now = clock.wall_ms()
    with transaction.atomic():
        head = _locked_head()
        _look_for_a_break(head, signer, data, clock)
        entries = _unlinked(head, sweep)
        if not entries:
            return 0
        _add(head, entries, now)
        signed = signer.sign(CHECKPOINT, head.log, head.number, bytes(head.digest), now)
        head.statement, head.signature = signed.statement, signed.signature
        head.save()
        _keep_for_good(head, signed, now)
    witness.write(data, signed)
    return len(entries)


def waiting() -> tuple[int, int]:
    """How many entries are not linked, up to WINDOW, and when the oldest of them was written (UTC ms, 0 for none)."""
    head = Head.objects.first() or Head()
    found = _unlinked(head, sweep=False, most=WINDOW)
    return len(found), min((entry.at_ms for entry in found), default=0)


def signed_head(head: Head) -> Signed:
    """What was signed when the last entry was linked."""
    return Signed(head.statement, head.signature)


def _locked_head() -> Head:
    """SQLite has one writer at a time as it is."""
    head, made = Head.objects.select_for_update().get_or_create(pk=1, defaults={"digest": b""})
    if made:
        head.log = secrets.token_hex(16)
        head.digest = origin(head.log)
        head.save()
    return head


def _unlinked(head: Head, sweep: bool, most: int = BATCH) -> list[AuditEntry]:
    after = 0 if sweep else max(head.top - WINDOW, 0)
    found: list[int] = []
    while len(found) < most and (ids := audit_ids(after, WINDOW + BATCH)):
        found += not_linked(ids)
        after = ids[-1]
    entries = audit_entries(found[:most])
    return [entries[one] for one in sorted(entries)]


def not_linked(ids: list[int]) -> list[int]:
    """Those of some entries, by id in order, that have no link."""
    links = Link.objects.filter(entry_id__gte=ids[0], entry_id__lte=ids[-1])
    linked = set(links.values_list("entry_id", flat=True))
    return [one for one in ids if one not in linked]


def _add(head: Head, entries: list[AuditEntry], now: int) -> None:
    links = []
    for entry in entries:
        head.number += 1
        content = content_of(fields(entry))
        head.digest = digest_of(bytes(head.digest), head.number, entry.id, now, content)
        head.top = max(head.top, entry.id)
        links.append(Link(number=head.number, entry_id=entry.id, linked_ms=now, content=content, digest=head.digest))
    Link.objects.bulk_create(links)


def _keep_for_good(head: Head, signed: Signed, now: int) -> None:
    """Every so many entries or hours the head is kept: so much of the chain, at most, rests on one signature."""
    last = Checkpoint.objects.order_by("-number").first()
    number, then = (last.number, last.signed_ms) if last else (0, 0)
    if head.number - number >= CHECKPOINT_EVERY or now - then >= CHECKPOINT_MS:
        Checkpoint.objects.create(
            number=head.number,
            kind=CHECKPOINT,
            signed_ms=now,
            statement=signed.statement,
            signature=signed.signature,
        )


def _look_for_a_break(head: Head, signer: Signer, data: Path, clock: Clock) -> None:
    """Write down, for good, that the log is not the one that was last signed: else going on would hide it."""
    last = witness.read(data)
    said = last.said() if last is not None and last.is_by(signer.public) else {}
    if said and not _continues(head, said):
        log.error("the audit log is not the one that was last signed (up to entry %s)", said["number"])
        found = {"number": head.number, "digest": bytes(head.digest).hex(), "log": head.log}
        signed = {key: said[key] for key in ("number", "digest", "log", "signed_ms")}
        record_audit(ACTOR, "audit.break", "audit:chain", before=signed, after=found, clock=clock)
        (data / witness.FILE).unlink()
    before = signed_head(head).said().get("key", signer.fingerprint)
    if before != signer.fingerprint:
        record_audit(
            ACTOR, "audit.key", "audit:chain", before={"key": before}, after={"key": signer.fingerprint}, clock=clock
        )
        head.statement = ""


def _continues(head: Head, said: dict[str, object]) -> bool:
    if said["log"] != head.log or not isinstance(said["number"], int) or said["number"] > head.number:
        return False
    if said["number"] == head.number:
        return said["digest"] == bytes(head.digest).hex()
    row = Link.objects.filter(number=said["number"]).first()
    return row is None or bytes(row.digest).hex() == said["digest"]  # None: removed as its time was over
