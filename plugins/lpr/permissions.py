"""Rights of this plugin. Reads are seen with it on the cameras it is held for."""

from core.api import PermissionSpec, Scope

READ = PermissionSpec("lpr.read", "Search number plates", Scope.CAMERA, frozenset({"administrator", "operator"}))
MANAGE = PermissionSpec("lpr.manage", "Change lists of number plates", Scope.SYSTEM)
PERMISSIONS = (READ, MANAGE)
