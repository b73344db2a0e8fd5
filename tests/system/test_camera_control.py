"""Rules move and switch cameras: actions, core, driver and the simulator's cameras, as they are."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from core.api import ActionContext, Event, GiveUp, NotDone
from core.api.services import add_camera, data_directory
from core.cameras import patrols
from core.cameras.models import Patrol, Steering
from core.cameras.patrols import Stop
from core.testing.actions import ActionContract
from plugins.camera_control.action import go, patrol, switch
from plugins.camera_control.hooks import register_actions
from plugins.camera_control.settings import OutputSettings, PatrolSettings, PresetSettings
from plugins.simulator import hooks
from plugins.simulator.control import Control, socket_path
from plugins.simulator.park import Park
from plugins.simulator.testing import SimulatedCamera

pytestmark = pytest.mark.one_database
ACTIONS = {spec.name: spec for spec in register_actions()}


@pytest.fixture(scope="module")
def park(simulator_cache: Path) -> Iterator[Park]:
    """A park with its control socket where the simulator's driver looks for it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="park", daemon=True)
    thread.start()
    park = Park(simulator_cache)
    control = Control(park, socket_path(data_directory()))
    for begin in (park.start(SimulatedCamera("gate")), control.start()):
        asyncio.run_coroutine_threadsafe(begin, loop).result(60)
    yield park
    for end in (control.stop(), park.stop()):
        asyncio.run_coroutine_threadsafe(end, loop).result(60)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)
    loop.close()


@pytest.fixture
def camera(transactional_db: None, park: Park, register_temporarily: Any) -> int:
    """The gate, by the simulator's driver."""
    driver = SimpleNamespace(__name__="driver", register_camera_drivers=hooks.register_camera_drivers)
    register_temporarily(driver, "simulator")
    return int(add_camera("gate", "simulator", {"name": "gate", "url": park.url("gate")}, actor="test").pk)


def state(park: Park) -> dict[str, Any]:
    [entry] = park.listing()
    return entry


def context(camera: int | None) -> ActionContext:
    return ActionContext("delivery-7", 1, Event(1, "camera.offline", camera, 1, None))


class _Contract(ActionContract):
    @pytest.fixture(autouse=True)
    def _park(self, park: Park, camera: int) -> None:
        self.park, self.camera = park, camera
        park.move("gate", "home")

    def context(self, attempt: int = 1, key: str = "delivery-1") -> ActionContext:
        return context(self.camera)


class TestPreset(_Contract):
    spec = ACTIONS["ptz_preset"]

    def working(self) -> BaseModel:
        return PresetSettings(preset="left")

    def broken(self) -> BaseModel:
        return PresetSettings(preset="nowhere")

    def deeds(self) -> int:
        return int(state(self.park)["preset"] == "left")


class TestRelay(_Contract):
    spec = ACTIONS["relay"]

    def working(self) -> BaseModel:
        turned = state(self.park)["outputs"]["2"]
        return OutputSettings(output="2", state="off" if turned else "on")

    def broken(self) -> BaseModel:
        return OutputSettings(output="9", state="on")

    def deeds(self) -> int:
        return int(state(self.park)["switched"])


def test_a_pulse_ends_switched_off(park: Park, camera: int) -> None:
    before = state(park)["switched"]
    switch(OutputSettings(output="1", state="pulse", seconds=1), context(camera))
    assert state(park)["switched"] == before + 2
    assert state(park)["outputs"]["1"] is False


def test_another_camera_may_be_named(park: Park, camera: int) -> None:
    assert go(PresetSettings(preset="right", camera=camera), context(None)) == f"Camera {camera} goes to right."
    assert state(park)["preset"] == "right"


def test_what_is_of_no_use_to_try_again(camera: int) -> None:
    plain = add_camera("plain", "rtsp", {"url": "rtsp://127.0.0.1/1"}, actor="test").pk
    with pytest.raises(GiveUp, match="plain: its driver RTSP cannot move cameras"):
        go(PresetSettings(preset="left"), context(plain))
    with pytest.raises(GiveUp, match="plain: its driver RTSP cannot switch outputs"):
        switch(OutputSettings(state="on"), context(plain))
    with pytest.raises(GiveUp, match="There is no camera 4711"):
        go(PresetSettings(preset="left", camera=4711), context(camera))
    with pytest.raises(GiveUp, match="name the camera"):
        go(PresetSettings(preset="left"), context(None))


def test_a_camera_that_says_no_is_tried_again(camera: int) -> None:
    with pytest.raises(NotDone, match="'nowhere' is not known; choose one of home, left, right"):
        go(PresetSettings(preset="nowhere"), context(camera))


def test_a_patrol_is_started_and_stopped(camera: int) -> None:
    with pytest.raises(GiveUp, match="no patrol 'Night' of this camera; choose one of none"):
        patrol(PatrolSettings(patrol="Night"), context(camera))
    stops = [Stop("left", 5), Stop("right", 5)]
    kept = patrols.save_patrol(Patrol(camera_id=camera), "Night", stops, actor="test")
    assert patrol(PatrolSettings(patrol="Night"), context(camera)) == f"Camera {camera} goes its patrol Night."
    assert Steering.objects.get(camera_id=camera).patrol == kept
    assert patrol(PatrolSettings(), context(camera)) == f"Camera {camera} goes no patrol."
    assert Steering.objects.get(camera_id=camera).patrol is None
