"""A whole Eyrie and an ONVIF camera: what the camera tells fires a rule that switches the camera's own relay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from plugins.simulator.testing import DeviceFace, onvif_device, simulator, simulator_cache
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem

__all__ = ["onvif_device", "simulator", "simulator_cache"]
pytestmark = pytest.mark.timeout(240)
SOON = 60.0


def added(system: RunningSystem, device: DeviceFace) -> int:
    settings = {"address": device.address, "user": device.user, "password": device.password}
    answer = system.api.post("cameras/", json={"name": "Gate", "driver": "onvif", "settings": settings}, timeout=60)
    assert answer.status_code == 201, answer.text
    found: int = answer.json()["id"]
    return found


def rule(system: RunningSystem, camera: int) -> None:
    action = {"name": "relay", "settings": {"camera": camera, "output": "2", "state": "on"}}
    definition: dict[str, Any] = {"types": ["io.input"], "cameras": [camera], "actions": [action]}
    answer = system.api.post("rules/", json={"name": "Door", "definition": definition})
    assert answer.status_code == 201, answer.text


def test_an_input_fires_a_rule_that_switches_a_relay(
    new_system: Callable[..., RunningSystem], onvif_device: Callable[..., DeviceFace]
) -> None:
    device = onvif_device()
    system = new_system(EYRIE_PLUGINS="local_disk,rtsp,onvif,camera_control").start()
    camera = added(system, device)
    system.wait_recording(camera, 60)
    rule(system, camera)
    eventually(lambda: device.subscriptions() == 1, SOON, "the camera's events are listened to")
    assert device.relays() == {"1": False, "2": False}
    device.set_input("1", True)
    eventually(lambda: device.relays()["2"], SOON, f"the rule switches the relay; see {system.log}")
    listed = system.api.get("events/", params={"type": "io.input"}).raise_for_status().json()["results"]
    assert [one["camera"] for one in listed] == [camera]
