"""What is kept about a person, as one archive to hand out to them (such as article 15 of the GDPR asks for)."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any

from core.api import Clock, SystemClock
from core.api.services import camera_names, events_about
from plugins.faces.events import RECOGNISED
from plugins.faces.forms import Moment
from plugins.faces.kept import opened
from plugins.faces.models import Person, Reference, Sighting
from plugins.faces.sightings import settings_now

ELSEWHERE = (
    "Recordings of cameras that show this person, exports and backups of them, notifications that were sent, lists of "
    "what detectors found when they were tried on a recording, which go after two weeks, the audit log, which names "
    "the person by number, and log files are not part of this archive."
)


def disclosed(person: Person, clock: Clock | None = None) -> bytes:
    """A ZIP archive: data.json, and the pictures it names. Raises SecretsError when the key of the pictures is gone."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        body = {
            "made_at": _time((clock or SystemClock()).wall_ms()),
            "grounds": settings_now().grounds,
            "person": _person(person),
            "pictures": _pictures(person, archive),
            "sightings": _sightings(person, archive),
            "events": _events(person, archive),
            "not_in_here": ELSEWHERE,
        }
        archive.writestr("data.json", json.dumps(body, ensure_ascii=False, indent=1))
    return out.getvalue()


def _person(person: Person) -> dict[str, Any]:
    until = person.consent_until_ms
    return {
        "number": person.pk,
        "name": person.name,
        "note": person.note,
        "groups": person.groups,
        "consent": {
            "given_by": person.consent_by,
            "how": person.consent_note,
            "from": _time(person.consent_from_ms),
            "until": None if until is None else _time(until),
        },
        "entered_at": _time(person.created_ms),
        "changed_at": _time(person.changed_ms),
    }


def _pictures(person: Person, archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    rows = []
    for row in Reference.objects.filter(person=person):
        name = f"pictures/{row.pk}.jpg"
        archive.writestr(name, opened(row.picture))
        vector = base64.b64encode(opened(row.vector)).decode()
        rows.append({"file": name, "from": row.source, "made_at": _time(row.made_ms), "vector_float32": vector})
        rows[-1]["model"] = row.model
    return rows


def _sightings(person: Person, archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    names, rows = camera_names(), []
    for row in Sighting.objects.filter(person=person):
        name = f"sightings/{row.pk}.jpg" if row.picture else None
        if name is not None:
            archive.writestr(name, opened(row.picture))
        where = names.get(row.camera_id, str(row.camera_id))
        rows.append({"file": name, "time": _time(row.at_ms), "camera": where, "likeness": row.likeness})
    return rows


def _events(person: Person, archive: zipfile.ZipFile) -> list[dict[str, Any]]:
    names, rows = camera_names(), []
    for event, picture in events_about(RECOGNISED.name, "person", person.pk):
        name = f"events/{event.id}.jpg" if picture else None
        if name is not None and picture is not None:
            archive.writestr(name, picture)
        where = names.get(event.camera_id, "") if event.camera_id is not None else ""
        said = {key: value for key, value in event.attributes.items() if key != "sighting"}
        rows.append({"id": event.id, "time": _time(event.start_ms), "camera": where, "says": said, "file": name})
    return rows


def _time(ms: int) -> str:
    return Moment().to_representation(ms)
