"""What a user may do: their grants, read in two queries (three where cameras' groups are named), asked many times."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from core.access.models import ApiToken, Grant, Role, User, UserGroup
from core.access.permissions import camera_permissions, declared_permissions
from core.cameras.groups import members_of
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
    second_factor: whether one of the roles wants one; what the rights reach does not depend on it.
    """

    user_id: int
    everywhere: set[str] = field(default_factory=set)
    on_cameras: dict[str, set[int]] = field(default_factory=dict)
    vote: Vote | None = None
    second_factor: bool = False

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

    def covers(self, other: Rights) -> bool:
        """Whether these reach at least as far as the other rights: nobody gives what they do not hold."""
        return other.everywhere <= self.everywhere and all(
            permission in self.everywhere or ids <= self.on_cameras.get(permission, set())
            for permission, ids in other.on_cameras.items()
        )

    def give(self, permissions: Iterable[str], camera_ids: Iterable[int] | None) -> None:
        """Add permissions on cameras or, with None, everywhere. On cameras only functions of cameras can be held."""
        if camera_ids is None:
            self.everywhere.update(declared_permissions().keys() & set(permissions))
            return
        ids = set(camera_ids)
        for permission in camera_permissions().intersection(permissions) if ids else ():
            self.on_cameras.setdefault(permission, set()).update(ids)

    def add(self, other: Rights) -> None:
        """Add what the other rights reach."""
        self.everywhere |= other.everywhere
        self.second_factor |= other.second_factor
        for permission, ids in other.on_cameras.items():
            self.on_cameras.setdefault(permission, set()).update(ids)

    def limited_to(self, token: ApiToken) -> Rights:
        """What a token of this user may do.

        A token limited to cameras has functions of the whole system only where it names them.
        """
        named = None if token.permissions is None else set(token.permissions)
        found = Rights(self.user_id, vote=self.vote, second_factor=self.second_factor)
        held = self.everywhere if named is None else self.everywhere & named
        if token.cameras is None:
            found.everywhere = set(held)
        else:
            found.give(held, token.cameras)
            found.everywhere = set() if named is None else held - camera_permissions()
        for permission, ids in self.on_cameras.items():
            if named is None or permission in named:
                kept = ids if token.cameras is None else ids.intersection(token.cameras)
                found.on_cameras.setdefault(permission, set()).update(kept)
        return found

    def _agreed(self, permission: str, camera_id: int | None) -> bool:
        return self.vote is None or self.vote(self.user_id, permission, camera_id)


def rights_of(user: User | AnonymousUser, clock: Clock | None = None, token: ApiToken | None = None) -> Rights:
    """Read a user's rights, or those of one of their tokens. Expired grants and inactive users give none."""
    if not isinstance(user, User) or user.pk is None or not user.is_active:
        return Rights(0)
    own = Q(user=user) | Q(group__in=UserGroup.members.through.objects.filter(user=user).values("usergroup"))
    rights = granted_rights(Grant.objects.filter(own), clock)
    rights.user_id, rights.vote = user.pk, _plugins_vote()
    return rights if token is None else rights.limited_to(token)


def granted_rights(grants: QuerySet[Grant], clock: Clock | None = None) -> Rights:
    """What these grants give together, of nobody in particular and before plugins vote."""
    rights = Rights(0)
    held = grants.filter(unexpired(clock))
    rows: list[tuple[int, int | None, int | None]] = list(held.values_list("role_id", "camera_id", "camera_group_id"))
    if not rows:
        return rights
    places: dict[int, set[int] | None] = {}  # cameras by role, None for everywhere
    members = members_of({group for _, _, group in rows if group is not None})
    for role_id, camera, group in rows:
        if camera is None and group is None:
            places[role_id] = None
            continue
        ids = places.setdefault(role_id, set())
        if ids is not None:
            ids.update({camera} if camera is not None else members.get(group or 0, ()))
    for role in Role.objects.filter(pk__in=places):
        rights.give(role.permissions, places[role.pk])
        rights.second_factor = rights.second_factor or role.second_factor
    return rights


def unexpired(clock: Clock | None = None) -> Q:
    """The condition by which a grant still holds."""
    now = datetime.fromtimestamp((clock or SystemClock()).wall_ms() / 1000, UTC)
    return Q(expires_at=None) | Q(expires_at__gt=now)


def rights_for(request: HttpRequest) -> Rights:
    """The rights of a request's user, read once a request. Takes Django's and DRF's requests.

    Where a request came with a token they reach no further than the token does.
    """
    bare = getattr(request, "_request", request)
    user, token = request.user, token_of(request)
    key = (user.pk or 0, token.pk if token else 0)
    found: tuple[tuple[int, int], Rights] | None = getattr(bare, _CACHED, None)
    if found is None or found[0] != key:
        found = key, rights_of(user, token=token)
        setattr(bare, _CACHED, found)
    return found[1]


def token_of(request: HttpRequest) -> ApiToken | None:
    """The token that a request came with; None for one of a session."""
    auth = getattr(request, "auth", None)
    return auth if isinstance(auth, ApiToken) else None


def _plugins_vote() -> Vote | None:
    return host().hooks.decide_access if host().implements("decide_access") else None
