"""What changes users and grants."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from core.access.models import Grant, Role, User, UserGroup
from core.access.permissions import ADMINISTRATOR
from core.access.queries import administrators
from core.cameras.groups import groups
from core.cameras.queries import cameras


class AccessError(ValueError):
    """A user, group, role or token cannot be made, changed or found; one sentence for a person, `field: why.`"""


def ensure_administrator(password: str | None) -> str | None:
    """Make the first administrator, named `admin`, when there is none.

    Returns the one-time password when none was given and one was made; else None.
    """
    with transaction.atomic():
        if administrators().exists():
            return None
        chosen = password or secrets.token_urlsafe(12)
        user, _ = User.objects.get_or_create(username="admin")
        user.set_password(chosen)
        user.is_active = True
        user.save()
        grant(user, ADMINISTRATOR)
    return None if password else chosen


@transaction.atomic
def add_user(
    username: str, password: str | None = None, roles: Iterable[str] = (), *, is_service: bool = False
) -> User:
    """Add a user who holds these roles everywhere; without a password, as services are, they use tokens only.

    Raises AccessError when the name is taken or not allowed, the password too weak, or there is no such role.
    """
    user = User(username=username, is_service=is_service)
    if is_service and password is not None:
        raise AccessError("password: a service account has none; give it a token.")
    user.set_password(password)
    try:
        user.full_clean(exclude=["password"])
        if password is not None:
            _check_password(password, user)
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise AccessError(f"{field}: {sentences[0]}") from error
    user.save()
    for role in roles:
        grant(user, role)
    return user


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error


def change_password(user: User, password: str) -> None:
    """Give a user a new password. Raises AccessError when it is too weak, or none of ours."""
    if user.directory:
        raise AccessError("password: it is kept by the directory that knows this user; change it there.")
    if user.is_service:
        raise AccessError("password: a service account has none; give it a token.")
    try:
        _check_password(password, user)
    except ValidationError as error:
        raise AccessError(f"password: {' '.join(error.message_dict['password'])}") from error
    user.set_password(password)
    user.save(update_fields=["password"])


def describe_user(user: User, full_name: str | None = None, email: str | None = None) -> None:
    """Say what a user is called and where they get mail; what is None stays. Raises AccessError."""
    if user.directory:
        raise AccessError("full_name: the directory that knows this user says what they are called.")
    if full_name is not None:
        user.first_name, _, user.last_name = full_name.strip().rpartition(" ")
    user.email = user.email if email is None else email
    user.save(update_fields=["first_name", "last_name", "email"])


def set_active(user: User, active: bool) -> None:
    """Let a user sign in, or no longer. Raises AccessError for the last administrator."""
    with administrator_kept(user.username):
        user.is_active = active
        user.save(update_fields=["is_active"])


def remove_user(user: User) -> None:
    """Remove a user with their grants and tokens. Raises AccessError for the last administrator."""
    with administrator_kept(user.username):
        user.delete()


def user_of(user_id: int) -> User | None:
    """The user of this id, if there is one."""
    return User.objects.filter(pk=user_id).first()


def user_named(username: str) -> User:
    """The user. Raises AccessError."""
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist:
        raise AccessError(f"user: there is no {username!r}; add it first.") from None


def users() -> list[User]:
    """All users by name, each with its groups and with its own grants, roles included."""
    related = ("grants__role", "grants__camera", "grants__camera_group", "user_groups")
    return list(User.objects.prefetch_related(*related).order_by("username"))


def grants_of(who: User | UserGroup) -> list[Grant]:
    """What is given to a user or a group itself, roles and places included; without a query where `users` read them."""
    if "grants" in getattr(who, "_prefetched_objects_cache", {}):
        return sorted(who.grants.all(), key=lambda one: one.pk)
    return list(who.grants.select_related("role", "camera", "camera_group").order_by("pk"))


def grant(
    who: User | UserGroup,
    role: str,
    camera_id: int | None = None,
    expires_at: datetime | None = None,
    *,
    camera_group_id: int | None = None,
) -> Grant:
    """Give a user or a group a role: on one camera, on those of a group, or everywhere. Repeating it only sets the
    expiry (UTC).

    Raises AccessError when there is no such role, camera or group, and for the last administrator.
    """
    try:
        found = Role.objects.get(name=role)
    except Role.DoesNotExist:
        known = ", ".join(Role.objects.values_list("name", flat=True).order_by("name"))
        raise AccessError(f"role: there is no {role!r}; known are {known}.") from None
    if camera_id is not None and camera_group_id is not None:
        raise AccessError("camera: name a camera or a group of cameras, not both.")
    if camera_id is not None and not cameras().filter(pk=camera_id).exists():
        raise AccessError(f"camera: there is no {camera_id}; GET /api/v1/cameras/ lists them.")
    if camera_group_id is not None and not groups().filter(pk=camera_group_id).exists():
        raise AccessError(f"camera_group: there is no {camera_group_id}; GET /api/v1/groups/ lists them.")
    place = {**_holder(who), "role": found, "camera_id": camera_id, "camera_group_id": camera_group_id}
    with administrator_kept(str(who)):
        return Grant.objects.update_or_create(**place, defaults={"expires_at": expires_at})[0]


def revoke(
    who: User | UserGroup, role: str, camera_id: int | None = None, *, camera_group_id: int | None = None
) -> None:
    """Take a role back: what was granted on this camera, this group of cameras, or everywhere. Raises AccessError when
    it was not granted, and for the last administrator, without whom nobody could give rights again.
    """
    with administrator_kept(str(who)):
        where: dict[str, Any] = {"role__name": role, "camera_id": camera_id, "camera_group_id": camera_group_id}
        found = who.grants.filter(**where)
        if not found.exists():
            group_place = "everywhere" if camera_group_id is None else f"on camera group {camera_group_id}"
            place = group_place if camera_id is None else f"on camera {camera_id}"
            raise AccessError(f"role: {str(who)!r} does not hold {role!r} {place}; see `user list`.")
        found.delete()


@contextmanager
def administrator_kept(name: str) -> Iterator[None]:
    """A transaction after which somebody still administers the whole system, if somebody did.

    Raises AccessError else, naming who is losing it.
    """
    with transaction.atomic():
        there_was_one = administrators().exists()
        yield
        if there_was_one and not administrators().exists():
            raise AccessError(f"role: {name!r} is the last administrator; grant it to another user first.")


def _holder(who: User | UserGroup) -> dict[str, Any]:
    return {"user": who, "group": None} if isinstance(who, User) else {"user": None, "group": who}
