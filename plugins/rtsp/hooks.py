"""What this plugin offers."""

from collections.abc import Iterable

from core.api import CameraDriverSpec, hookimpl
from plugins.rtsp.driver import SPEC


@hookimpl
def register_camera_drivers() -> Iterable[CameraDriverSpec]:
    """Cameras by their RTSP address."""
    return [SPEC]
