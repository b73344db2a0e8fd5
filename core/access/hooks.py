"""Core's own permissions, and what of this room belongs to the configuration, through the same door as a plugin's."""

from collections.abc import Iterable

from core.access.models import Grant, Role, User, UserGroup
from core.access.permissions import CORE_PERMISSIONS
from core.access.queries import administrators
from core.hookspecs.access import PermissionSpec
from core.hookspecs.configuration import ConfigurationPart
from core.hookspecs.marks import hookimpl


@hookimpl
def register_permissions() -> Iterable[PermissionSpec]:
    """Core's permissions."""
    return CORE_PERMISSIONS


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """Users with their password hashes, their groups, roles that were made here, grants. Tokens and sessions stay
    behind.
    """
    user = ("username", "password", "first_name", "last_name", "email", "is_active", "directory", "is_service")
    role = ("name", "title", "permissions", "second_factor")
    grant = ("user", "group", "role", "camera", "camera_group", "expires_at")
    return (
        ConfigurationPart(
            "users", "Users", User, user, "username", secret=("password",), check=_an_administrator_is_left
        ),
        ConfigurationPart(
            "user_groups", "Groups of users", UserGroup, ("name", "directory", "members"), "name", after=("core.users",)
        ),
        ConfigurationPart("roles", "Roles", Role, role, "name", only={"builtin": False}),
        ConfigurationPart(
            "second_factors",
            "Built-in roles that need a second factor",
            Role,
            ("name", "second_factor"),
            "name",
            only={"builtin": True, "plugin": ""},
            single=True,
        ),
        ConfigurationPart(
            "grants",
            "Grants",
            Grant,
            grant,
            "user group role camera camera_group",
            by={"user": "username", "role": "name"},
            after=("core.users", "core.user_groups", "core.roles", "core.cameras", "core.groups"),
        ),
    )


def _an_administrator_is_left() -> None:
    if not any(user.has_usable_password() and user.password for user in administrators()):
        raise ValueError("nobody would be left who administers the system and has a password.")
