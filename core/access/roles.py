"""Roles: the built-in ones, kept in step with what core and plugins declare, and those that are made here."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.utils.text import slugify

from core.access.models import Role
from core.access.permissions import BUILTIN_ROLES, builtin_role_permissions, declared_permissions
from core.access.services import AccessError
from core.hookspecs.access import RoleSpec
from core.pluginhost import host


def keep_roles_in_step(using: str = DEFAULT_DB_ALIAS) -> None:
    """Give the built-in roles exactly what core and the enabled plugins declare.

    A role whose plugin is switched off keeps what it held; it can be deleted.
    """
    if using != DEFAULT_DB_ALIAS:
        return
    for name, title in BUILTIN_ROLES.items():
        held = {"title": title, "builtin": True, "plugin": "", "permissions": builtin_role_permissions(name)}
        Role.objects.update_or_create(name=name, defaults=held)
    known = declared_permissions()
    for entry in host().registry.entries(RoleSpec):
        permissions = sorted(one for one in entry.spec.permissions if one in known)
        held = {"title": entry.spec.title, "builtin": True, "plugin": entry.plugin, "permissions": permissions}
        Role.objects.update_or_create(
            name=entry.key, defaults=held, create_defaults={**held, "second_factor": entry.spec.second_factor}
        )


def roles() -> QuerySet[Role]:
    """All roles, the built-in ones first, each with `holders`: to how many users and groups it is given."""
    return Role.objects.annotate(holders=Count("grants")).order_by("-builtin", "plugin", "pk")


def role_named(name: str) -> Role:
    """The role. Raises AccessError."""
    try:
        return Role.objects.get(name=name)
    except Role.DoesNotExist:
        known = ", ".join(Role.objects.values_list("name", flat=True).order_by("name"))
        raise AccessError(f"role: there is no {name!r}; known are {known}.") from None


def add_role(title: str, permissions: Iterable[str], *, second_factor: bool = False) -> Role:
    """Make a role. Raises AccessError for a title that is taken, and for permissions that nobody declares."""
    role = Role(name=_name_for(title), second_factor=second_factor)
    return _kept(role, title, permissions)


def change_role(
    role: Role, *, title: str | None = None, permissions: Iterable[str] | None = None, second_factor: bool | None = None
) -> Role:
    """Change a role; what is None stays. Of a built-in one only `second_factor` can change. Raises AccessError."""
    if role.builtin and (title is not None or permissions is not None):
        raise AccessError("role: a built-in role is not changed; make a copy of it and change that.")
    role.second_factor = role.second_factor if second_factor is None else second_factor
    if role.builtin:
        role.save(update_fields=["second_factor"])
        return role
    return _kept(role, role.title if title is None else title, role.permissions if permissions is None else permissions)


def delete_role(role: Role) -> None:
    """Forget a role. Raises AccessError while somebody holds it, and for a built-in one whose plugin is there."""
    if role.builtin and (not role.plugin or any(one.key == role.name for one in host().registry.entries(RoleSpec))):
        raise AccessError("role: a built-in role is not deleted.")
    if holders := role.grants.count():
        raise AccessError(f"role: it is given {holders} times; take it back first.")
    role.delete()


def _kept(role: Role, title: str, permissions: Iterable[str]) -> Role:
    role.title = title.strip()
    if not role.title:
        raise AccessError("title: give the role a name.")
    if Role.objects.filter(title=role.title).exclude(pk=role.pk).exists():
        raise AccessError(f"title: there is a role named {role.title!r} already; choose another.")
    wanted, known = set(permissions), declared_permissions()
    # What it held before may belong to a plugin that is switched off now; that is kept.
    if unknown := sorted(wanted - set(known) - set(role.permissions)):
        raise AccessError(f"permissions: there is no {unknown[0]!r}; GET /api/v1/permissions/ lists them.")
    role.permissions = sorted(wanted)
    try:
        with transaction.atomic():
            role.save()
    except IntegrityError as error:
        raise AccessError(f"title: there is a role named {role.title!r} already; choose another.") from error
    return role


def _name_for(title: str) -> str:
    """A name for commands and the interface that no other role has."""
    bare = slugify(title)[:56] or "role"
    taken = set(Role.objects.filter(name__startswith=bare).values_list("name", flat=True))
    return next(name for name in (bare, *(f"{bare}-{number}" for number in range(2, 10_000))) if name not in taken)
