"""Core's own permissions, and what of this room belongs to the configuration, through the same door as a plugin's."""

from collections.abc import Iterable

from core.access.models import Grant, Role, User
from core.access.permissions import ADMINISTRATOR, CORE_PERMISSIONS
from core.hookspecs.access import PermissionSpec
from core.hookspecs.configuration import ConfigurationPart
from core.hookspecs.marks import hookimpl


@hookimpl
def register_permissions() -> Iterable[PermissionSpec]:
    """Core's permissions."""
    return CORE_PERMISSIONS


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """Users with their password hashes, roles that were made here, grants. Tokens and sessions stay behind."""
    user = ("username", "password", "first_name", "last_name", "email", "is_active")
    grant = ("user", "role", "camera", "expires_at")
    return (
        ConfigurationPart(
            "users", "Users", User, user, "username", secret=("password",), check=_an_administrator_is_left
        ),
        ConfigurationPart("roles", "Roles", Role, ("name", "title", "permissions"), "name", only={"builtin": False}),
        ConfigurationPart(
            "grants",
            "Grants",
            Grant,
            grant,
            "user role camera",
            by={"user": "username", "role": "name"},
            after=("core.users", "core.roles", "core.cameras"),
        ),
    )


def _an_administrator_is_left() -> None:
    found = Grant.objects.filter(role__name=ADMINISTRATOR, camera=None, expires_at=None, user__is_active=True)
    if not any(grant.user.has_usable_password() and grant.user.password for grant in found.select_related("user")):
        raise ValueError("nobody would be left who administers the system and has a password.")
