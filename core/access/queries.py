"""Which cameras a user may use."""

from __future__ import annotations

from core.access.models import User
from core.access.rights import Rights, rights_of
from core.cameras.queries import CameraRows, cameras


def cameras_with(who: User | Rights, permission: str) -> CameraRows:
    """The cameras for which the permission is held, in the order of lists."""
    rights = who if isinstance(who, Rights) else rights_of(who)
    return rights.filter(cameras(), permission)
