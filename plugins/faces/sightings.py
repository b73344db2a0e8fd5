"""Faces that cameras saw: kept as their events are recorded, found, forgotten in time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from core.api import Clock, Event, SystemClock
from core.api.services import data_directory, forget_events_about, plugin_settings
from plugins.faces.events import RECOGNISED
from plugins.faces.handover import take
from plugins.faces.kept import sealed, sealed_vector
from plugins.faces.models import Person, Sighting
from plugins.faces.settings import FacesSettings

DAY_MS = 86_400_000
AT_ONCE = 2000
"""Rows deleted in one statement: others wait for the database meanwhile."""


def settings_now() -> FacesSettings:
    """The plugin's settings."""
    found = plugin_settings("faces")
    return found if isinstance(found, FacesSettings) else FacesSettings()


def keep(event: Event) -> None:
    """Store what a detector handed over for an event. Blocks on the database; an event kept before stays."""
    said = event.attributes
    face = take(data_directory(), str(said.get("sighting", "")))
    person_id = said.get("person") if event.type == RECOGNISED.name else None
    if person_id is not None and not Person.objects.filter(pk=person_id).exists():
        # Deleted while the detector still knew them: nothing that names them is to stay.
        forget_events_about(RECOGNISED.name, "person", person_id)
        return
    if face is None and person_id is None:
        return
    row: dict[str, object] = {
        "camera_id": event.camera_id,
        "person_id": person_id,
        "track": next((one.track for one in event.objects), ""),
        "at_ms": event.start_ms,
        "likeness": said.get("likeness"),
        "looks": said.get("looks", 1),
    }
    if face is not None:
        row |= {"picture": sealed(face.jpeg), "vector": sealed_vector(face.vector), "model": face.model}
    Sighting.objects.get_or_create(event_id=event.id, defaults=row)


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. person: their id, 0 for strangers, None for all. Times in UTC ms, the end not included."""

    person: int | None = None
    start_ms: int | None = None
    end_ms: int | None = None


def found(
    search: Search, camera_ids: Collection[int], keep_days: int, clock: Clock | None = None
) -> QuerySet[Sighting]:
    """The sightings of these cameras that fit, the newest first; none that is older than it may be kept."""
    oldest = (clock or SystemClock()).wall_ms() - keep_days * DAY_MS
    rows = Sighting.objects.filter(camera_id__in=camera_ids, at_ms__gte=max(oldest, search.start_ms or oldest))
    if search.end_ms is not None:
        rows = rows.filter(at_ms__lt=search.end_ms)
    if search.person is not None:
        rows = rows.filter(person_id=search.person or None)
    return rows.select_related("person")


def names_of(camera_id: int, tracks: Collection[str]) -> Mapping[str, str]:
    """Who was recognised on a camera, by the track of their face, as long as sightings are kept."""
    rows = found(Search(), [camera_id], settings_now().keep_days).filter(track__in=tracks, person__isnull=False)
    return dict(rows.order_by("at_ms", "pk").values_list("track", "person__name"))


def forget_old(days: int, now_ms: int) -> int:
    """Delete sightings older than so many days; how many went."""
    gone = 0
    old = Sighting.objects.filter(at_ms__lt=now_ms - days * DAY_MS)
    while batch := list(old.values_list("pk", flat=True)[:AT_ONCE]):
        gone += Sighting.objects.filter(pk__in=batch).delete()[0]
    return gone
