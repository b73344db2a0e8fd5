"""What this plugin offers."""

from collections.abc import Iterable
from typing import Any

from core.api import (
    AuditActionSpec,
    CameraDriverSpec,
    ConfigurationPart,
    EventTypeSpec,
    PanelSpec,
    PermissionSpec,
    RouteSpec,
    Slot,
    WorkerSpec,
    hookimpl,
)
from plugins.onvif.configuring.permissions import CONFIGURE
from plugins.onvif.driver import SPEC
from plugins.onvif.events.kinds import EVENT_TYPES


def _topics(request: Any, camera_id: int | None) -> dict[str, Any] | None:
    """For ONVIF cameras; who may change settings of the system gets the forms."""
    from core.api.services import cameras_of_driver, rights_for  # once Django is set up

    if camera_id not in {camera.id for camera in cameras_of_driver(SPEC.name)}:
        return None
    return {"camera": camera_id, "may": rights_for(request).holds("system.settings")}


def _configuring(request: Any, camera_id: int | None) -> dict[str, Any] | None:
    """For ONVIF cameras; the element fills itself over REST."""
    from core.api.services import cameras_of_driver
    from plugins.onvif.configuring.sections import PARTS

    if camera_id not in {camera.id for camera in cameras_of_driver(SPEC.name)}:
        return None
    return {"camera": camera_id, "parts": list(PARTS.values())}


def _many(request: Any, camera_id: int | None) -> dict[str, Any]:
    """The cameras to choose from, and the sections that can be set on many."""
    from plugins.onvif.many.pages import page

    return page(request)


@hookimpl
def register_camera_drivers() -> Iterable[CameraDriverSpec]:
    """Cameras, recorders and encoders that speak ONVIF."""
    return [SPEC]


@hookimpl
def register_audit_actions() -> Iterable[AuditActionSpec]:
    """What is written to the audit log."""
    return (
        AuditActionSpec("onvif.configure", "Camera's own settings changed"),
        AuditActionSpec("onvif.map", "Camera's topic given an event type"),
        AuditActionSpec("onvif.round", "Settings of many cameras read"),
        AuditActionSpec("onvif.round_cancel", "Change of many cameras cancelled"),
        AuditActionSpec("onvif.round_run", "Settings of many cameras changed"),
        AuditActionSpec("onvif.unmap", "Event type taken from a camera's topic"),
    )


@hookimpl
def register_event_types() -> Iterable[EventTypeSpec]:
    """What cameras tell and Eyrie has no type of its own for."""
    return EVENT_TYPES


@hookimpl
def register_workers() -> Iterable[WorkerSpec]:
    """Who listens to the cameras' own events."""
    return [WorkerSpec("events", "Events of ONVIF cameras", "plugins.onvif.events.worker:run", heartbeat=30.0)]


@hookimpl
def register_routes() -> Iterable[RouteSpec]:
    """Topics of cameras, and what is made of them."""
    return [RouteSpec("plugins.onvif.urls")]


@hookimpl
def register_panels() -> Iterable[PanelSpec]:
    """A camera's own settings and what it tells of, on its page; settings of many, among the cameras."""
    return [
        PanelSpec(
            "configuring",
            "The camera's own settings",
            Slot.CAMERA,
            "onvif/configuring.html",
            CONFIGURE.codename,
            _configuring,
        ),
        PanelSpec("many", "Settings of many", Slot.CAMERAS, "onvif/many.html", CONFIGURE.codename, _many),
        PanelSpec("topics", "What the camera tells of", Slot.CAMERA, "onvif/topics.html", "camera.manage", _topics),
    ]


@hookimpl
def register_permissions() -> Iterable[PermissionSpec]:
    """Who may change the cameras' own settings."""
    return [CONFIGURE]


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """What people made of topics, and which masks at cameras are Eyrie's to take away."""
    from plugins.onvif.models import GivenMask, TopicMapping  # once Django is set up

    fields = ("topic", "item", "on_value", "type", "attributes")
    return [
        ConfigurationPart("mappings", "Meanings of topics", TopicMapping, fields, "topic item"),
        ConfigurationPart("given_masks", "Masks given to cameras", GivenMask, ("device", "token"), "device token"),
    ]
