"""Groups of users: what changes them. Their roles are grants like those of users (core.access.services)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from core.access.models import User, UserGroup
from core.access.services import AccessError, administrator_kept


def user_groups() -> QuerySet[UserGroup]:
    """All groups by name, with members and grants."""
    return UserGroup.objects.prefetch_related("members", "grants__role", "grants__camera", "grants__camera_group")


def user_group_of(user_group_id: int) -> UserGroup | None:
    """The group of this id, if there is one."""
    return user_groups().filter(pk=user_group_id).first()


@transaction.atomic
def save_user_group(row: UserGroup, name: str | None, member_ids: Collection[int] | None) -> UserGroup:
    """Keep a new or changed group; what is None stays.

    Raises AccessError: for a name that is taken, a user that is not there, members of a directory's group, and when
    nobody would be left who administers the system.
    """
    if row.directory and (name is not None or member_ids is not None):
        raise AccessError("members: the directory says who is in this group, and what it is called.")
    row.name = row.name if name is None else name.strip()
    if not row.name:
        raise AccessError("name: give the group a name.")
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise AccessError(f"name: there is a group named {row.name!r} already; choose another.") from error
    if member_ids is not None:
        set_members(row, member_ids)
    return row


def set_members(row: UserGroup, member_ids: Collection[int]) -> None:
    """Make these users the group's members, and no others. Raises AccessError as save_user_group does."""
    known = set(User.objects.filter(pk__in=member_ids).values_list("pk", flat=True))
    if missing := [one for one in member_ids if one not in known]:
        raise AccessError(f"members: there is no user {missing[0]}; GET /api/v1/users/ lists them.")
    with administrator_kept(row.name):
        row.members.set(known)


def set_groups_of(user: User, group_ids: Collection[int]) -> None:
    """Put a user into exactly these groups of our own; those of directories stay. Raises AccessError."""
    ours = dict(UserGroup.objects.filter(directory="").values_list("pk", "name"))
    if missing := [one for one in group_ids if one not in ours]:
        raise AccessError(f"groups: there is no group {missing[0]} of our own; GET /api/v1/user-groups/ lists them.")
    with administrator_kept(user.username):
        user.user_groups.remove(*(set(ours) - set(group_ids)))
        user.user_groups.add(*group_ids)


def delete_user_group(row: UserGroup) -> None:
    """Forget a group and the roles it gave; its members stay. Raises AccessError for the last administrators."""
    with administrator_kept(row.name):
        row.delete()
