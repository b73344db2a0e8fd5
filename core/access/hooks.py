"""Core's own permissions, through the same door as a plugin's."""

from collections.abc import Iterable

from core.access.permissions import CORE_PERMISSIONS
from core.hookspecs.access import PermissionSpec
from core.hookspecs.marks import hookimpl


@hookimpl
def register_permissions() -> Iterable[PermissionSpec]:
    """Core's permissions."""
    return CORE_PERMISSIONS
