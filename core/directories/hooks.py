"""Core's own part of directories, through the same door as a plugin's."""

from __future__ import annotations

from collections.abc import Iterable

from core.directories.models import Directory, GroupLink, Identity
from core.directories.services import FIELDS
from core.hookspecs.access import PermissionSpec, Scope
from core.hookspecs.configuration import ConfigurationPart
from core.hookspecs.marks import hookimpl
from core.hookspecs.ops import Health, HealthCheckSpec, Level

MANAGE = "system.directories"


@hookimpl
def register_permissions() -> Iterable[PermissionSpec]:
    """Who says which groups administer is an administrator."""
    return [PermissionSpec(MANAGE, "Set up directories, and which roles their groups give", Scope.SYSTEM)]


@hookimpl
def register_health_checks() -> Iterable[HealthCheckSpec]:
    """Whether the people of directories are known as they stand there."""
    return [HealthCheckSpec("directories", "Directories", _check, fresh=10.0)]


def _check() -> Health:
    link = "/system/directories/"
    for row in Directory.objects.filter(enabled=True).exclude(error="", held=""):
        if row.held:
            remedy = "Look at who would be shut out, then confirm it or mend the directory."
            return Health(Level.WARNING, f"The directory {row.title} asks: {row.held}", remedy, link)
        return Health(
            Level.WARNING, f"The directory {row.title} could not be asked: {row.error}", "Test the directory.", link
        )
    return Health(Level.OK, "All directories answered when they were last asked.")


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """Directories, who is who in them, and which groups count. Passwords that are remembered stay behind."""
    directory = ("slug", "kind", "settings", "position", *FIELDS)
    after = ("core.users", "core.directories")
    return (
        ConfigurationPart("directories", "Directories", Directory, directory, "title"),
        ConfigurationPart(
            "directory_people",
            "People of directories",
            Identity,
            ("user", "directory", "person", "gone"),
            "person",
            by={"user": "username", "directory": "slug"},
            after=after,
        ),
        ConfigurationPart(
            "directory_groups",
            "Groups of directories",
            GroupLink,
            ("directory", "far", "group"),
            "far",
            by={"directory": "slug"},
            after=(*after, "core.user_groups"),
        ),
    )
