"""What events say that not everybody is told who may see them, such as who was recognised (`EventTypeSpec.private`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from core.access.rights import Rights
from core.hookspecs.events import EventTypeSpec
from core.pluginhost import UnknownName, host


def may_know(rights: Rights, type_name: str, camera_id: int | None) -> bool:
    """Whether this user is told all that an event of this type says."""
    spec = _private(type_name)
    return spec is None or rights.holds(spec.permission, camera_id)


def public(type_name: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """What everybody is told who may see the event."""
    spec = _private(type_name)
    return {name: value for name, value in attributes.items() if spec is None or name not in spec.private}


def told(rights: Rights, type_name: str, camera_id: int | None, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """What this user is told."""
    return dict(attributes) if may_know(rights, type_name, camera_id) else public(type_name, attributes)


def searchable(rights: Rights, found: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Events that were found by a text, without those that would betray what this user is not told: of such types they
    are found by the type's title alone.
    """
    for spec in host().registry.all(EventTypeSpec):
        if spec.private and text.casefold() not in spec.title.casefold():
            theirs = found.filter(type=spec.name)
            known = rights.filter(theirs, spec.permission, "camera_id")
            if known is not theirs:
                found = found.filter(~Q(type=spec.name) | Q(pk__in=known.order_by().values("pk")))
    return found


def _private(type_name: str) -> EventTypeSpec | None:
    try:
        spec = host().registry.get(EventTypeSpec, type_name)
    except UnknownName:  # an integrator's own, or of a plugin that is gone: nobody says what of it is private
        return None
    return spec if spec.private else None
