"""What this plugin offers."""

from collections.abc import Iterable

from core.api import CameraDriverSpec, EventTypeSpec, WorkerSpec, hookimpl
from plugins.onvif.driver import SPEC
from plugins.onvif.events.kinds import EVENT_TYPES


@hookimpl
def register_camera_drivers() -> Iterable[CameraDriverSpec]:
    """Cameras, recorders and encoders that speak ONVIF."""
    return [SPEC]


@hookimpl
def register_event_types() -> Iterable[EventTypeSpec]:
    """What cameras tell and Eyrie has no type of its own for."""
    return EVENT_TYPES


@hookimpl
def register_workers() -> Iterable[WorkerSpec]:
    """Who listens to the cameras' own events."""
    return [WorkerSpec("events", "Events of ONVIF cameras", "plugins.onvif.events.worker:run", heartbeat=30.0)]
