"""The way to what a camera keeps itself."""

from __future__ import annotations

from core.cameras.drivers import CameraError, closed, opened
from core.cameras.models import Camera
from core.hookspecs.cameras import ControlError
from core.hookspecs.edge import Edge


def keeps(camera: Camera) -> bool:
    """Whether a camera keeps recordings of its own, by its settings: no secret is opened and no network touched."""
    try:
        spec, settings = closed(camera.driver, camera.settings)
    except CameraError:
        return False
    return spec.edge is not None and spec.edge(settings) is not None


def card_of(camera_id: int) -> Edge:
    """What a camera keeps. Blocks on the database. Raises ControlError."""
    camera = Camera.objects.filter(pk=camera_id).first()
    if camera is None:
        raise ControlError(f"There is no camera {camera_id}.", lasting=True)
    try:
        spec, settings = opened(camera.driver, camera.settings)
    except CameraError as error:
        raise ControlError(f"{camera.name}: {error}", lasting=True) from error
    card = spec.edge(settings) if spec.edge is not None else None
    if card is None:
        raise ControlError(f"{camera.name} keeps no recordings of its own, by its settings.", lasting=True)
    return card
