"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from core.api import (
    AuditActionSpec,
    ConfigurationPart,
    Detector,
    DetectorSpec,
    Event,
    EventTypeSpec,
    Naming,
    PanelSpec,
    PermissionSpec,
    Redactor,
    RedactorSpec,
    RouteSpec,
    SettingsSpec,
    Slot,
    hookimpl,
)
from plugins.faces.events import EVENT_TYPES, RECOGNISED, UNKNOWN
from plugins.faces.permissions import ENROL, PERMISSIONS, VIEW
from plugins.faces.settings import FaceSettings, FacesSettings, wants


def _open(settings: FaceSettings) -> Detector:
    from plugins.faces.opening import open_detector  # with OpenCV, and models where they are needed

    return open_detector(settings)


def _open_redactor() -> Redactor:
    from plugins.faces.opening import open_redactor  # with OpenCV

    return open_redactor()


def _names_of(camera_id: int, tracks: Collection[str]) -> Mapping[str, str]:
    from plugins.faces.sightings import names_of  # once Django is set up

    return names_of(camera_id, tracks)


def _page(request: Any, camera_id: int | None) -> dict[str, Any]:
    """The page fills itself over REST; who may enrol people gets the forms."""
    from core.api.services import rights_for
    from plugins.faces.sightings import settings_now

    rights = rights_for(request)
    return {
        "enrols": rights.holds(ENROL.codename),
        "sets_up": rights.holds("system.settings"),
        "settings": settings_now(),
    }


DETECTOR = DetectorSpec(
    name="faces",
    title="Faces",
    settings=FaceSettings,
    wants=wants,
    open=_open,
    events=tuple(spec.name for spec in EVENT_TYPES),
    cost="0.7 s of a core for a megapixel, 160 ms a look at 640 x 360; half of it with faces from 40 pixels on. To "
    "recognise one, 80 ms more with dlib, at most twelve times each.",
    naming=Naming(VIEW.codename, _names_of),
)
REDACTOR = RedactorSpec(
    name="faces",
    title="Cover faces",
    open=_open_redactor,
    fps=4.0,
    width=960,
    pixel_format="bgr24",
    hint="Faces that are found are covered, with what lies around them. Small, tilted or half hidden ones may be "
    "missed: watch the export before you hand it out. Takes about three times as long as what is recorded.",
)


@hookimpl
def register_detectors() -> Iterable[DetectorSpec]:
    """Faces."""
    return [DETECTOR]


@hookimpl
def register_redactors() -> Iterable[RedactorSpec]:
    """Faces in exports."""
    return [REDACTOR]


@hookimpl
def register_audit_actions() -> Iterable[AuditActionSpec]:
    """What is written to the audit log."""
    return (
        AuditActionSpec("face_person.create", "Person enrolled"),
        AuditActionSpec("face_person.change", "Enrolled person changed"),
        AuditActionSpec("face_person.delete", "Enrolled person deleted"),
        AuditActionSpec("face_person.disclose", "What is kept of a person disclosed"),
        AuditActionSpec("face_picture.create", "Picture of a person added"),
        AuditActionSpec("face_picture.delete", "Picture of a person deleted"),
        AuditActionSpec("face_sighting.delete", "Sighting of a face deleted"),
    )


@hookimpl
def register_event_types() -> Iterable[EventTypeSpec]:
    """Faces in sight, of people who are enrolled, and of strangers."""
    return EVENT_TYPES


@hookimpl
def on_event_recorded(event: Event) -> None:
    """Keep the face that a detector handed over."""
    if event.type in (RECOGNISED.name, UNKNOWN.name) and event.camera_id is not None:
        from plugins.faces.sightings import keep  # once Django is set up

        keep(event)


@hookimpl
def register_permissions() -> Iterable[PermissionSpec]:
    """Searching, and enrolling."""
    return PERMISSIONS


@hookimpl
def register_settings() -> Iterable[SettingsSpec]:
    """Recognising and keeping."""
    return [SettingsSpec(FacesSettings)]


@hookimpl
def register_routes() -> Iterable[RouteSpec]:
    """People and sightings."""
    return [RouteSpec("plugins.faces.urls")]


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """Who is enrolled, only where that is asked for."""
    from plugins.faces.models import Person, Reference  # once Django is set up

    why = "Faces are biometric data: a copy of them is one more that must be deleted when somebody withdraws consent."
    consent = ("consent_by", "consent_note", "consent_from_ms", "consent_until_ms")
    person = ("name", "note", "groups", *consent, "created_ms", "changed_ms")
    reference = ("person", "picture", "vector", "model", "source", "made_ms", "trouble")
    return (
        ConfigurationPart("persons", "People who are recognised", Person, person, "name", optional=why),
        ConfigurationPart(
            "references",
            "Pictures of people who are recognised",
            Reference,
            reference,
            "person",
            after=("faces.persons",),
            optional=why,
        ),
    )


@hookimpl
def register_panels() -> Iterable[PanelSpec]:
    """A page with sightings and people."""
    return [PanelSpec("people", "People", Slot.NAVIGATION, "faces/people.html", VIEW.codename, _page, icon="scan-face")]
