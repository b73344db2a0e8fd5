"""A camera whose pictures a test pushes itself, through a recorder's real socket to websocket clients."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import websockets
from asgiref.sync import sync_to_async

from core.cameras.models import Camera
from core.configuration import configuration
from core.recorder.client import socket_path
from core.recorder.live import Live, Viewer
from core.recorder.protocol import CameraState, CameraStatus, NoSuchStream
from core.recorder.server import Server
from core.web.tests.secrets import secret_of


class OneCamera:
    """What the recorder's socket serves: one camera whose units the test pushes itself."""

    def __init__(self, camera_id: int) -> None:
        self.live = Live()
        self.status = CameraStatus(camera_id, CameraState.STREAMING, 1_780_000_000_000, recording=True)
        self.watched = asyncio.Event()
        self.left = asyncio.Event()

    def statuses(self) -> list[CameraStatus]:
        return [self.status]

    def watch(self, camera_id: int, stream: str, viewer: Viewer) -> None:
        if (camera_id, stream) != (self.status.camera, "main"):
            raise NoSuchStream("This recorder has no such stream.")
        self.live.add(viewer)
        self.watched.set()

    def unwatch(self, camera_id: int, stream: str, viewer: Viewer) -> None:
        self.live.remove(viewer)
        self.left.set()

    async def picture(self, camera_id: int, stream: str) -> tuple[int, bytes]:
        found = self.live.picture()
        if found is None:
            raise LookupError("There is no picture yet.")
        return found


@pytest.fixture
async def camera(transactional_db) -> Camera:
    return await Camera.objects.acreate(name="door", driver="none")


@pytest.fixture
async def recorder(camera: Camera) -> AsyncIterator[tuple[OneCamera, Server]]:
    """A recorder's socket where the web process looks for it."""
    cameras = OneCamera(camera.pk)
    server = Server(socket_path(configuration().data / "run", 0), cameras)
    await server.start()
    yield cameras, server
    await server.stop()


async def token_of(person: Callable, name: str, role: str, camera_id: int | None = None) -> dict[str, str]:
    await sync_to_async(person)(name, role, camera_id)
    return {"Authorization": f"Token {await sync_to_async(secret_of)(name)}"}


def address(served: str, camera: Camera) -> str:
    return f"ws://{served}/ws/v1/cameras/{camera.pk}/live/?stream=main"


async def closed(url: str, headers: dict[str, str]) -> int:
    """The close code of a connection that is refused."""
    async with websockets.connect(url, additional_headers=headers) as viewer:
        with pytest.raises(websockets.ConnectionClosed):
            while True:
                await asyncio.wait_for(viewer.recv(), 10)
        return viewer.close_code
