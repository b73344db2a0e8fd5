"""Access: permissions, and votes on who may do what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.hookspecs.marks import Policy, hookspec


class Scope(StrEnum):
    """Whether a permission is held for a camera or for the whole system."""

    CAMERA = "camera"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class PermissionSpec:
    """A right that roles may hold. codename: `<namespace>.<function>`; roles: built-in roles that hold it at first."""

    codename: str
    title: str
    scope: Scope
    roles: frozenset[str] = frozenset({"administrator"})


@hookspec()
def register_permissions() -> Iterable[PermissionSpec]:
    """Declare permissions for the plugin's own routes, topics, panels and functions.

    Called in every process once at start.
    """
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """A role that comes with a plugin, named `<plugin>.<name>`. Administrators give it and copy it, nobody changes it.

    permissions: codenames it holds, those of core and of any plugin; what nobody declares is left out.
    second_factor: whether who holds it must at first sign in with a second factor; administrators may change that.
    """

    name: str
    title: str
    permissions: frozenset[str]
    second_factor: bool = False


@hookspec()
def register_roles() -> Iterable[RoleSpec]:
    """Offer roles that fit what the plugin is for. Called in every process once at start."""
    raise NotImplementedError


@hookspec(policy=Policy.FAIL_CLOSED)
def decide_access(user_id: int, permission: str, camera_id: int | None) -> bool | None:
    """May this user, who holds the permission by a grant, use it now? False refuses; None or True agrees.

    An implementation can only take away, never give. One that raises is a no.
    """
