"""Which cameras a user may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.access.models import User
from core.access.rights import Rights, rights_of
from core.cameras import queries as cameras

if TYPE_CHECKING:
    

def cameras_with(who: User | Rights, permission: str) -> cameras.CameraRows:
    """The cameras for which the permission is held, by id."""
    rights = who if isinstance(who, Rights) else rights_of(who)
    return rights.filter(cameras.cameras(), permission)
