"""Which cameras can be talked to, and the way to their loudspeakers."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from core.cameras.control import has, reached
from core.cameras.models import Camera
from core.hookspecs.cameras import ControlError
from core.hookspecs.talk import Loudspeaker

Way = AbstractAsyncContextManager[Loudspeaker]


def speaks(camera: Camera) -> bool:
    """Whether a camera has a loudspeaker, by its settings."""
    return has(camera, lambda spec: spec.talk)


def way_to(camera_id: int) -> Way:
    """The way to a camera's loudspeaker, not yet open. Blocks on the database. Raises ControlError."""
    name, spec, settings = reached(camera_id)
    way = spec.talk(settings) if spec.talk is not None else None
    if way is None:
        raise ControlError(f"{name} has no loudspeaker, by its settings.", lasting=True)
    return way
