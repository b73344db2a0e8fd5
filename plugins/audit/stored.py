"""Verifies the chain as it is stored here. In memory are a thousand entries at a time, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from core.api import Clock
from core.api.services import AuditSearch, audit_entries, audit_ids, search_audit
from plugins.audit import witness
from plugins.audit.canonical import fields, origin
from plugins.audit.chain import WINDOW, not_linked, signed_head
from plugins.audit.models import Checkpoint, Head, Link
from plugins.audit.signing import REMOVED, Signed
from plugins.audit.verifying import Linked, Walk

PIECE = 1000
LATE_MS = 2 * 3_600_000
"""The whole log is searched for entries that are to be linked once an hour."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of it. first, last: numbers of the entries that were looked at; covered: the last number that is under
    a good signature; waiting: entries that are not linked yet; notes: what is no fault but should be known.
    """

    first: int
    last: int
    entries: int
    checkpoints: int
    covered: int
    waiting: int
    findings: tuple[str, ...]
    notes: tuple[str, ...]


def verify(
    data: Path,
    keys: Sequence[bytes],
    clock: Clock,
    first: int | None = None,
    last: int | None = None,
    tell: Callable[[int], None] = lambda number: None,
) -> Verdict:
    """Walk from entry `first` to `last`, or along all there is. tell: called with a number now and then."""
    head = Head.objects.first()
    if head is None:
        waiting, late = _unlinked(Head(), clock)
        return Verdict(0, 0, 0, 0, 0, waiting, tuple(late), ("nothing is linked yet.",))
    walk, notes = _begun(head, keys, first)
    begin = walk.number + 1
    for link, checkpoints in _links(walk.number, min(last or head.number, head.number)):
        walk.step(link)
        for signed in checkpoints:
            walk.signed(signed)
        if link.number % PIECE == 0:
            tell(link.number)
        if walk.enough:
            break
    waiting = 0
    if not walk.enough and (last is None or last >= head.number):
        waiting = _check_end(walk, head, data, clock)
    for broken, told in _told_of_breaks(begin, walk.number):
        (walk.findings if broken else notes).append(told)
    return Verdict(
        begin, walk.number, walk.entries, walk.checkpoints, walk.covered, waiting, tuple(walk.findings), tuple(notes)
    )


def _begun(head: Head, keys: Sequence[bytes], first: int | None) -> tuple[Walk, list[str]]:
    """A walk that stands before the first link there should be."""
    walk = Walk(head.log, 0, origin(head.log), keys, _number_of)
    notes: list[str] = []
    removed = Checkpoint.objects.filter(kind=REMOVED).order_by("-number").first()
    if removed is not None:
        signed = Signed(removed.statement, removed.signature)
        said = signed.said()
        if any(signed.is_by(key) for key in keys) and said.get("kind") == REMOVED and said.get("log") == head.log:
            walk.number, walk.digest = int(said["number"]), bytes.fromhex(str(said["digest"]))
            walk.covered = walk.number
            notes.append(f"entries up to {walk.number} were removed as their time was over, which is signed.")
        else:
            walk.findings.append(f"the note that entries up to {removed.number} were removed is forged.")
    if first is not None and first > walk.number + 1:
        before = Link.objects.filter(number=first - 1).first()
        walk.number, walk.digest = first - 1, bytes(before.digest) if before else walk.digest
        notes.append(f"what lies before entry {first} was not looked at.")
    return walk, notes


def _links(after: int, last: int) -> Iterator[tuple[Linked, list[Signed]]]:
    """The stored links with what is signed at each, a piece at a time."""
    while True:
        rows = list(Link.objects.filter(number__gt=after, number__lte=last).order_by("number")[:PIECE])
        if not rows:
            return
        entries = audit_entries([row.entry_id for row in rows])
        checkpoints = Checkpoint.objects.filter(number__gt=after, number__lte=rows[-1].number).exclude(kind=REMOVED)
        signed = {
            number: [Signed(one.statement, one.signature) for one in found]
            for number, found in groupby(checkpoints.order_by("number", "pk"), lambda one: one.number)
        }
        for row in rows:
            entry = entries.get(row.entry_id)
            said = None if entry is None else fields(entry)
            yield (
                Linked(row.number, row.entry_id, row.linked_ms, bytes(row.content), bytes(row.digest), said),
                signed.get(row.number, []),
            )
        after = rows[-1].number


def _check_end(walk: Walk, head: Head, data: Path, clock: Clock) -> int:
    """Whether the chain ends where it was signed to end; how many entries wait for their link."""
    walk.end(signed_head(head), "the signed head")
    last = witness.read(data)
    if last is not None:
        walk.end(last, "the head kept beside the database")
    beyond = Link.objects.filter(number__gt=(Head.objects.first() or head).number).order_by("number").first()
    if beyond is not None:
        walk.findings.append(f"entry {beyond.number} lies behind the end of the chain: it was put there.")
    waiting, late = _unlinked(head, clock)
    walk.findings += late
    return waiting


def _unlinked(head: Head, clock: Clock) -> tuple[int, list[str]]:
    """How many entries wait for their link; those that should have had it long ago are findings."""
    waiting, late, after = 0, list[str](), 0
    while ids := audit_ids(after, PIECE):
        left = not_linked(ids)
        for entry in audit_entries(left).values() if left else ():
            if entry.id <= head.top - WINDOW and entry.at_ms < clock.wall_ms() - LATE_MS:
                late.append(f"the entry of id {entry.id} was never linked: it was put into the log later.")
            else:
                waiting += 1
        after = ids[-1]
    return waiting, late[:3]


def _told_of_breaks(first: int, last: int) -> Iterator[tuple[bool, str]]:
    """What was found while the log went on, which are entries themselves; and whether it is a break of the chain."""
    for entry in search_audit(AuditSearch(actions=("audit.break", "audit.key")), None, 10):
        link = Link.objects.filter(entry_id=entry.id, number__gte=first, number__lte=last).first()
        if link is None:
            continue
        if entry.action == "audit.key":
            yield False, f"entry {link.number} tells that the signing key changed."
            continue
        signed, found = (entry.detail.get(side, {}).get("number") for side in ("before", "after"))
        yield True, f"entry {link.number} tells that the log was cut: {signed} were signed, {found} were found."


def _number_of(content: bytes) -> int | None:
    return Link.objects.filter(content=content).values_list("number", flat=True).first()
