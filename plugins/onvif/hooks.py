"""What this plugin offers."""

from collections.abc import Iterable

from core.api import CameraDriverSpec, hookimpl
from plugins.onvif.driver import SPEC


@hookimpl
def register_camera_drivers() -> Iterable[CameraDriverSpec]:
    """Cameras, recorders and encoders that speak ONVIF."""
    return [SPEC]
