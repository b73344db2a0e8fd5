"""What the settings of cameras take."""

from core.api import PermissionSpec, Scope

CONFIGURE = PermissionSpec("onvif.configure", "Change the cameras' own settings", Scope.CAMERA)
