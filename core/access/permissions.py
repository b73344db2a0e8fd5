"""Which permissions exist, and which the built-in roles hold: core's own and those that plugins declare."""

from __future__ import annotations

from core.hookspecs.access import PermissionSpec, Scope
from core.pluginhost import host

ADMINISTRATOR = "administrator"
OPERATOR = "operator"
VIEWER = "viewer"
BUILTIN_ROLES = {ADMINISTRATOR: "Administrator", OPERATOR: "Operator", VIEWER: "Viewer"}

_ALL = frozenset({ADMINISTRATOR, OPERATOR, VIEWER})
_OPERATORS = frozenset({ADMINISTRATOR, OPERATOR})

CORE_PERMISSIONS = (
    PermissionSpec("camera.view", "See that a camera exists, and its state", Scope.CAMERA, _ALL),
    PermissionSpec("camera.live", "Watch a camera live", Scope.CAMERA, _ALL),
    PermissionSpec("camera.listen", "Hear a camera's sound, live and recorded", Scope.CAMERA, _ALL),
    PermissionSpec("camera.playback", "Search and play recordings", Scope.CAMERA, _OPERATORS),
    PermissionSpec("camera.export", "Export recordings", Scope.CAMERA, _OPERATORS),
    PermissionSpec("camera.unmask", "See what lies under privacy masks", Scope.CAMERA),
    PermissionSpec("camera.record", "Start a recording by hand", Scope.CAMERA, _OPERATORS),
    PermissionSpec("camera.ptz", "Move a camera", Scope.CAMERA, _OPERATORS),
    PermissionSpec("camera.ptz_first", "Take a moving camera from others", Scope.CAMERA),
    PermissionSpec("camera.talk", "Talk through a camera, play announcements", Scope.CAMERA, _OPERATORS),
    PermissionSpec("camera.talk_first", "Interrupt others who talk", Scope.CAMERA),
    PermissionSpec("camera.manage", "Add, change and remove cameras", Scope.CAMERA),
    PermissionSpec("view.share", "Share views of the live wall with everybody", Scope.SYSTEM, _OPERATORS),
    PermissionSpec("event.view", "See events", Scope.CAMERA, _OPERATORS),
    PermissionSpec("event.acknowledge", "Say that one has looked at events", Scope.CAMERA, _OPERATORS),
    PermissionSpec("event.send", "Send events of other systems", Scope.CAMERA),
    PermissionSpec("rule.view", "See rules, and what became of their actions", Scope.SYSTEM, _OPERATORS),
    PermissionSpec("rule.manage", "Change rules, try them, send actions again", Scope.SYSTEM),
    PermissionSpec("announcement.manage", "Add and delete announcements", Scope.SYSTEM),
    PermissionSpec("site.arm", "Arm and disarm the site", Scope.SYSTEM, _OPERATORS),
    PermissionSpec("export.manage", "See and delete everybody's exports", Scope.SYSTEM),
    PermissionSpec("system.view", "See the state of the system", Scope.SYSTEM, _OPERATORS),
    PermissionSpec("system.configuration", "Back up and restore all settings at once", Scope.SYSTEM),
    PermissionSpec("system.encryption", "Replace the portal's certificate and the keys of passwords", Scope.SYSTEM),
    PermissionSpec("system.log", "Read the log of all processes", Scope.SYSTEM),
    PermissionSpec("system.plugins", "See plugins and their errors", Scope.SYSTEM),
    PermissionSpec("system.privacy", "Prove how long recordings are kept", Scope.SYSTEM),
    PermissionSpec("system.settings", "Change settings of the site, its plugins and volumes", Scope.SYSTEM),
    PermissionSpec("system.sign_in", "Set how people sign in: passwords, lockout, sessions", Scope.SYSTEM),
    PermissionSpec("system.trust", "Decide whose plugins and updates are trusted", Scope.SYSTEM),
    PermissionSpec("system.users", "Add users and give them roles", Scope.SYSTEM),
)


def declared_permissions() -> dict[str, PermissionSpec]:
    """All permissions by codename."""
    return {spec.codename: spec for spec in host().registry.all(PermissionSpec)}


def camera_permissions() -> frozenset[str]:
    """Codenames of what is held for a camera; all others are held for the whole system or not at all."""
    return frozenset(name for name, spec in declared_permissions().items() if spec.scope is Scope.CAMERA)


def builtin_role_permissions(role: str) -> list[str]:
    """Codenames a built-in role holds. The administrator holds everything that is declared."""
    specs = declared_permissions().values()
    return sorted(spec.codename for spec in specs if role == ADMINISTRATOR or role in spec.roles)
