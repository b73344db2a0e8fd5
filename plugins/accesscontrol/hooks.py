"""What this plugin offers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.api import (
    AuditActionSpec,
    ConfigurationPart,
    EventTypeSpec,
    PanelSpec,
    PermissionSpec,
    RouteSpec,
    SettingsSpec,
    Slot,
    hookimpl,
)
from plugins.accesscontrol.events import EVENT_TYPES
from plugins.accesscontrol.permissions import MANAGE, PERMISSIONS
from plugins.accesscontrol.settings import AccessSettings

PARTS = ("log", "doors", "holders")


def _nothing(request: Any, camera_id: int | None) -> dict[str, Any]:
    """The panels fill themselves over REST."""
    return {}


def _page(request: Any, camera_id: int | None) -> dict[str, Any]:
    """Which part of the page is asked for, of those that are open to who asks."""
    from core.api.services import rights_for  # once Django is set up

    parts = PARTS if rights_for(request).holds(MANAGE.codename) else PARTS[:1]
    asked = request.GET.get("part", "")
    return {"parts": parts, "part": asked if asked in parts else PARTS[0]}


@hookimpl
def register_audit_actions() -> Iterable[AuditActionSpec]:
    """What is written to the audit log."""
    return (
        AuditActionSpec("access_door.create", "Door added"),
        AuditActionSpec("access_door.change", "Door changed"),
        AuditActionSpec("access_door.delete", "Door deleted"),
        AuditActionSpec("access_holder.change", "Card holder added or changed"),
        AuditActionSpec("access_holder.delete", "Card holder deleted"),
        AuditActionSpec("access_holder.picture", "Picture of a card holder changed"),
        AuditActionSpec("access_holder.import", "Card holders imported"),
    )


@hookimpl
def register_event_types() -> Iterable[EventTypeSpec]:
    """What happens at doors."""
    return EVENT_TYPES.values()


@hookimpl
def register_permissions() -> Iterable[PermissionSpec]:
    """Reporting and managing."""
    return PERMISSIONS


@hookimpl
def register_settings() -> Iterable[SettingsSpec]:
    """The webhook's key."""
    return [SettingsSpec(AccessSettings)]


@hookimpl
def register_routes() -> Iterable[RouteSpec]:
    """Reports, doors, card holders."""
    return [RouteSpec("plugins.accesscontrol.urls")]


@hookimpl
def register_panels() -> Iterable[PanelSpec]:
    """Who came and went, on the overview; and a page of its own for all of them, doors and card holders."""
    return [
        PanelSpec("recent", "Doors", Slot.DASHBOARD, "accesscontrol/recent.html", "event.view", _nothing),
        PanelSpec(
            "access", "Access", Slot.NAVIGATION, "accesscontrol/page.html", "event.view", _page, icon="door-open"
        ),
    ]


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """Doors and card holders."""
    from plugins.accesscontrol.models import Door, Holder  # once Django is set up

    return [
        ConfigurationPart(
            "doors", "Doors", Door, ("code", "title", "camera", "mapped"), "code", after=("core.cameras",)
        ),
        ConfigurationPart("holders", "Card holders", Holder, ("card", "name", "picture"), "name"),
    ]
