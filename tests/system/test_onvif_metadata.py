"""What a camera's own analytics see, over its metadata stream, through the plugin's process and the analyser, into the
store of boxes: with no detector of Eyrie's on this camera.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plugins.simulator.testing import DeviceFace, onvif_device, simulator, simulator_cache
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, now_ms, rfc3339

__all__ = ["onvif_device", "simulator", "simulator_cache"]


def test_objects_of_a_camera_are_kept(
    new_system: Callable[..., RunningSystem], onvif_device: Callable[..., DeviceFace]
) -> None:
    device = onvif_device(camera={"scene": "yard"})
    system = new_system(EYRIE_PLUGINS="local_disk,rtsp,onvif,motion").start()
    settings: dict[str, Any] = {"address": device.address, "user": device.user, "password": device.password}
    probe = system.api.post("cameras/probe/", json={"driver": "onvif", "settings": settings}, timeout=30).json()
    assert probe["ok"], probe["message"]
    settings |= probe["settings"] | {"metadata": True}
    camera = system.api.post("cameras/", json={"name": "Yard", "driver": "onvif", "settings": settings}).json()["id"]
    began = now_ms()

    def kept() -> list[dict[str, Any]]:
        asked = {"start": rfc3339(began), "end": rfc3339(now_ms() + 1000)}
        found: list[dict[str, Any]] = system.api.get(f"cameras/{camera}/objects/", params=asked).json()["tracks"]
        return found

    eventually(lambda: bool(kept()), 60, "boxes of what the camera saw", 1.0)
    labels = {one["label"] for one in kept()}
    assert labels <= {"person", "car", "vehicle", "animal", "bicycle", "object", "dog", "cat", "package"}, labels
