"""What changes cameras. Each change raises the revision, is audited, and is told to plugins after commit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max

from core.cameras import covering
from core.cameras.drivers import CameraError, checked, opened, sealed
from core.cameras.models import Camera, RecordingMode
from core.hookspecs.cameras import CameraDriverSpec, ProbeReport
from core.media.masks import MOST_MASKS, MaskError, checked_polygon
from core.media.source import Fault
from core.pluginhost import host
from core.pluginhost.guard import describe
from core.system import audit
from core.system.secrets import masked

FIELDS = (
    "name",
    "enabled",
    "recording",
    "schedule_id",
    "pre_roll",
    "post_roll",
    "record_on",
    "record_sub",
    "retention_days",
    "retention_bytes",
    "masks",
)
PROBE_SECONDS = 10.0
_EVENTS = re.compile(r"[a-z0-9_]+\.(\*|[a-z0-9_.]+)")


def add_camera(
    name: str, driver_name: str, settings: dict[str, Any], *, actor: str, address: str = "", **fields: Any
) -> Camera:
    """Add a camera. `fields`: any other of FIELDS. Raises CameraError with what to mend, by field."""
    camera = Camera(name=name, driver=driver_name, settings=sealed(checked(driver_name, settings)), **fields)
    camera.position = (Camera.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    _save(camera, created=True, before=None, actor=actor, address=address)
    return camera


@transaction.atomic
def change_camera(camera_id: int, changes: dict[str, Any], *, actor: str, address: str = "") -> Camera:
    """Change some of a camera's FIELDS, its `driver`, or keys of its `settings`; what is not named stays.

    With a new driver the settings start from nothing. Raises CameraError with what to mend, by field, and
    Camera.DoesNotExist.
    """
    camera = Camera.objects.select_for_update().get(pk=camera_id)
    before, masks = description(camera), camera.masks
    driver_name = changes.get("driver", camera.driver)
    if "settings" in changes or driver_name != camera.driver:
        stored = camera.settings if driver_name == camera.driver else None
        camera.settings = sealed(checked(driver_name, changes.get("settings", {}), stored))
        camera.driver = driver_name
    for name in FIELDS:
        if name in changes:
            setattr(camera, name, changes[name])
    covering.changed(camera, masks, other_camera=bool({"settings", "driver"} & changes.keys()))
    _save(camera, created=False, before=before, actor=actor, address=address)
    return camera


def delete_camera(camera: Camera, *, actor: str, address: str = "") -> None:
    """Remove a camera. Its recordings are left to retention, which deletes what belongs to no camera."""
    camera_id, before = camera.pk, description(camera)
    with transaction.atomic():
        camera.delete()
        audit.record(actor, "camera.delete", f"camera:{camera_id}", before=before, address=address)
        transaction.on_commit(partial(host().hooks.on_camera_deleted, camera_id))


def order_cameras(camera_ids: Sequence[int], *, actor: str, address: str = "") -> None:
    """Let lists show the cameras in this order; those that are not named follow as they stood."""
    with transaction.atomic():
        rows = list(Camera.objects.order_by("position", "id"))
        wanted = {camera_id: place for place, camera_id in enumerate(camera_ids)}
        ordered = sorted(rows, key=lambda camera: wanted.get(camera.pk, len(wanted)))
        for place, camera in enumerate(ordered, 1):
            camera.position = place
        Camera.objects.bulk_update(ordered, ["position"])
        before, after = ({"order": [camera.pk for camera in one]} for one in (rows, ordered))
        audit.record(actor, "camera.order", "camera:", before=before, after=after, address=address)


async def probe(
    driver_name: str, settings: dict[str, Any], stored: dict[str, Any] | None = None, seconds: float = PROBE_SECONDS
) -> ProbeReport:
    """Try settings before they are saved, laid over `stored` ones. Raises CameraError when they do not even fit."""
    model = checked(driver_name, settings, stored)
    entry = host().registry.entry(CameraDriverSpec, driver_name)
    outcome = await host().run_async(entry.plugin, f"probe of {driver_name}", entry.spec.probe, model, seconds)
    if outcome.value is not None:
        return outcome.value
    why = describe(outcome.error) if outcome.error else "it gave no report"
    return ProbeReport(Fault.PROTOCOL, f"The driver {driver_name} failed: {why}; see the plugins page.")


def description(camera: Camera) -> dict[str, Any]:
    """A camera as people and the audit log see it: secrets masked."""
    return {
        "name": camera.name,
        "driver": camera.driver,
        "settings": shown_settings(camera),
        "revision": camera.revision,
        **{name: getattr(camera, name) for name in FIELDS if name != "name"},
    }


def shown_settings(camera: Camera) -> dict[str, Any]:
    """Settings with secrets masked; empty when their driver is not there to say which fields are secret."""
    try:
        return masked(opened(camera.driver, camera.settings)[1])
    except CameraError:
        return {}


def _save(camera: Camera, *, created: bool, before: dict[str, Any] | None, actor: str, address: str) -> None:
    _check_recording(camera)
    _check_masks(camera)
    try:
        with transaction.atomic():
            camera.full_clean(exclude=["settings"])
            _store(camera, created=created, before=before, actor=actor, address=address)
    except ValidationError as error:
        raise CameraError(error.message_dict) from error
    except IntegrityError as error:  # another of this name came between, which PostgreSQL lets it
        raise CameraError({"name": ["a camera of this name has just been added; choose another."]}) from error


def _store(camera: Camera, *, created: bool, before: dict[str, Any] | None, actor: str, address: str) -> None:
    camera.revision += 1
    camera.save()
    audit.record(
        actor,
        "camera.add" if created else "camera.change",
        f"camera:{camera.pk}",
        before=before,
        after=description(camera),
        address=address,
    )
    transaction.on_commit(partial(host().hooks.on_camera_saved, camera.pk, created))


def _check_recording(camera: Camera) -> None:
    if camera.recording == RecordingMode.SCHEDULE and camera.schedule_id is None:
        raise CameraError({"schedule": ["choose the schedule by which the camera is to be recorded."]})
    for pattern in camera.record_on:
        if not _EVENTS.fullmatch(pattern):
            raise CameraError({"record_on": [f"{pattern!r} is no type of event, such as motion.detected or lpr.*."]})


def _check_masks(camera: Camera) -> None:
    if len(camera.masks) > MOST_MASKS:
        raise CameraError({"masks": [f"a camera has at most {MOST_MASKS} masks; remove some."]})
    for number, points in enumerate(camera.masks, 1):
        try:
            checked_polygon(points)
        except MaskError as error:
            raise CameraError({"masks": [f"Mask {number}: {error}"]}) from error
