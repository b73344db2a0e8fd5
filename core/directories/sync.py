"""Comparing all people of a directory with its users here: who comes, who changes, who goes.

Everything is read before anything is done, so that a directory that fails half-way changes nothing. When it knows
nobody any more, or less than half of them, that is more often its mistake than its wish: nobody is shut out until an
administrator says so.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from core.access.services import AccessError
from core.directories.kinds import accounted, settings_of, spec_of
from core.directories.models import Directory, Identity
from core.directories.people import Known, Verdict, judge, known_of, shut_out, take_in
from core.hookspecs.directories import DirectoryError, Person
from core.media.clock import Clock, SystemClock
from core.system import audit

log = logging.getLogger("eyrie.directories")
AT_ONCE = 25
CLAIM_MS = 10 * 60_000
MINUTE_MS = 60_000
AGAIN_MS = 5 * MINUTE_MS


class Busy(Exception):
    """Somebody else compares the people of this directory right now."""


@dataclass(frozen=True, slots=True)
class Leaver:
    """A user who is to be shut out, and why, in one sentence."""

    identity: Identity
    why: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a sync does. held: why it shuts nobody out, in one sentence; empty when it does."""

    found: int
    come: tuple[Verdict, ...]
    change: tuple[Verdict, ...]
    go: tuple[Leaver, ...]
    refused: tuple[Verdict, ...]
    held: str

    def counts(self) -> dict[str, int]:
        """For the report."""
        sides = ("come", "change", "go", "refused")
        return {"found": self.found} | {side: len(getattr(self, side)) for side in sides}


def look(directory: Directory) -> Outlook:
    """What a sync would do now. Raises DirectoryError."""
    people = _people(directory)
    known = known_of(directory)
    verdicts = [judge(directory, person, known) for person in people.values()]
    come = [one for one in verdicts if "new" in one.changes and directory.add_ahead]
    change = [one for one in verdicts if one.changes and "new" not in one.changes]
    go = list(_leavers(people, verdicts, known))
    known_here = {leaver.identity.person for leaver in go}
    refused = [one for one in verdicts if one.refusal and one.person.id not in known_here]
    held = _held(len(people), len(go), known)
    return Outlook(len(people), tuple(come), tuple(change), tuple(go), tuple(refused), held)


def _people(directory: Directory) -> dict[str, Person]:
    ask = spec_of(directory.kind).people
    if ask is None:
        return {}
    settings = settings_of(directory)
    return accounted(directory.kind, lambda: {person.id: person for person in ask(settings)})


def _leavers(people: dict[str, Person], verdicts: list[Verdict], known: Known) -> Iterator[Leaver]:
    refusals = {one.person.id: one.refusal for one in verdicts if one.refusal and not one.clash}
    for identity in known.identities.values():
        if identity.gone or not identity.user.is_active:
            continue
        if identity.person not in people:
            yield Leaver(identity, "The directory no longer knows them.")
        elif identity.person in refusals:
            yield Leaver(identity, refusals[identity.person])


def _held(found: int, going: int, known: Known) -> str:
    active = sum(1 for one in known.identities.values() if one.user.is_active and not one.gone)
    if not going or (found and going * 2 <= active):
        return ""
    if not found:
        return "The directory knows nobody, which looks like a mistake. Look at who would go, then confirm or mend it."
    return f"{going} of {active} users would be shut out, which looks like a mistake. Look at them, then confirm it."


def sync(directory: Directory, *, actor: str, address: str = "", confirmed: bool = False) -> Outlook:
    """Do it. confirmed: also what is held. Raises DirectoryError, Busy."""
    clock = SystemClock()
    if not _claimed(directory, clock):
        raise Busy
    values: dict[str, object] = {}
    try:
        outlook = look(directory)
        held = "" if confirmed else outlook.held
        report = outlook.counts() | {"failed": _done(directory, outlook, shuts=not held)}
        values = {"synced_ms": clock.wall_ms(), "error": "", "held": held, "report": report}
        _told(directory, outlook, values, actor, address)
    except DirectoryError as error:
        values = {"error": str(error)[:500]}
        if directory.error != values["error"]:
            log.warning("the people of the directory %s could not be compared: %s", directory.title, error)
        raise
    finally:
        Directory.objects.filter(pk=directory.pk).update(claimed_ms=0, **values)
    return outlook


def _claimed(directory: Directory, clock: Clock) -> bool:
    rows = Directory.objects.filter(pk=directory.pk, claimed_ms__lt=clock.wall_ms() - CLAIM_MS)
    return bool(rows.update(claimed_ms=clock.wall_ms(), tried_ms=clock.wall_ms()))


def _done(directory: Directory, outlook: Outlook, *, shuts: bool) -> list[str]:
    """In small transactions, so that nobody else waits for long; sentences about those whom it did not work for."""
    failed = []
    taken = (*outlook.come, *outlook.change)
    for start in range(0, len(taken), AT_ONCE):
        with transaction.atomic():
            for verdict in taken[start : start + AT_ONCE]:
                take_in(directory, verdict)
    for leaver in outlook.go if shuts else ():
        try:
            shut_out(leaver.identity)
        except AccessError as error:
            failed.append(f"{leaver.identity.user.username}: {error}")
    return failed[:50]


def _told(directory: Directory, outlook: Outlook, values: dict[str, object], actor: str, address: str) -> None:
    """One row of the audit log, where something was done, with the names."""
    if not (outlook.come or outlook.change or outlook.go):
        return
    after = outlook.counts() | {
        "come": [one.person.name for one in outlook.come[:100]],
        "change": [one.person.name for one in outlook.change[:100]],
        "go": [one.identity.user.username for one in outlook.go[:100]],
        "held": values["held"],
    }
    audit.record(actor, "directory.sync", f"directory:{directory.pk}", after=after, address=address)


def due(now_ms: int) -> list[Directory]:
    """Directories whose people are to be compared now. One that failed is asked again no sooner than AGAIN_MS later."""
    rows = Directory.objects.filter(
        enabled=True, sync_minutes__gt=0, claimed_ms__lt=now_ms - CLAIM_MS, tried_ms__lte=now_ms - AGAIN_MS
    )
    return [row for row in rows if now_ms - row.synced_ms >= row.sync_minutes * MINUTE_MS and can_sync(row)]


def can_sync(directory: Directory) -> bool:
    """Whether a directory of this kind can list its people."""
    try:
        return spec_of(directory.kind).people is not None
    except DirectoryError:
        return False
