"""The supervised park: serves what the settings say, and adds its cameras to Eyrie once."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from pydantic import SecretStr

from core.api import WorkerContext
from core.api.services import camera_id_of
from plugins.simulator import studio, worker
from plugins.simulator.camera import order_of
from plugins.simulator.enrolment import Register, enrol
from plugins.simulator.lineup import lineup
from plugins.simulator.settings import SimulatorSettings
from plugins.simulator.testing import SimulatedCamera


class Context(WorkerContext):
    """A supervisor that says stop when told."""

    def __init__(self) -> None:
        self.beats = 0
        self.stop = False

    def beat(self) -> None:
        self.beats += 1

    def stopping(self) -> bool:
        return self.stop

    def wait(self, seconds: float) -> bool:
        raise NotImplementedError


async def run_until_enrolled(data: Path, settings: SimulatorSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the worker until it has tried to add its one camera."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def enrol_and_tell(*arguments: Any) -> None:
        enrol(*arguments)
        loop.call_soon_threadsafe(done.set)

    monkeypatch.setattr(worker, "enrol", enrol_and_tell)
    context = Context()
    task = asyncio.create_task(worker._run(context, settings, data))
    async with asyncio.timeout(30):
        await done.wait()
    context.stop = True
    await task
    assert context.beats


def test_the_lineup_names_every_camera_differently() -> None:
    cameras = lineup(10, {})
    assert len({camera.name for camera in cameras}) == len({camera.seed for camera in cameras}) == 10
    assert [camera.scene for camera in cameras[:4]] == ["street", "yard", "entrance", "till"]


async def test_a_port_in_use_is_no_end(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        park = await worker.listening_park(tmp_path, "127.0.0.1", taken)
        assert park.port not in (0, taken)
        await park.stop()


async def test_a_scene_in_the_cache_costs_no_process_and_waits_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, early = (SimulatedCamera(name, seed=seed) for seed, name in enumerate(("late", "early")))
    studio.render(order_of(early), tmp_path)
    process = asyncio.create_subprocess_exec
    started: list[str] = []
    served: list[str] = []
    may_render = asyncio.Event()

    async def held(*command: str, **options: Any) -> asyncio.subprocess.Process:
        started.append(command[-1])
        await may_render.wait()
        return await process(*command, **options)

    async def note(camera: SimulatedCamera) -> None:
        served.append(camera.name)
        may_render.set()

    monkeypatch.setattr(asyncio, "create_subprocess_exec", held)
    park = await worker.listening_park(tmp_path, "127.0.0.1", 0)
    async with asyncio.timeout(30):
        await worker.put_up(park, [late, early], tmp_path, note)
    assert served == ["early", "late"]
    assert ['"late"' in order for order in started] == [True]
    await park.stop()


@pytest.mark.django_db(transaction=True)
async def test_cameras_are_added_to_eyrie_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "lineup", lambda count, users: [SimulatedCamera("gate", users=users)])
    await run_until_enrolled(tmp_path, SimulatorSettings(port=0, onvif=0), monkeypatch)
    first = await asyncio.to_thread(camera_id_of, "Gate")
    assert first is not None
    address = await asyncio.to_thread(address_of, first)
    # Another port and password: the camera that is there gets its new address.
    await run_until_enrolled(tmp_path, SimulatorSettings(port=0, onvif=0, password=SecretStr("other")), monkeypatch)
    assert await asyncio.to_thread(camera_id_of, "Gate") == first
    assert await asyncio.to_thread(address_of, first) != address


@pytest.mark.django_db
def test_a_camera_that_was_deleted_stays_away(tmp_path: Path) -> None:
    register = Register(tmp_path)
    settings = {"url": "rtsp://127.0.0.1:1/gate/main", "sub_url": "", "username": "", "password": ""}
    enrol(register, "Gate", settings)
    camera = camera_id_of("Gate")
    assert camera is not None
    delete(camera)
    enrol(register, "Gate", settings)
    enrol(register, "Gate", settings | {"url": "rtsp://127.0.0.1:2/gate/main"})
    assert camera_id_of("Gate") is None


def address_of(camera_id: int) -> str:
    return str(apps.get_model("cameras", "Camera").objects.get(pk=camera_id).settings["url"])


def delete(camera_id: int) -> None:
    apps.get_model("cameras", "Camera").objects.filter(pk=camera_id).delete()


@pytest.mark.django_db
def test_a_name_that_is_taken_ends_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = {"url": "rtsp://127.0.0.1:1/gate/main", "sub_url": "", "username": "", "password": ""}
    enrol(Register(tmp_path / "a"), "Gate", settings)
    enrol(Register(tmp_path / "b"), "Gate", settings)
    assert "camera Gate could not be added to Eyrie" in caplog.text
