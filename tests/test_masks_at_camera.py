"""Privacy masks at the camera: pushed to a simulated one, whose pictures are then black beneath them; and what Eyrie
still covers itself.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import av
import numpy as np
import pytest

from core.cameras.covering import SETTLE_MS, lost_sight, push_waiting
from core.cameras.models import Camera
from core.cameras.queries import masks_on
from core.cameras.services import add_camera, change_camera
from core.configuration import data_directory
from core.events.services import record
from core.testing.clock import FakeClock
from plugins.simulator import hooks
from plugins.simulator.control import Control, socket_path
from plugins.simulator.park import Park
from plugins.simulator.testing import SimulatedCamera, simulator_cache

__all__ = ["simulator_cache"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]
LEFT = [[0, 0.3], [0.5, 0.3], [0.5, 1], [0, 1]]
"""The left half, without the strip in which the scene's barcode stands."""
RIGHT = [[0.6, 0.3], [1, 0.3], [1, 1], [0.6, 1]]
PATIENCE = 60


class House:
    """A park with a control socket where the driver looks for it, in a thread of its own."""

    def __init__(self, cache: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.park = Park(cache)
        self.control = Control(self.park, socket_path(data_directory()))
        self.run(self.park.start(SimulatedCamera("gate", scene="yard")))
        self.run(self.control.start())

    def run(self, work: object) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)  # a coroutine

    def url(self, stream: str = "main") -> str:
        return self.park.url("gate", stream)

    def end(self) -> None:
        self.run(self.control.stop())
        self.run(self.park.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)


@pytest.fixture
def house(simulator_cache: Path) -> Iterator[House]:
    found = House(simulator_cache)
    yield found
    found.end()


@pytest.fixture
def gate(house: House, register_temporarily: Callable[[ModuleType, str], None]) -> Camera:
    register_temporarily(hooks, "simulator")
    settings = {"name": "gate", "url": house.url(), "sub_url": house.url("sub")}
    return add_camera("Gate", "simulator", settings, actor="test")


def brightness(url: str) -> tuple[float, float]:
    """Of the left and the right half below the barcode, a margin left out, on average of some pictures."""
    seen = []
    with av.open(url, options={"rtsp_transport": "tcp", "timeout": "20000000"}) as container:
        for frame in container.decode(video=0):
            luma = np.asarray(frame.to_ndarray(format="gray"))
            below = luma[luma.shape[0] * 4 // 10 :]
            eighth = luma.shape[1] // 8
            seen.append((below[:, : 3 * eighth].mean(), below[:, 5 * eighth :].mean()))
            if len(seen) == 5:
                break
    left, right = np.mean(seen, axis=0)
    return float(left), float(right)


def test_the_camera_covers_and_eyrie_no_longer_does(house: House, gate: Camera, fake_clock: FakeClock) -> None:
    plain = brightness(house.url())
    assert min(plain) > 40, "there is something to cover"
    change_camera(gate.pk, {"masks": [LEFT]}, actor="test")
    assert len(masks_on(gate.pk, None)) == 1, "until the camera has it"
    push_waiting(fake_clock)
    for stream in ("main", "sub"):
        left, right = brightness(house.url(stream))
        assert left < 20 < 40 < right, stream
    told = fake_clock.wall_ms()
    assert masks_on(gate.pk, None) == ()
    assert masks_on(gate.pk, told + SETTLE_MS) == ()
    assert len(masks_on(gate.pk, told + SETTLE_MS - 1)) == 1, "what was recorded before is covered for ever"

    change_camera(gate.pk, {"masks": [RIGHT]}, actor="test")
    assert masks_on(gate.pk, None) != ()
    push_waiting(fake_clock)
    left, right = brightness(house.url())
    assert right < plain[1] / 2 < plain[0] / 2 < left
    change_camera(gate.pk, {"masks": []}, actor="test")
    push_waiting(fake_clock)
    assert brightness(house.url()) == pytest.approx(plain, abs=15)


def test_a_camera_that_does_not_answer_is_covered_by_eyrie(house: House, gate: Camera, fake_clock: FakeClock) -> None:
    change_camera(gate.pk, {"masks": [LEFT]}, actor="test")
    house.run(house.control.stop())
    push_waiting(fake_clock)
    gate.refresh_from_db()
    assert gate.masks_trouble.startswith("The simulator does not answer")
    assert len(masks_on(gate.pk, None)) == 1
    house.run(house.control.start())
    push_waiting(fake_clock)
    gate.refresh_from_db()
    assert (gate.masks_trouble, masks_on(gate.pk, None)) == ("", ())


def forgotten_offline(camera_id: int) -> None:
    record("camera.offline", camera_id, 1, 1, {"fault": "closed", "message": "The camera closed."})


def forgotten_moved(camera_id: int) -> None:
    change_camera(camera_id, {"settings": {"url": "rtsp://127.0.0.1:9/other"}}, actor="test")


@pytest.mark.parametrize("forgets", [forgotten_offline, forgotten_moved, lost_sight])
def test_a_camera_that_may_have_forgotten_is_told_again(
    house: House, gate: Camera, fake_clock: FakeClock, forgets: Callable[[int], None]
) -> None:
    change_camera(gate.pk, {"masks": [LEFT]}, actor="test")
    push_waiting(fake_clock)
    assert masks_on(gate.pk, None) == ()
    forgets(gate.pk)
    assert len(masks_on(gate.pk, None)) == 1
    push_waiting(fake_clock)
    assert masks_on(gate.pk, None) == ()


def test_a_driver_that_cannot_leaves_it_to_eyrie(fake_clock: FakeClock) -> None:
    other = add_camera("Other", "rtsp", {"url": "rtsp://127.0.0.1:9/1"}, actor="test", masks=[LEFT])
    push_waiting(fake_clock)
    other.refresh_from_db()
    assert (other.masks_pushed, other.masks_trouble, len(masks_on(other.pk, None))) == (None, "", 1)
