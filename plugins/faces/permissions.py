"""Rights of this plugin, at first the administrator's alone: faces are biometric data. Sightings are seen of cameras
for which the right is held.
"""

from core.api import PermissionSpec, Scope

VIEW = PermissionSpec("faces.view", "Search faces", Scope.CAMERA)
ENROL = PermissionSpec("faces.enrol", "Enrol people, and delete what is kept about them", Scope.SYSTEM)
PERMISSIONS = (VIEW, ENROL)
