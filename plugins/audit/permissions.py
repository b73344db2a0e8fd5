"""Rights of this plugin."""

from core.api import PermissionSpec, Scope

VIEW = PermissionSpec("audit.view", "Read the audit log", Scope.SYSTEM)
EXPORT = PermissionSpec("audit.export", "Export the audit log", Scope.SYSTEM)
PERMISSIONS = (VIEW, EXPORT)
