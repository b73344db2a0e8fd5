"""Events that the recorder records: made on the loop, stored by the control thread, never waited for."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import Error, IntegrityError

from core.events.following import newest_of_cameras
from core.events.services import EventError, record
from core.media.clock import Clock
from core.recorder.protocol import CameraState, CameraStatus

log = logging.getLogger("eyrie.recorder.reports")

MOST = 1000
ONLINE = "camera.online"

_TYPES = {
    CameraState.BACKING_OFF: "camera.offline",
    CameraState.STALLED: "camera.stalled",
    CameraState.AUTH_FAILED: "camera.auth_failed",
}


@dataclass(frozen=True, slots=True)
class Report:
    """One event that has happened."""

    type: str
    camera_id: int | None
    at_ms: int
    attributes: dict[str, Any] = field(default_factory=dict)


class Reports:
    """What waits to be stored; when the database is away for long the oldest are forgotten."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: deque[Report] = deque(maxlen=MOST)
        self._troubled: set[int] = set()

    def camera(self, status: CameraStatus, before: CameraStatus) -> None:
        """A camera's status has changed: an event when that is trouble, or the end of it."""
        if status.state is before.state:
            return
        if status.state is CameraState.STREAMING and status.camera in self._troubled:
            self._troubled.discard(status.camera)
            self._put(ONLINE, status.camera, {})
        elif type_name := _TYPES.get(status.state):
            self._troubled.add(status.camera)
            self._put(type_name, status.camera, {"fault": status.fault, "message": status.message})

    def remember(self, camera_ids: Iterable[int]) -> None:
        """These were in trouble when the recorder before this one ended: that they send again is news."""
        self._troubled.update(camera_ids)

    def volume(self, type_name: str, name: str, message: str) -> None:
        """A volume has failed, or works again."""
        self._put(type_name, None, {"volume": name, "message": message})

    def take(self) -> list[Report]:
        """What waits."""
        waiting = list(self._waiting)
        self._waiting.clear()
        return waiting

    def give_back(self, reports: list[Report]) -> None:
        """They could not be stored."""
        self._waiting.extendleft(reversed(reports))

    def _put(self, type_name: str, camera_id: int | None, attributes: dict[str, Any]) -> None:
        self._waiting.append(Report(type_name, camera_id, self._clock.wall_ms(), attributes))


def in_trouble(camera_ids: Iterable[int]) -> frozenset[int]:
    """Those of these cameras of which trouble was told last. Runs in the control thread; one small query a camera."""
    newest = newest_of_cameras(camera_ids, (*_TYPES.values(), ONLINE))
    return frozenset(camera_id for camera_id, event in newest.items() if event.type != ONLINE)


def store(reports: list[Report]) -> list[Report]:
    """Store them; returns those for which the database was not there. Runs in the control thread."""
    for number, report in enumerate(reports):
        try:
            record(report.type, report.camera_id, report.at_ms, None, report.attributes)
        except EventError as error:
            log.error("%s", error)
        except IntegrityError:  # waiting would not bring the camera back, and would keep all others waiting
            log.info("Camera %s is gone: its %s is not kept.", report.camera_id, report.type)
        except Error:
            return reports[number:]
    return []
