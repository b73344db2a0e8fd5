"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.api import (
    AuditActionSpec,
    ConfigurationPart,
    Detector,
    DetectorSpec,
    Event,
    EventTypeSpec,
    PanelSpec,
    PermissionSpec,
    RouteSpec,
    SettingsSpec,
    Slot,
    hookimpl,
)
from plugins.lpr.events import EVENT_TYPES, PLATE_READ
from plugins.lpr.permissions import MANAGE, PERMISSIONS, READ
from plugins.lpr.settings import LprSettings, PlateSettings, wants


def _open(settings: PlateSettings) -> Detector:
    from plugins.lpr.detector import open_detector  # heavy: loads the models and their libraries

    return open_detector(settings)


def _page(request: Any, camera_id: int | None) -> dict[str, Any]:
    """The page fills itself over REST; who may change lists gets their forms."""
    from core.api.services import rights_for

    return {"manages": rights_for(request).holds(MANAGE.codename)}


DETECTOR = DetectorSpec(
    name="lpr",
    title="Number plates",
    settings=PlateSettings,
    wants=wants,
    open=_open,
    events=(PLATE_READ.name,),
    cost="CPU of a picture with a plate in it: about 0.2 s at 960 pixels, 0.5 s at 1280 (AMD EPYC, one thread); 0.02 s "
    "more for each further line of text. Only while something moves.",
)


@hookimpl
def register_detectors() -> Iterable[DetectorSpec]:
    """Reading plates."""
    return [DETECTOR]


@hookimpl
def register_audit_actions() -> Iterable[AuditActionSpec]:
    """What is written to the audit log."""
    return (
        AuditActionSpec("lpr_plate.create", "Plate put on a list"),
        AuditActionSpec("lpr_plate.change", "Plate on a list changed"),
        AuditActionSpec("lpr_plate.delete", "Plate taken off a list"),
        AuditActionSpec("lpr_plates.import", "Plates imported"),
    )


@hookimpl
def register_event_types() -> Iterable[EventTypeSpec]:
    """Plates read, on a list, on none."""
    return EVENT_TYPES


@hookimpl
def on_event_recorded(event: Event) -> None:
    """Keep a plate for search, and compare it with the lists."""
    if event.type == PLATE_READ.name and event.camera_id is not None:
        from plugins.lpr.reads import keep  # once Django is set up

        keep(event)


@hookimpl
def register_permissions() -> Iterable[PermissionSpec]:
    """Searching, and changing lists."""
    return PERMISSIONS


@hookimpl
def register_settings() -> Iterable[SettingsSpec]:
    """Keeping and comparing."""
    return [SettingsSpec(LprSettings)]


@hookimpl
def register_routes() -> Iterable[RouteSpec]:
    """Reads and lists."""
    return [RouteSpec("plugins.lpr.urls")]


@hookimpl
def register_panels() -> Iterable[PanelSpec]:
    """A page with search and lists."""
    return [PanelSpec("plates", "Number plates", Slot.NAVIGATION, "lpr/plates.html", READ.codename, _page, icon="car")]


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """The lists."""
    from plugins.lpr.models import ListedPlate  # once Django is set up

    fields = ("text", "folded", "list", "owner", "note", "valid_from_ms", "valid_to_ms")
    return [ConfigurationPart("plates", "Number plates on lists", ListedPlate, fields, "text")]
