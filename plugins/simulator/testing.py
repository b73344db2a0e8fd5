"""The simulator for tests: real cameras over real RTSP, in a thread with a loop of its own.

    from plugins.simulator.testing import SimulatedCamera, running_park

    with running_park(cache, SimulatedCamera("gate"), SimulatedCamera("yard", codec="h265")) as park:
        park.url("gate")                  # rtsp://127.0.0.1:40123/gate/main
        park.fault("gate", "freeze")      # returns when the camera is broken
        park.clear("gate")

`cache` is any folder; tests share one a session, so that each tiny clip is rendered once. As a fixture:
`from plugins.simulator.testing import simulator` gives a factory that takes cameras and ends the park after the test.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from plugins.simulator.camera import SimulatedCamera
from plugins.simulator.card import Stretch
from plugins.simulator.faults import FaultKind
from plugins.simulator.head import View
from plugins.simulator.onvif.device import OnvifDevice
from plugins.simulator.onvif.discovery import Beacon
from plugins.simulator.onvif.gate import Asking
from plugins.simulator.onvif.markup import Element
from plugins.simulator.onvif.troubles import Trouble
from plugins.simulator.park import Park
from plugins.simulator.scenes.barcode import read

__all__ = [
    "DeviceFace",
    "FaultKind",
    "ParkFace",
    "SimulatedCamera",
    "Trouble",
    "frame_number",
    "onvif_device",
    "running_park",
    "simulator",
    "simulator_cache",
]

T = TypeVar("T")
DEVICE_CAMERA = {"card": True, "speaker": True}  # what the cameras of ONVIF devices have unless told otherwise
ANSWER_SECONDS = 60  # rendering included, on a machine with other work


class ParkFace:
    """A running park, driven from the test's thread."""

    def __init__(self, park: Park, loop: asyncio.AbstractEventLoop) -> None:
        self._park = park
        self._loop = loop

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(ANSWER_SECONDS)

    def _call(self, function: Callable[[], T]) -> T:
        async def call() -> T:
            return function()

        return self._do(call())

    @property
    def port(self) -> int:
        """The RTSP port."""
        return self._park.port

    def url(self, name: str, stream: str = "main", *, credentials: bool = True) -> str:
        """The address of a camera's stream."""
        return self._park.url(name, stream, credentials=credentials)

    def add(self, camera: SimulatedCamera) -> None:
        """Put up one more camera."""
        self._do(self._park.add(camera))

    def remove(self, name: str) -> None:
        """Take a camera away."""
        self._call(lambda: self._park.remove(name))

    def fault(self, name: str, kind: FaultKind | str, seconds: float | None = None) -> None:
        """Break a camera; it is broken on return."""
        self._do(self._park.fault(name, FaultKind(kind), seconds))

    def clear(self, name: str) -> None:
        """Mend a camera."""
        self._call(lambda: self._park.clear(name))

    def watched(self, name: str, stream: str = "main") -> int:
        """How many clients play a stream."""
        return self._call(lambda: self._park.watched(name, stream))

    def truth(self, name: str) -> list[dict[str, Any]]:
        """What happens in the camera's loop."""
        return self._park.truth(name)


@dataclass(slots=True)
class DeviceFace:
    """A running ONVIF device, driven from the test's thread. user, password: of its administrator."""

    park: ParkFace
    device: OnvifDevice
    user: str
    password: str

    @property
    def address(self) -> str:
        """host:port."""
        return self.device.address

    @property
    def uuid(self) -> str:
        """Its endpoint reference, which outlives a change of address."""
        return self.device.about.uuid

    @property
    def calls(self) -> list[tuple[str, str]]:
        """What has been asked of it: namespace prefix (tds, trt, tptz, tev …) and operation, oldest first."""
        return self.park._call(lambda: list(self.device.calls))

    def fault(self, trouble: Trouble | str, *, only: str = "", seconds: float = 30.0) -> None:
        """Give it a trouble. only: the prefix of the one service it is about; seconds: how long "slow" is."""
        self.park._call(lambda: self.device.afflict(Trouble(trouble), only=only, seconds=seconds))

    def clear(self) -> None:
        """Take all troubles away; its clock is right, its accounts are open."""
        self.park._call(self.device.heal)

    def set_clock(self, offset_ms: int) -> None:
        """Let its clock be wrong."""
        self.park._call(lambda: self.device.set_clock(offset_ms))

    def set_password(self, password: str) -> None:
        """Change the administrator's password, for ONVIF and RTSP."""
        self.password = password
        self.park._call(lambda: self.device.put_user(self.user, password))

    def restart(self, *, away: float = 0.0, host: str = "", port: int | None = None) -> None:
        """Take its power away for some seconds; it comes back, elsewhere perhaps (port 0: a free one)."""
        self.park._do(self.device.restart(away=away, host=host, port=port))

    def relays(self) -> dict[str, bool]:
        """Which relays are on."""
        return self.park._call(lambda: {token: relay.on for token, relay in self.device.relays.items()})

    def tell(self, kind: str, on: bool | float | str = True, name: str = "") -> None:
        """Let a camera (the first) notice something: a kind of onvif/notices.py, such as motion, tamper or line."""
        self.park._call(lambda: self.device.tell(kind, on, name))

    def set_input(self, token: str, on: bool) -> None:
        """Close or open digital input "1" or "2"."""
        self.park._call(lambda: self.device.set_input(token, on))

    def subscriptions(self) -> int:
        """How many pull points live."""
        return self.park._call(lambda: len(self.device.notices.live))

    def obeyed(self) -> list[str]:
        """The auxiliary commands it was given."""
        return self.park._call(lambda: list(self.device.obeyed))

    def keep(self, stretches: list[tuple[int, int | None]], name: str = "gate") -> None:
        """Have recorded these stretches on the card, [start, end) in UTC ms, the last perhaps without an end."""

        def keep() -> None:
            if (card := self.device.park.card(name)) is not None:
                card.keep([Stretch(*stretch) for stretch in stretches])

        self.park._call(keep)

    def heard(self, name: str = "gate") -> bytes:
        """What was said to a camera's speaker, as a WAV file."""

        def listen() -> bytes:
            ear = self.device.park.ear(name)
            return ear.wav() if ear is not None else b""

        return self.park._call(listen)

    def view(self, name: str = "gate") -> View | None:
        """Where a camera looks; None for one that cannot be moved."""

        def look() -> View | None:
            head = self.device.park.head(name)
            return head.view() if head else None

        return self.park._call(look)


@contextmanager
def running_park(cache: Path, *cameras: SimulatedCamera, **options: Any) -> Iterator[ParkFace]:
    """A park in a thread, its cameras ready; ended on leaving. options: those of `Park`."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulator", daemon=True)
    thread.start()
    park = Park(cache, **options)
    face = ParkFace(park, loop)
    try:
        face._do(park.start(*cameras))
        yield face
    finally:
        face._do(park.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def frame_number(luma: Any) -> tuple[int, int] | None:
    """Camera seed and frame number burnt into a decoded picture (luma plane, height x width bytes), or None.

    From PyAV: `frame_number(frame.to_ndarray(format="gray"))`.
    """
    return read(np.asarray(luma))


@pytest.fixture(scope="session")
def simulator_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the session's clips lie, of all processes of a parallel run (pytest-xdist)."""
    mine = tmp_path_factory.getbasetemp()
    cache = (mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / "simulator"
    cache.mkdir(exist_ok=True)
    return cache


@pytest.fixture
def simulator(simulator_cache: Path) -> Iterator[Callable[..., ParkFace]]:
    """A factory of running parks: `park = simulator(SimulatedCamera("gate"))`."""
    with ExitStack() as parks:

        def start(*cameras: SimulatedCamera, **options: Any) -> ParkFace:
            manager: AbstractContextManager[ParkFace] = running_park(simulator_cache, *cameras, **options)
            return parks.enter_context(manager)

        yield start


@pytest.fixture
def onvif_device(simulator: Callable[..., ParkFace]) -> Iterator[Callable[..., DeviceFace]]:
    """A factory of running devices: `device = onvif_device()`, or `onvif_device(channels=4, asking="sha256")`.

    channels: how many cameras it has: gate, or gate1, gate2 and so on. asking: one of `Asking`, how it wants the
    password proved. camera: further options of SimulatedCamera, such as codec. discovery_port: where it answers
    WS-Discovery (3702 is the real one); nowhere without. host: where it listens, with its streams.
    Others: those of `OnvifDevice`.
    """
    devices: list[tuple[ParkFace, OnvifDevice]] = []
    beacons: list[tuple[ParkFace, Beacon]] = []

    def start(
        *,
        channels: int = 1,
        asking: Asking | str = Asking.BOTH,
        user: str = "admin",
        password: str = "Secret-12",  # noqa: S107 - of a throw-away device
        camera: dict[str, Any] | None = None,
        ssl_context: ssl.SSLContext | None = None,
        on_answer: Callable[[str, Element], None] | None = None,
        discovery_port: int | None = None,
        host: str = "127.0.0.1",
        **options: Any,
    ) -> DeviceFace:
        names = ["gate"] if channels == 1 else [f"gate{number + 1}" for number in range(channels)]
        park = simulator(
            *(SimulatedCamera(name, seed=n, **(DEVICE_CAMERA | (camera or {}))) for n, name in enumerate(names)),
            host=host,
        )

        async def put_up() -> OnvifDevice:
            device = OnvifDevice(
                park._park,
                names,
                {user: password},
                asking=Asking(asking),
                ssl_context=ssl_context,
                on_answer=on_answer,
                host=host,
                **options,
            )
            await device.start()
            return device

        device = park._do(put_up())
        devices.append((park, device))
        if discovery_port is not None:
            beacon = Beacon(device.address.rpartition(":")[0], lambda: [device], discovery_port)
            park._do(beacon.start())
            beacons.append((park, beacon))
        return DeviceFace(park, device, user, password)

    yield start
    for park, beacon in beacons:
        park._do(beacon.stop())
    for park, device in devices:
        park._do(device.stop())
