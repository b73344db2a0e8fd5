"""Who may ask what: every endpoint, page, websocket, topic and panel against the built-in roles."""

from __future__ import annotations

from core.access.declared import PUBLIC, SIGNED_IN
from core.access.permissions import BUILTIN_ROLES, builtin_role_permissions
from core.reference.markdown import page, table
from core.web.surface import Door, Kind, doors

_INTRO = (
    "What a role holds by itself; on which cameras, a grant says. What takes `public` is open to everybody, what takes "
    "`signed in` to every user. Core and the built-in plugins; tests try each line with each role, with nobody, with a "
    "user without rights, on another camera and with an expired token. Generated, not written."
)


def access_page() -> str:
    """The access matrix."""
    held = {title: set(builtin_role_permissions(name)) for name, title in BUILTIN_ROLES.items()}
    parts = [_INTRO]
    for kind in Kind:
        rows = [_row(door, held) for door in sorted(doors(), key=_place) if door.kind is kind]
        parts += [f"## {kind}", table(("", "Address", "Permission", *held), rows)]
    return page("Access matrix", *parts)


def _place(door: Door) -> tuple[str, str]:
    return door.route, door.method


def _row(door: Door, held: dict[str, set[str]]) -> tuple[str, ...]:
    permission = door.permission or "not declared"
    everybody = permission in (PUBLIC, SIGNED_IN)
    marks = ("yes" if everybody or permission in permissions else "no" for permissions in held.values())
    return (door.method, f"`{door.route}`", f"`{permission}`", *marks)
