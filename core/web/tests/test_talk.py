"""Talking over the websocket, and announcements over REST."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile

from core.cameras.models import Camera
from core.events.models import StoredEvent
from core.media.speech import MOST_SECONDS
from core.talk.models import Announcement
from core.talk.tests.conftest import Mouth, mouth
from core.talk.tests.test_talking import sound
from core.web.tests.secrets import secret_of

__all__ = ["mouth"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]
SECONDS = 20


async def camera(**settings: object) -> Camera:
    return await Camera.objects.acreate(name="gate", driver="mouth", settings=settings)


@asynccontextmanager
async def talking(served: str, person: Any, camera_id: int, name: str, role: str = "operator"):
    await sync_to_async(person)(name, role)
    headers = {"Authorization": f"Token {await sync_to_async(secret_of)(name)}"}
    url = f"ws://{served}/ws/v1/cameras/{camera_id}/talk/"
    async with websockets.connect(url, additional_headers=headers) as connection:
        yield connection


async def told(connection: Any) -> dict[str, Any]:
    return json.loads(await asyncio.wait_for(connection.recv(), SECONDS))


async def test_a_voice_is_heard(served: str, person: Any, mouth: Mouth) -> None:
    gate = await camera()
    async with talking(served, person, gate.pk, "anna") as connection:
        await connection.send(json.dumps({"op": "talk"}))
        assert await told(connection) == {"op": "ready", "rate": 8000}
        speech = bytes(range(256)) * 10
        for at in range(0, len(speech), 500):
            await connection.send(speech[at : at + 500])
        await connection.send(json.dumps({"op": "end"}))
        assert await told(connection) == {"op": "over", "why": "", "by": ""}
    assert b"".join(mouth.said) == speech[: len(speech) // 320 * 320]
    event = await StoredEvent.objects.aget(type="camera.talked")
    assert (event.attributes["by"], event.camera_id) == ("anna", gate.pk)
    assert event.end_ms is not None


async def test_the_second_waits_or_interrupts(served: str, person: Any, mouth: Mouth) -> None:
    gate = await camera()
    async with talking(served, person, gate.pk, "anna") as anna:
        await anna.send('{"op": "talk"}')
        assert (await told(anna))["op"] == "ready"
        async with talking(served, person, gate.pk, "bert") as bert:
            await bert.send('{"op": "talk", "interrupt": true}')
            assert await told(bert) == {
                "op": "over",
                "why": "anna is talking through this camera.",
                "by": "anna",
            }
        async with talking(served, person, gate.pk, "chief", "administrator") as chief:
            await chief.send('{"op": "talk", "interrupt": true}')
            assert (await told(chief))["op"] == "ready"
            assert (await told(anna))["why"] == "chief talks through this camera now."
            await chief.send('{"op": "end"}')
            assert (await told(chief))["op"] == "over"


async def test_who_leaves_while_talking_gives_the_floor_back(served: str, person: Any, mouth: Mouth) -> None:
    gate = await camera()
    async with talking(served, person, gate.pk, "anna") as connection:
        await connection.send('{"op": "talk"}')
        assert (await told(connection))["op"] == "ready"
    async with asyncio.timeout(SECONDS):
        while (await StoredEvent.objects.aget(type="camera.talked")).end_ms is None:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.05)
    assert mouth.open == 0


async def test_who_may_not(served: str, person: Any, mouth: Mouth) -> None:
    gate = await camera()
    async with talking(served, person, gate.pk, "guest", "viewer") as connection:
        with pytest.raises(websockets.ConnectionClosedError) as closed:
            await told(connection)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403
    async with talking(served, person, 99_999, "anna") as connection:
        with pytest.raises(websockets.ConnectionClosedError) as closed:
            await told(connection)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4404


async def test_a_camera_without_a_loudspeaker(served: str, person: Any, mouth: Mouth) -> None:
    gate = await camera(mute=True)
    async with talking(served, person, gate.pk, "anna") as connection:
        await connection.send('{"op": "talk"}')
        assert (await told(connection))["why"] == "gate has no loudspeaker, by its settings."


async def test_nonsense_costs_nothing(served: str, person: Any, mouth: Mouth) -> None:
    gate = await camera()
    async with talking(served, person, gate.pk, "anna") as connection:
        for message in ("", "[]", "{", '{"op": 7}', b"\0" * 100, b"\0" * 100_000, '{"op": "end"}'):
            await connection.send(message)
        await connection.send('{"op": "play", "announcement": "x"}')
        assert (await told(connection))["why"] == "There is no such announcement."
        await connection.send('{"op": "talk"}')
        assert (await told(connection))["op"] == "ready"
        await connection.send(b"\0" * 100_000)
        await connection.send('{"op": "end"}')
        assert (await told(connection))["op"] == "over"
    assert not mouth.said


async def test_an_announcement_is_kept_played_and_stopped(
    served: str, person: Any, mouth: Mouth, client_of: Any
) -> None:
    gate = await camera()
    client = await sync_to_async(lambda: client_of(person("root", "administrator")))()
    file = SimpleUploadedFile("gong.wav", sound("wav", 3.0))
    reply = await sync_to_async(client.post)("/api/v1/announcements/", {"name": "Gong", "sound": file})
    assert reply.status_code == 201, reply.content
    assert (reply.data["name"], reply.data["seconds"]) == ("Gong", 3.0)
    async with talking(served, person, gate.pk, "anna") as connection:
        await connection.send(json.dumps({"op": "play", "announcement": reply.data["id"]}))
        async with asyncio.timeout(SECONDS):
            while not mouth.said:  # noqa: ASYNC110 - the mouth has no event
                await asyncio.sleep(0.01)
        await connection.send('{"op": "end"}')
        assert (await told(connection))["op"] == "over"
    assert len(mouth.said) < 150, "it did not go on to its end"
    assert (await sync_to_async(client.delete)(f"/api/v1/announcements/{reply.data['id']}/")).status_code == 204
    assert (await sync_to_async(client.delete)(f"/api/v1/announcements/{reply.data['id']}/")).status_code == 404
    assert not await Announcement.objects.aexists()


def test_what_is_no_announcement(client_of: Any, person: Any) -> None:
    client = client_of(person("root", "administrator"))

    def add(name: str, data: bytes) -> Any:
        return client.post("/api/v1/announcements/", {"name": name, "sound": SimpleUploadedFile("a.wav", data)})

    assert "neither WAV" in add("A", b"#EXTM3U\n").json()["sound"][0]
    assert str(MOST_SECONDS) in add("A", sound("wav", MOST_SECONDS + 1, 8000)).json()["sound"][0]
    assert add("A", sound("wav", 0.2)).status_code == 201
    assert "already" in add("A", sound("wav", 0.2)).json()["name"][0]
    assert [row["name"] for row in client.get("/api/v1/announcements/").json()["results"]] == ["A"]


def test_rights(client_of: Any, person: Any, mouth: Mouth) -> None:
    gate = Camera.objects.create(name="gate", driver="mouth")
    viewer, operator = client_of(person("eve", "viewer")), client_of(person("otto", "operator"))
    assert viewer.get(f"/api/v1/cameras/{gate.pk}/talk/").status_code == 403
    assert viewer.get("/api/v1/announcements/").status_code == 403
    assert operator.get(f"/api/v1/cameras/{gate.pk}/talk/").json() == {"speaks": True, "by": ""}
    assert operator.get("/api/v1/announcements/").status_code == 200
    assert operator.post("/api/v1/announcements/", {}).status_code == 403
    assert operator.delete("/api/v1/announcements/1/").status_code == 403
    assert [row["speaks"] for row in operator.get("/api/v1/cameras/").json()["results"]] == [True]
