"""Websocket topics: who gets what, and how one signs in."""

import asyncio
import json
from collections.abc import Callable
from types import SimpleNamespace

import pytest
import websockets
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from pydantic import BaseModel

from core.access import tokens
from core.access.rights import Rights
from core.analyser.watching import Spectators
from core.cameras.models import Camera
from core.configuration import configuration
from core.events.publishing import GROUP
from core.events.services import record, wire
from core.hookspecs.detectors import TrackedObject, TrackPoint, Tracks
from core.hookspecs.marks import hookimpl
from core.hookspecs.web import TopicSpec
from core.recorder.protocol import CameraState, CameraStatus
from core.web import recorders
from core.web.socket.declared import may_read
from core.web.tests.secrets import secret_of

pytestmark = [pytest.mark.django_db(transaction=True)]


class Client:
    """A websocket client of one user."""

    def __init__(self, connection: websockets.ClientConnection) -> None:
        self._connection = connection

    async def ask(self, **request: object) -> dict:
        await self._connection.send(json.dumps(request))
        return await self.next()

    async def next(self) -> dict:
        return json.loads(await asyncio.wait_for(self._connection.recv(), 10))


async def send(topic: str, message: dict) -> None:
    """Publish as another process would have it arrive."""
    envelope = {"type": "topic.message", "topic": topic, "message": message}
    await get_channel_layer().group_send(GROUP + topic, envelope)


async def headers_of(person, name: str, role: str = "", camera_id: int | None = None) -> dict[str, str]:
    await sync_to_async(person)(name, role, camera_id)
    return {"Authorization": f"Token {await sync_to_async(secret_of)(name)}"}


async def test_events_reach_those_who_may_see_them(served, person) -> None:
    mine = await Camera.objects.acreate(name="mine", driver="none")
    other = await Camera.objects.acreate(name="other", driver="none")
    headers = await headers_of(person, "jo", "operator", mine.pk)
    async with websockets.connect(f"ws://{served}/ws/v1/", additional_headers=headers) as connection:
        client = Client(connection)
        assert await client.ask(op="subscribe", topic="events.recorded") == {
            "op": "subscribed",
            "topic": "events.recorded",
        }
        for camera_id in (other.pk, None, mine.pk):
            event = await sync_to_async(record)("camera.online", camera_id, 1_780_000_000_000)
            await send("events.recorded", wire(event))
        found = await client.next()
        assert (found["op"], found["message"]["camera_id"], found["message"]["type"]) == (
            "message",
            mine.pk,
            "camera.online",
        )


async def test_states_come_on_change_to_those_who_may_see_the_camera(served, person) -> None:
    mine = await Camera.objects.acreate(name="mine", driver="none")
    headers = await headers_of(person, "jo", "viewer", mine.pk)
    async with websockets.connect(f"ws://{served}/ws/v1/", additional_headers=headers) as connection:
        client = Client(connection)
        assert (await client.ask(op="subscribe", topic="cameras.status"))["op"] == "subscribed"
        for camera_id in (mine.pk + 1, mine.pk):
            recorders._tell(CameraStatus(camera_id, CameraState.STALLED, 1_780_000_000_000, "No picture for 3 s."))
        message = (await client.next())["message"]
        assert (message["camera_id"], message["state"], message["message"]) == (
            mine.pk,
            "stalled",
            "No picture for 3 s.",
        )
        assert (await client.ask(op="unsubscribe", topic="cameras.status"))["op"] == "unsubscribed"
        assert not recorders._Here.listeners


async def test_what_detectors_see_reaches_those_who_may_watch_the_camera(served, person) -> None:
    mine = await Camera.objects.acreate(name="mine", driver="none")
    headers = await headers_of(person, "jo", "viewer", mine.pk)
    data = configuration().data
    (data / "run").mkdir(exist_ok=True)
    spectators = Spectators(data)
    await spectators.start()
    try:
        async with websockets.connect(f"ws://{served}/ws/v1/", additional_headers=headers) as connection:
            client = Client(connection)
            assert (await client.ask(op="subscribe", topic="cameras.objects"))["op"] == "subscribed"
            await _until(lambda: bool(spectators._watching))
            track = TrackedObject("objects-t-1", "van", (TrackPoint(5, (0.1, 0.2, 0.3, 0.4), 0.9),), text="B-AB 1")
            for camera_id in (mine.pk + 1, mine.pk):
                spectators.tracks(Tracks(camera_id, 5, (track,)))
            message = (await client.next())["message"]
            assert message["camera_id"] == mine.pk
            assert message["objects"] == [
                {"id": "objects-t-1", "detector": "objects", "label": "van", "text": ""}
                | {"score": 0.9, "box": [0.1, 0.2, 0.3, 0.4], "seen": True}
            ], "who may not see events does not learn what was read"
            assert (await client.ask(op="unsubscribe", topic="cameras.objects"))["op"] == "unsubscribed"
            await _until(lambda: not spectators._watching)
    finally:
        await spectators.stop()


def test_what_was_read_is_for_who_may_see_events() -> None:
    told = {"camera_id": 3, "wall_ms": 5, "objects": [{"id": "t-1", "text": "B-AB 1"}]}
    assert may_read(Rights(1, {"event.view"}), told)
    assert not may_read(Rights(1, {"camera.live"}), told)
    assert may_read(Rights(1, {"camera.live"}), told | {"objects": [{"id": "t-1", "text": ""}]})


async def _until(question: Callable[[], bool]) -> None:
    for _ in range(2000):
        if question():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to pass")


async def test_what_cannot_be_subscribed(served, person) -> None:
    headers = await headers_of(person, "jo", "viewer")
    async with websockets.connect(f"ws://{served}/ws/v1/", additional_headers=headers) as connection:
        client = Client(connection)
        assert "No such topic" in (await client.ask(op="subscribe", topic="nothing"))["detail"]
        assert "rights" in (await client.ask(op="subscribe", topic="events.recorded"))["detail"]
        assert "Send" in (await client.ask(op="dance", topic="cameras.status"))["detail"]
        await connection.send("[]")
        assert (await client.next())["op"] == "error"


class Reading(BaseModel):
    """A till's line."""

    line: str


async def test_a_plugins_topic_takes_the_permission_it_names(served, person, register_temporarily) -> None:
    @hookimpl
    def register_topics():
        return [TopicSpec("lines", "Lines", Reading, "system.view")]

    register_temporarily(SimpleNamespace(__name__="till_hooks", register_topics=register_topics), "till")
    url = f"ws://{served}/ws/v1/"
    async with (
        websockets.connect(url, additional_headers=await headers_of(person, "op", "operator")) as operator,
        websockets.connect(url, additional_headers=await headers_of(person, "vi", "viewer")) as viewer,
    ):
        assert (await Client(operator).ask(op="subscribe", topic="till.lines"))["op"] == "subscribed"
        assert (await Client(viewer).ask(op="subscribe", topic="till.lines"))["op"] == "error"
        await send("till.lines", {"line": "2 x apple"})
        assert (await Client(operator).next())["message"] == {"line": "2 x apple"}


async def close_code(url: str, headers: dict[str, str]) -> int | None:
    async with websockets.connect(url, additional_headers=headers) as connection:
        try:
            await connection.send(json.dumps({"op": "subscribe", "topic": "cameras.status"}))
            await asyncio.wait_for(connection.recv(), 10)
        except websockets.ConnectionClosed:
            return connection.close_code
    return None


async def test_ways_to_sign_in(served, person, session_of) -> None:
    url = f"ws://{served}/ws/v1/"
    client = await session_of("jo", "viewer")
    assert await close_code(url, {}) == 4401
    ticket = (await client.post("/api/v1/auth/ticket/")).json()["ticket"]
    assert await close_code(f"{url}?ticket={ticket}", {}) is None
    assert await close_code(f"{url}?ticket={ticket[:-1]}", {}) == 4401
    await sync_to_async(lambda: tokens.revoke(tokens.tokens().get(user__username="jo")))()
    assert await close_code(f"{url}?ticket={ticket}", {}) == 4401

    client.headers.pop("Authorization")
    body = {"username": "jo", "password": "a long enough password"}
    assert (await client.post("/api/v1/auth/login/", json=body)).status_code == 200
    cookie = f"sessionid={client.cookies['sessionid']}"
    assert await close_code(url, {"Cookie": cookie, "Origin": f"http://{served}"}) is None
    assert await close_code(url, {"Cookie": cookie, "Origin": "http://evil.example"}) == 4401
    logout = await client.post("/api/v1/auth/logout/", headers={"X-CSRFToken": client.cookies["csrftoken"]})
    assert logout.status_code == 204
    assert await close_code(url, {"Cookie": cookie, "Origin": f"http://{served}"}) == 4401
