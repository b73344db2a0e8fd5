"""Whose eyes privacy masks are for: everybody's but those with `camera.unmask`."""

from __future__ import annotations

from core.access.rights import Rights
from core.cameras.queries import masks_on
from core.media.masks import Masks


def masks_for(rights: Rights, camera_id: int, from_ms: int | None) -> Masks:
    """What is to be covered of this camera for this user, of pictures from `from_ms` on, UTC ms, or of live ones where
    that is None. Asks the database.
    """
    return () if rights.holds("camera.unmask", camera_id) else masks_on(camera_id, from_ms)
