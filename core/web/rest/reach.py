"""Nobody gives, takes or changes rights that they do not hold themselves: who may add users adds no administrator."""

from __future__ import annotations

from collections.abc import Iterable

from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from core.access.models import Role, User, UserGroup
from core.access.rights import Rights, granted_rights, rights_for
from core.cameras.groups import members_of


def within_own(request: Request, *reached: Rights) -> None:
    """Raises PermissionDenied where one of the rights goes beyond those of who asks."""
    own = rights_for(request)
    if not all(own.covers(one) for one in reached):
        raise PermissionDenied("This reaches further than your own rights; ask somebody who holds them.")


def held_by(who: User | UserGroup) -> Rights:
    """What a user or group is given, whether or not the user is switched on; a user's with those of their groups."""
    rights = granted_rights(who.grants.all())
    for group in who.user_groups.all() if isinstance(who, User) else ():
        rights.add(granted_rights(group.grants.all()))
    return rights


def role_at(role: Role, camera: int | None, camera_group: int | None) -> Rights:
    """What a role gives at one place."""
    return given(role.permissions, None if camera is None and camera_group is None else _cameras(camera, camera_group))


def given(permissions: Iterable[str], camera_ids: Iterable[int] | None = None) -> Rights:
    """These permissions on these cameras, or everywhere."""
    rights = Rights(0)
    rights.give(permissions, camera_ids)
    return rights


def _cameras(camera: int | None, camera_group: int | None) -> set[int]:
    return {camera} if camera is not None else members_of({camera_group or 0})[camera_group or 0]
