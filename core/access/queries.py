"""Which cameras a user may use, and who administers all."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from core.access.models import Grant, User
from core.access.permissions import ADMINISTRATOR
from core.access.rights import Rights, rights_of
from core.cameras.queries import CameraRows, cameras


def cameras_with(who: User | Rights, permission: str) -> CameraRows:
    """The cameras for which the permission is held, in the order of lists."""
    rights = who if isinstance(who, Rights) else rights_of(who)
    return rights.filter(cameras(), permission)


def administrators() -> QuerySet[User]:
    """Who administers everything, for good, and can sign in while no directory answers: there is always one."""
    for_good = Grant.objects.filter(role__name=ADMINISTRATOR, camera=None, camera_group=None, expires_at=None)
    held = Q(grants__in=for_good) | Q(user_groups__grants__in=for_good)
    return User.objects.filter(held, is_active=True, is_service=False, directory="").distinct()
