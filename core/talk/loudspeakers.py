"""Which cameras can be talked to, and the way to their loudspeakers."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from core.cameras.drivers import CameraError, closed, opened
from core.cameras.models import Camera
from core.hookspecs.cameras import ControlError
from core.hookspecs.talk import Loudspeaker

Way = AbstractAsyncContextManager[Loudspeaker]


def speaks(camera: Camera) -> bool:
    """Whether a camera has a loudspeaker, by its settings: no secret is opened and no network touched."""
    try:
        spec, settings = closed(camera.driver, camera.settings)
    except CameraError:
        return False
    return spec.talk is not None and spec.talk(settings) is not None


def way_to(camera_id: int) -> Way:
    """The way to a camera's loudspeaker, not yet open. Blocks on the database. Raises ControlError."""
    camera = Camera.objects.filter(pk=camera_id).first()
    if camera is None:
        raise ControlError(f"There is no camera {camera_id}.", lasting=True)
    try:
        spec, settings = opened(camera.driver, camera.settings)
    except CameraError as error:
        raise ControlError(f"{camera.name}: {error}", lasting=True) from error
    way = spec.talk(settings) if spec.talk is not None else None
    if way is None:
        raise ControlError(f"{camera.name} has no loudspeaker, by its settings.", lasting=True)
    return way
