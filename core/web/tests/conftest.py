"""Users with rights, a driver that needs no camera, and the whole ASGI application on a real port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import httpx
import pytest
import uvicorn
from asgiref.sync import sync_to_async
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from core.hookspecs.cameras import CameraDriverSpec, ProbeReport, StreamReport
from core.hookspecs.marks import hookimpl
from core.media.source import Fault

if TYPE_CHECKING:  # Django is set up only after conftests are loaded
    from rest_framework.test import APIClient

    from core.access.models import User
    from core.recording.models import Volume


class PaperSettings(BaseModel):
    """A camera on paper."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(title="Address", description="Where it is.")
    username: str = Field("", title="User", description="Who signs in.")
    password: SecretStr = Field(SecretStr(""), title="Password", description="What it signs in with.")

    @field_validator("url")
    @classmethod
    def _scheme(cls, value: str) -> str:
        if "://" not in value:
            raise ValueError("needs a scheme, such as rtsp://…")
        return value


async def _probe(settings: PaperSettings, seconds: float) -> ProbeReport:
    if settings.password.get_secret_value() != "open sesame":
        return ProbeReport(Fault.CREDENTIALS, "The camera refuses the password.", "password")
    return ProbeReport(
        streams=(StreamReport("main", "h264", 1920, 1080, 25.0, 4_000_000),), picture=b"\xff\xd8\xff\xd9"
    )


PAPER = CameraDriverSpec(
    name="paper",
    title="Paper",
    settings=PaperSettings,
    streams=lambda settings: ("main",),
    open=lambda settings, stream: (_ for _ in ()).throw(NotImplementedError),
    probe=_probe,
)


@pytest.fixture
def paper(register_temporarily) -> CameraDriverSpec:
    """A driver whose cameras exist on paper only."""

    @hookimpl
    def register_camera_drivers():
        return [PAPER]

    register_temporarily(
        SimpleNamespace(__name__="paper_hooks", register_camera_drivers=register_camera_drivers), "paper"
    )
    return PAPER


@pytest.fixture
def person(db) -> Callable[..., User]:
    """Make a user: `person("jo", "viewer")`, or on one camera `person("jo", "viewer", 7)`."""

    from core.access import services
    from core.access.models import User

    def make(name: str, role: str = "", camera_id: int | None = None) -> User:
        user = User.objects.filter(username=name).first() or services.add_user(name, "a long enough password")
        if role:
            services.grant(user, role, camera_id)
        return user

    return make


@pytest.fixture
def client_of() -> Callable[[User | None], APIClient]:
    """A REST client with the user's token; of nobody without one."""

    from rest_framework.test import APIClient

    from core.web.tests.secrets import secret_of

    def make(user: User | None = None) -> APIClient:
        client = APIClient()
        if user is not None:
            client.credentials(HTTP_AUTHORIZATION=f"Token {secret_of(user.username)}")
        return client

    return make


class Announcing(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@pytest.fixture
async def served() -> AsyncIterator[str]:
    """`host:port` of the application served by uvicorn, as `manage.py web` does, on this test's event loop."""
    from core.web import recorders
    from core.web.asgi import application

    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = Announcing(config)
    task = asyncio.create_task(server._serve([listening]))
    await asyncio.wait_for(server.ready.wait(), 20)
    await recorders.client()
    yield f"127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await task
    await recorders.stop()


@pytest.fixture
async def session_of(served: str, person) -> AsyncIterator[Callable[..., Awaitable[httpx.AsyncClient]]]:
    """An HTTP client of a user with a token, against the served application: `await session_of("jo", "viewer")`."""
    from core.web.tests.secrets import secret_of

    async with AsyncExitStack() as stack:

        async def make(name: str, role: str = "", camera_id: int | None = None) -> httpx.AsyncClient:
            user = await sync_to_async(person)(name, role, camera_id)
            token = await sync_to_async(secret_of)(user.username)
            client = httpx.AsyncClient(base_url=f"http://{served}", headers={"Authorization": f"Token {token}"})
            return await stack.enter_async_context(client)

        yield make


@pytest.fixture
def fresh_volume(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Volume]:
    """A volume of the test's own, and readers and plans that do not remember the last one's."""
    from core.recording.models import Volume
    from core.web import playback
    from core.web.plans import Plans

    monkeypatch.setattr(playback, "_plans", Plans())
    path = tmp_path / "volume"
    path.mkdir()
    yield Volume.objects.create(name="v", backend="local_disk", settings={"path": str(path)})
    playback.readers().close()
