"""Rights of this plugin. Seeing who came and went takes core's `event.view` of the door's camera."""

from core.api import PermissionSpec, Scope

REPORT = PermissionSpec("access.report", "Report what happens at doors", Scope.SYSTEM)
MANAGE = PermissionSpec("access.manage", "Change doors and card holders", Scope.SYSTEM)
PERMISSIONS = (REPORT, MANAGE)
