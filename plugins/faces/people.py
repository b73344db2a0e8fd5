"""People who are enrolled: adding, changing, pictures of them, deleting all of it. Callers have checked the rights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from core.api import Clock, SystemClock
from core.api.services import forget_events_about, forget_finds
from plugins.faces.events import RECOGNISED
from plugins.faces.kept import Kept, sealed, sealed_vector
from plugins.faces.models import Person, Reference, Sighting, consenting

MOST_PICTURES = 20
MOST_GROUPS = 20


class PersonError(ValueError):
    """Something cannot be done; one sentence. field: of the form, empty for all of it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Entry:
    """A person as somebody enters them; as `Person`."""

    name: str
    consent_by: str
    consent_from_ms: int
    note: str = ""
    groups: Sequence[str] = ()
    consent_note: str = ""
    consent_until_ms: int | None = None


def put(entry: Entry, person: Person | None = None, clock: Clock | None = None) -> Person:
    """Add a person, or change one. Raises PersonError."""
    if entry.consent_until_ms is not None and entry.consent_until_ms <= entry.consent_from_ms:
        raise PersonError("consent_until", "The end of the consent is not after its beginning.")
    now_ms = (clock or SystemClock()).wall_ms()
    row = person or Person(created_ms=now_ms)
    row.name, row.note, row.groups = entry.name, entry.note, _tidied(entry.groups)
    row.consent_by, row.consent_note = entry.consent_by, entry.consent_note
    row.consent_from_ms, row.consent_until_ms = entry.consent_from_ms, entry.consent_until_ms
    row.changed_ms = now_ms
    row.save()
    return row


def add_picture(person: Person, face: Kept, source: str, clock: Clock | None = None) -> Reference:
    """Compare faces with this one from now on, within seconds. source: `file` or `sighting`. Raises PersonError."""
    now_ms = (clock or SystemClock()).wall_ms()
    with transaction.atomic():
        if not consenting(now_ms).filter(pk=person.pk).exists():
            raise PersonError("", "There is no consent for this time; enter who gave it, and from when until when.")
        if Reference.objects.filter(person=person).count() >= MOST_PICTURES:
            raise PersonError("", f"There are {MOST_PICTURES} pictures of this person already; delete one first.")
        made = Reference.objects.create(
            person=person,
            picture=sealed(face.jpeg),
            vector=sealed_vector(face.vector),
            model=face.model,
            source=source,
            made_ms=now_ms,
        )
        touch(person, now_ms)
    return made


def remove_picture(picture: Reference, clock: Clock | None = None) -> None:
    """Compare with it no longer, and delete it."""
    with transaction.atomic():
        person = picture.person
        picture.delete()
        touch(person, (clock or SystemClock()).wall_ms())


def forget(person: Person) -> dict[str, int]:
    """Delete everything about a person; how many there were of each kind. What stays is told in docs/faces.md."""
    with transaction.atomic():
        gone = {
            "pictures": Reference.objects.filter(person=person).count(),
            "sightings": Sighting.objects.filter(person=person).count(),
            "events": forget_events_about(RECOGNISED.name, "person", person.pk),
        }
        person.delete()
        forget_finds_of_nobody()
    return gone


def forget_finds_of_nobody(oldest_ms: int = 0) -> int:
    """Delete what detectors, tried on recordings, found of people who are no longer enrolled, and of times before
    oldest_ms, UTC; how many.
    """
    known = set(Person.objects.values_list("pk", flat=True))
    return forget_finds(RECOGNISED.name, lambda said, start_ms: said.get("person") not in known or start_ms < oldest_ms)


def withdraw_ended(now_ms: int) -> int:
    """Delete the pictures and vectors of people whose consent has ended; how many there were."""
    ended = Person.objects.filter(consent_until_ms__lte=now_ms)
    return Reference.objects.filter(person__in=ended).delete()[0]


def touch(person: Person, now_ms: int) -> None:
    """Have detectors read this person again."""
    Person.objects.filter(pk=person.pk).update(changed_ms=max(now_ms, person.changed_ms + 1))


def _tidied(groups: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(one.strip() for one in groups if one.strip()))
    if len(found) > MOST_GROUPS:
        raise PersonError("groups", f"A person is in {MOST_GROUPS} groups at most.")
    return found
