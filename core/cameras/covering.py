"""Privacy masks at the camera: pushed where its driver can, looked after, and relied on from a known moment on.

What the camera covers is not covered again: live pictures, and recordings from `masks_since_ms` on, go out as they are.
A camera that was away may have forgotten its masks: they count for nothing until it has been told again.
"""

from __future__ import annotations

import logging
import random
from typing import Any

from core.cameras.control import set_masks
from core.cameras.drivers import CameraError, driver
from core.cameras.models import Camera
from core.hookspecs.cameras import ControlError
from core.media.clock import Clock
from core.media.masks import masks_of

SETTLE_MS = 10_000
"""What was under way when the camera took its masks, in buffers of all kinds, is still covered by us."""
RUN_S = 40.0
"""No push is begun later in one run; the others have their turn in the next."""
DISTRUSTED: dict[str, Any] = {"masks_pushed": None, "masks_at_camera": [], "masks_since_ms": None}
log = logging.getLogger("eyrie.cameras")


def changed(camera: Camera, masks_before: list[object], *, other_camera: bool) -> None:
    """Before a camera is saved: with other masks, or when it may be another device, its own count for nothing."""
    if other_camera and camera.masks:
        camera.masks_pushed = None
    if other_camera or camera.masks != masks_before:
        camera.masks_at_camera, camera.masks_since_ms, camera.masks_trouble = [], None, ""


def lost_sight(camera_id: int | None = None) -> None:
    """A camera was away, or all were while nothing ran: they may have forgotten."""
    rows = Camera.objects.exclude(masks=[])
    (rows if camera_id is None else rows.filter(pk=camera_id)).update(**DISTRUSTED)


def push_waiting(clock: Clock) -> None:
    """Tell the cameras that are to be told, for about a minute at most. Blocks on cameras."""
    began = clock.monotonic()
    waiting = [row for row in Camera.objects.filter(enabled=True) if _is_waiting(row)]
    random.shuffle(waiting)  # one that does not answer keeps none of the others waiting for ever
    for camera in waiting:
        if clock.monotonic() - began < RUN_S:
            push(camera, clock)


def push(camera: Camera, clock: Clock) -> None:
    """Have a camera cover its masks. Blocks on it; what fails is kept as a sentence, and tried again."""
    try:
        taken = set_masks(camera.pk, masks_of(camera.masks))
    except ControlError as error:
        log.warning("camera %s does not take its privacy masks, so Eyrie covers them: %s", camera.name, error)
        trouble: dict[str, Any] = {"masks_at_camera": [], "masks_since_ms": None, "masks_trouble": str(error)[:300]}
        Camera.objects.filter(pk=camera.pk).update(**trouble)
        return
    kept = [one for one in camera.masks if masks_of([one])[0] in taken]
    since = clock.wall_ms() + SETTLE_MS if kept else None
    told = {"masks_pushed": camera.masks, "masks_at_camera": kept, "masks_since_ms": since, "masks_trouble": ""}
    # Not when somebody has changed it meanwhile: then it is told again.
    Camera.objects.filter(pk=camera.pk, revision=camera.revision).update(**told)


def _is_waiting(camera: Camera) -> bool:
    if camera.masks == (camera.masks_pushed or []):
        return False
    try:
        return driver(camera.driver).set_masks is not None
    except CameraError:
        return False
