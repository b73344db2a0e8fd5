"""What changes users, roles, grants and tokens."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, transaction
from knox.models import AuthToken

from core.access.models import Grant, Role, User
from core.access.permissions import ADMINISTRATOR, BUILTIN_ROLES, builtin_role_permissions
from core.access.queries import administrators
from core.cameras.queries import cameras


class AccessError(ValueError):
    """A user, role or token cannot be made or found; the message is one sentence for a person."""


def keep_roles_in_step(using: str = DEFAULT_DB_ALIAS) -> None:
    """Give the built-in roles exactly what core and the enabled plugins declare."""
    if using != DEFAULT_DB_ALIAS:
        return
    for name, title in BUILTIN_ROLES.items():
        Role.objects.update_or_create(
            name=name,
            defaults={"title": title, "builtin": True, "permissions": builtin_role_permissions(name)},
        )


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
def add_user(username: str, password: str | None = None, roles: Iterable[str] = ()) -> User:
    """Add a user who holds these roles everywhere; without a password they use tokens only.

    Raises AccessError when the name is taken or not allowed, the password too weak, or there is no such role.
    """
    user = User(username=username)
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
    """Give a user a new password. Raises AccessError when it is too weak."""
    try:
        _check_password(password, user)
    except ValidationError as error:
        raise AccessError(f"password: {' '.join(error.message_dict['password'])}") from error
    user.set_password(password)
    user.save(update_fields=["password"])


@transaction.atomic
def set_active(user: User, active: bool) -> None:
    """Let a user sign in, or no longer. Raises AccessError for the last administrator."""
    user.is_active = active
    user.save(update_fields=["is_active"])
    if not active:
        _keep_an_administrator(user)


@transaction.atomic
def remove_user(user: User) -> None:
    """Remove a user with their grants and tokens. Raises AccessError for the last administrator."""
    username = user.username
    user.delete()
    _keep_an_administrator(User(username=username))


def user_of(user_id: int) -> User | None:
    """The user of this id, if there is one."""
    return User.objects.filter(pk=user_id).first()


def roles() -> list[Role]:
    """All roles by name."""
    return list(Role.objects.order_by("name"))


def user_named(username: str) -> User:
    """The user. Raises AccessError."""
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist:
        raise AccessError(f"user: there is no {username!r}; add it first.") from None


def users() -> list[User]:
    """All users by name, each with its grants, roles included."""
    return list(User.objects.prefetch_related("grants__role", "grants__camera").order_by("username"))


def grant(user: User, role: str, camera_id: int | None = None, expires_at: datetime | None = None) -> Grant:
    """Give a user a role, on one camera or everywhere. Repeating it only sets the expiry (UTC)."""
    try:
        found = Role.objects.get(name=role)
    except Role.DoesNotExist:
        known = ", ".join(Role.objects.values_list("name", flat=True).order_by("name"))
        raise AccessError(f"role: there is no {role!r}; known are {known}.") from None
    if camera_id is not None and not cameras().filter(pk=camera_id).exists():
        raise AccessError(f"camera: there is no {camera_id}; GET /api/v1/cameras/ lists them.")
    place: dict[str, Any] = {"user": user, "role": found, "camera_id": camera_id}
    return Grant.objects.update_or_create(**place, defaults={"expires_at": expires_at})[0]


def revoke(user: User, role: str, camera_id: int | None = None) -> None:
    """Take a role back: what was granted on this camera, or everywhere. Raises AccessError when it was not granted, and
    for the last administrator, without whom nobody could give rights again.
    """
    with transaction.atomic():
        where: dict[str, Any] = {"role__name": role, "camera_id": camera_id}
        found = user.grants.filter(**where)
        if not found.exists():
            place = "everywhere" if camera_id is None else f"on camera {camera_id}"
            raise AccessError(f"role: {user.username!r} does not hold {role!r} {place}; see `user list`.")
        found.delete()
        if role == ADMINISTRATOR:
            _keep_an_administrator(user)


def _keep_an_administrator(user: User) -> None:
    """Raises AccessError, naming the user who is losing it, when nobody administers the whole system any more."""
    if not administrators().exists():
        raise AccessError(f"role: {user.username!r} is the last administrator; grant it to another user first.")


def issue_token(username: str, lifetime: timedelta | None = None) -> str:
    """Make an API token of a user and return it: it is not stored in the clear and cannot be shown again."""
    token: str = AuthToken.objects.create(user=user_named(username), expiry=lifetime)[1]
    return token


def tokens(username: str | None = None) -> list[AuthToken]:
    """Tokens by age, of one user or of all."""
    rows = AuthToken.objects.select_related("user").order_by("created")
    return list(rows.filter(user=user_named(username)) if username else rows)


def revoke_token(key: str) -> None:
    """Take back the token that begins with `key` (as `token list` shows it)."""
    found = list(AuthToken.objects.filter(token_key__startswith=key)[:2]) if key else []
    if len(found) != 1:
        raise AccessError(f"token: {'several begin' if found else 'none begins'} with {key!r}; see `token list`.")
    found[0].delete()
