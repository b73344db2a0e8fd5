"""Cameras as the other rooms see them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import QuerySet
from pydantic import BaseModel

from core.cameras.drivers import CameraError, opened
from core.cameras.models import Camera, Holiday, RecordingMode
from core.hookspecs.cameras import CameraDriverSpec
from core.media.masks import Masks, masks_of
from core.recording.schedule import Calendar, Mode, Schedule, ScheduleError
from core.recording.schedule import Holiday as KeptDay
from core.recording.schedule_form import schedule_from
from core.system.site import site

log = logging.getLogger("eyrie.cameras")

CameraRows = QuerySet[Camera]
"""Rows of cameras, for rooms that pass them on without knowing the model."""


@dataclass(frozen=True, slots=True)
class CameraConfig:
    """What a recorder needs of one camera.

    spec, settings: ready for `spec.open(settings, stream)`, secrets in the clear (never log them); both None when
    `fault` says in one sentence why the camera cannot be opened (its driver is gone, its settings no longer fit).
    recording: a core.cameras.models.RecordingMode value; schedule: what it says when. pre_roll_ms, post_roll_ms,
    record_on: as in the model, in ms.
    """

    id: int
    name: str
    revision: int
    enabled: bool
    recording: str
    schedule: Schedule
    pre_roll_ms: int
    post_roll_ms: int
    record_on: tuple[str, ...]
    record_sub: bool
    driver: str
    spec: CameraDriverSpec | None
    settings: BaseModel | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class CameraLimits:
    """How long a camera's recordings are kept: days and bytes, None without limit."""

    camera_id: int
    days: int | None
    bytes: int | None


@dataclass(frozen=True, slots=True)
class CameraMasks:
    """A camera's privacy masks. at_camera: those that it covers itself, since since_ms, UTC ms; None: not for sure."""

    masks: Masks = ()
    at_camera: Masks = ()
    since_ms: int | None = None

    def on(self, from_ms: int | None) -> Masks:
        """What is to be covered of pictures taken at or after `from_ms`, UTC ms; None for live ones.

        Not what the camera has covered itself since before then.
        """
        relied_on = self.since_ms is not None and (from_ms is None or from_ms >= self.since_ms)
        return tuple(one for one in self.masks if one not in self.at_camera) if relied_on else self.masks


def cameras() -> CameraRows:
    """All cameras in the order of lists."""
    return Camera.objects.order_by("position", "id")


def camera_id_of(name: str) -> int | None:
    """The id of the camera with this name, None when there is none."""
    return cameras().filter(name=name).values_list("pk", flat=True).first()


def camera_names() -> dict[int, str]:
    """Name of each camera by its id."""
    return dict(cameras().values_list("pk", "name"))


def camera_revisions() -> list[tuple[int, int]]:
    """(id, revision) of every camera: the small query by which a recorder sees what changed."""
    return list(cameras().values_list("id", "revision"))


def camera_configs(ids: Iterable[int]) -> list[CameraConfig]:
    """The configurations of these cameras; those that no longer exist are left out."""
    return [_config(camera) for camera in cameras().filter(pk__in=list(ids)).select_related("schedule")]


def cameras_of_driver(driver: str) -> list[CameraConfig]:
    """The configurations of all cameras of a driver that can be opened; their settings hold secrets in the clear."""
    rows = cameras().filter(driver=driver).select_related("schedule")
    return [found for found in map(_config, rows) if found.settings is not None]


def camera_limits() -> list[CameraLimits]:
    """Retention limits of every camera."""
    return [CameraLimits(*row) for row in cameras().values_list("id", "retention_days", "retention_bytes")]


def camera_masks(camera_id: int) -> CameraMasks:
    """A camera's privacy masks: one small query. A camera that is gone has none."""
    row = cameras().filter(pk=camera_id).values_list("masks", "masks_at_camera", "masks_since_ms").first()
    if row is None:
        return CameraMasks()
    masks, at_camera, since_ms = row
    return CameraMasks(masks_of(masks), masks_of(at_camera), since_ms)


def masks_on(camera_id: int, from_ms: int | None) -> Masks:
    """What is to be covered, for those who may not see it all, of a camera's pictures: see CameraMasks.on."""
    return camera_masks(camera_id).on(from_ms)


def schedule_of(camera: Camera) -> Schedule:
    """What a camera's recording goes by."""
    if camera.recording != RecordingMode.SCHEDULE:
        return Schedule.always(Mode(camera.recording))
    try:
        return schedule_from(camera.schedule.week if camera.schedule else None)
    except ScheduleError as error:  # by another hand than ours
        log.error("Camera %s (%s) is recorded always, as its schedule cannot be read: %s", camera.pk, camera, error)
        return Schedule.always(Mode.CONTINUOUS)


def calendar() -> Calendar:
    """The site's zone and holidays, which schedules go by: two small queries."""
    days = Holiday.objects.values_list("month", "day", "year")
    return Calendar(
        _loadable(site().time_zone), frozenset(KeptDay(month, day, year or None) for month, day, year in days)
    )


@cache
def _loadable(zone: str) -> str:
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        log.error("Schedules go by UTC, as the site's time zone cannot be loaded: %s", error)
        return "UTC"


def _config(camera: Camera) -> CameraConfig:
    spec, settings, fault = None, None, ""
    try:
        spec, settings = opened(camera.driver, camera.settings)
    except CameraError as error:
        fault = str(error)
    return CameraConfig(
        id=camera.pk,
        name=camera.name,
        revision=camera.revision,
        enabled=camera.enabled,
        recording=camera.recording,
        schedule=schedule_of(camera),
        pre_roll_ms=camera.pre_roll * 1000,
        post_roll_ms=camera.post_roll * 1000,
        record_on=tuple(camera.record_on),
        record_sub=camera.record_sub,
        driver=camera.driver,
        spec=spec,
        settings=settings,
        fault=fault,
    )
