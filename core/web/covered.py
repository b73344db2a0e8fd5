"""Whose eyes privacy masks are for: everybody's but those with `camera.unmask`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from core.access.rights import Rights
from core.cameras.queries import CameraMasks, camera_masks, masks_on
from core.media.masks import Masks, share_under

HIDDEN = 0.5
"""An object of whose box this share lies under masks is not shown."""
Box = Sequence[float]


def masks_for(rights: Rights, camera_id: int, from_ms: int | None) -> Masks:
    """What is to be covered of this camera for this user, of pictures from `from_ms` on, UTC ms, or of live ones where
    that is None. Asks the database.
    """
    return () if rights.holds("camera.unmask", camera_id) else masks_on(camera_id, from_ms)


def is_hidden(box: Box, masks: Masks) -> bool:
    """Whether an object there is not to be shown: the box tells where somebody is, even over a covered picture."""
    return bool(masks) and share_under(box, masks) >= HIDDEN


class Covered:
    """What one user is not shown of many objects; it asks the database once a camera."""

    def __init__(self, rights: Rights) -> None:
        self._rights = rights
        self._known: dict[int, CameraMasks] = {}

    def knows(self, camera_id: int) -> bool:
        """Whether `masks` answers without asking the database."""
        return camera_id in self._known

    def masks(self, camera_id: int, from_ms: int | None) -> Masks:
        """As masks_for."""
        if camera_id not in self._known:
            seen = self._rights.holds("camera.unmask", camera_id)
            self._known[camera_id] = CameraMasks() if seen else camera_masks(camera_id)
        return self._known[camera_id].on(from_ms)

    def placed(self, objects: Iterable[dict[str, Any]], camera_id: int | None, from_ms: int | None) -> list[Any]:
        """Objects that carry a `box`, those under masks without it: the event itself tells that they were there."""
        masks = () if camera_id is None else self.masks(camera_id, from_ms)
        return [one | {"box": None} if one.get("box") and is_hidden(one["box"], masks) else one for one in objects]
