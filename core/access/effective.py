"""What a user may do, on which camera, and why: for people who want to know, not for checks."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q

from core.access.models import Grant, User, UserGroup
from core.access.permissions import camera_permissions
from core.access.rights import rights_of, unexpired
from core.cameras.groups import members_of
from core.cameras.queries import cameras


@dataclass(frozen=True, slots=True)
class CameraHeld:
    """A camera, which grants reach it (places in Effective.grants), and what a plugin refuses of what they give."""

    id: int
    name: str
    grants: list[int]
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Effective:
    """The grants in force, the cameras that a user reaches by them, and what of the whole system a plugin refuses."""

    grants: list[Grant]
    cameras: list[CameraHeld]
    refused: list[str]


def effective(user: User) -> Effective:
    """What a user's grants come to now: a fixed number of queries, whatever the number of cameras."""
    mine = UserGroup.members.through.objects.filter(user=user).values("usergroup")
    rows = Grant.objects.filter(unexpired(), Q(user=user) | Q(group__in=mine))
    grants = list(rows.select_related("role", "group", "camera", "camera_group").order_by("pk"))
    members = members_of({one.camera_group_id for one in grants if one.camera_group_id is not None})
    rights = rights_of(user)
    held, of_cameras = [], camera_permissions()
    for camera_id, name in cameras().values_list("pk", "name"):
        reaching = [number for number, one in enumerate(grants) if _reaches(one, camera_id, members)]
        if reaching:
            given = _given(grants, reaching) & of_cameras
            refused = sorted(one for one in given if rights.vote is not None and not rights.holds(one, camera_id))
            held.append(CameraHeld(camera_id, name, reaching, refused))
    refused = [one for one in sorted(rights.everywhere - of_cameras) if not rights.holds(one)]
    return Effective(grants, held, refused)


def _given(grants: list[Grant], numbers: list[int]) -> set[str]:
    return {permission for number in numbers for permission in grants[number].role.permissions}


def _reaches(one: Grant, camera_id: int, members: dict[int, set[int]]) -> bool:
    if one.camera_group_id is not None:
        return camera_id in members[one.camera_group_id]
    return one.camera_id is None or one.camera_id == camera_id
