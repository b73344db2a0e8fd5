"""What of the cameras' room belongs to the configuration, through the same door as a plugin's."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.db.models import F

from core.cameras.covering import lost_sight
from core.cameras.models import Camera, CameraGroup, Holiday, Patrol, RecordingSchedule, Steering
from core.hookspecs.configuration import ConfigurationPart
from core.hookspecs.events import Event
from core.hookspecs.marks import hookimpl
from core.pluginhost import host

_CAMERA = (
    "name",
    "driver",
    "settings",
    "enabled",
    "recording",
    "schedule",
    "pre_roll",
    "post_roll",
    "record_on",
    "record_sub",
    "retention_days",
    "retention_bytes",
    "position",
    "masks",
)
_AWAY = frozenset({"camera.offline", "camera.auth_failed", "camera.online"})


@hookimpl
def register_configuration() -> Iterable[ConfigurationPart]:
    """Schedules, holidays, cameras and their groups."""
    schedules, cameras = ("core.schedules",), ("core.cameras",)
    return (
        ConfigurationPart(
            "schedules", "Schedules", RecordingSchedule, ("name", "week"), "name", changed=_schedule_changed
        ),
        ConfigurationPart("holidays", "Holidays", Holiday, ("name", "month", "day", "year"), "name"),
        ConfigurationPart("cameras", "Cameras", Camera, _CAMERA, "name", after=schedules, changed=_camera_changed),
        ConfigurationPart("groups", "Groups of cameras", CameraGroup, ("name", "cameras"), "name", after=cameras),
        ConfigurationPart(
            "returns",
            "Positions that cameras return to",
            Steering,
            ("camera", "return_preset", "return_after"),
            "camera",
            after=cameras,
        ),
        ConfigurationPart(
            "patrols", "Patrols of cameras", Patrol, ("camera", "name", "stops"), "camera name", after=cameras
        ),
    )


@hookimpl
def on_event_recorded(event: Event) -> None:
    """A camera that was away may have forgotten its masks."""
    if event.type in _AWAY and event.camera_id is not None:
        lost_sight(event.camera_id)


def _camera_changed(camera: Camera, kind: str) -> None:
    """Recorders and plugins are told as of any other change."""
    hooks = host().hooks
    if kind == "removed":
        transaction.on_commit(partial(hooks.on_camera_deleted, camera.pk))
        return
    Camera.objects.filter(pk=camera.pk).update(revision=F("revision") + 1)
    lost_sight(camera.pk)
    transaction.on_commit(partial(hooks.on_camera_saved, camera.pk, kind == "added"))


def _schedule_changed(schedule: RecordingSchedule, kind: str) -> None:
    Camera.objects.filter(schedule_id=schedule.pk).update(revision=F("revision") + 1)
