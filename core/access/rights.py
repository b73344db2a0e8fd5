"""What a user may do: their grants, read in one query and asked many times."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from core.access.models import Grant, User
from core.cameras.queries import cameras
from core.media.clock import Clock, SystemClock
from core.pluginhost import host

_CACHED = "eyrie_rights"
Vote = Callable[[int, str, int | None], bool]
"""`decide_access`: False takes a right away (core.hookspecs.access)."""


@dataclass(slots=True)
class Rights:
    """A user's rights at one moment.

    everywhere: permissions held for the whole system; on_cameras: permission to the cameras it is held for.
    """

    user_id: int
    everywhere: set[str] = field(default_factory=set)
    on_cameras: dict[str, set[int]] = field(default_factory=dict)
    vote: Vote | None = None

    def holds(self, permission: str, camera_id: int | None = None) -> bool:
        """Whether the permission is held for this camera, or everywhere when no camera is named."""
        granted = permission in self.everywhere or camera_id in self.on_cameras.get(permission, ())
        return granted and self._agreed(permission, camera_id)

    def holds_somewhere(self, permission: str) -> bool:
        """Whether the permission is held for at least one camera: whether a list is worth asking for."""
        return permission in self.everywhere or bool(self.on_cameras.get(permission))

    def filter(self, queryset: QuerySet[Any], permission: str, field_name: str = "pk") -> QuerySet[Any]:
        """The rows whose camera (`field_name`) the permission is held for: one condition, whatever the number of rows.

        Rows of no camera take the permission everywhere. Plugins that vote on access cost one query more.
        """
        everywhere = permission in self.everywhere
        if everywhere and self.vote is None:
            return queryset
        granted = cameras().values_list("pk", flat=True) if everywhere else self.on_cameras.get(permission, ())
        allowed = Q(**{f"{field_name}__in": [one for one in granted if self._agreed(permission, one)]})
        if everywhere and self._agreed(permission, None):
            allowed |= Q(**{f"{field_name}__isnull": True})
        return queryset.filter(allowed)

    def _agreed(self, permission: str, camera_id: int | None) -> bool:
        return self.vote is None or self.vote(self.user_id, permission, camera_id)


def rights_of(user: User | AnonymousUser, clock: Clock | None = None) -> Rights:
    """Read a user's rights: one query. Expired grants and inactive users give none."""
    if not isinstance(user, User) or user.pk is None or not user.is_active:
        return Rights(0)
    rights = Rights(user.pk, vote=_plugins_vote())
    now = datetime.fromtimestamp((clock or SystemClock()).wall_ms() / 1000, UTC)
    grants = Grant.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), user=user)
    rows: Iterable[tuple[int | None, list[str]]] = grants.values_list("camera_id", "role__permissions")
    for camera_id, permissions in rows:
        if camera_id is None:
            rights.everywhere.update(permissions)
            continue
        for permission in permissions:
            rights.on_cameras.setdefault(permission, set()).add(camera_id)
    return rights


def rights_for(request: HttpRequest) -> Rights:
    """The rights of a request's user, read once a request. Takes Django's and DRF's requests."""
    bare = getattr(request, "_request", request)
    found: Rights | None = getattr(bare, _CACHED, None)
    user = request.user
    if found is None or found.user_id != (user.pk or 0):
        found = rights_of(user)
        setattr(bare, _CACHED, found)
    return found


def _plugins_vote() -> Vote | None:
    return host().hooks.decide_access if host().implements("decide_access") else None
