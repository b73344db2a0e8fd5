"""Who may watch and not listen: pictures come without one byte of sound, live, recorded and exported."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from typing import Any

import av
import pytest
import websockets
from asgiref.sync import sync_to_async

from core.access.models import Role, User
from core.cameras.models import Camera
from core.exports.models import Export, State
from core.exports.services import request_export
from core.media.tests.footage import START_MS, Footage, audio, decode_file, same, together, video
from core.web.rest.times import rfc3339
from core.web.socket import live as live_socket
from core.web.tests.recorded import record
from core.web.tests.watched import address, camera, recorder, token_of

__all__ = ["camera", "recorder"]
pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.one_database]
WATCHING = ["camera.view", "camera.live", "camera.playback", "camera.export"]


@pytest.fixture(scope="module")
def footage() -> Footage:
    return together(video(frames=60, gop=30), audio(seconds=2.0))


@pytest.fixture
def deaf(transactional_db: None) -> str:
    """A role that may watch and not listen."""
    return Role.objects.create(name="deaf", title="Watches", permissions=WATCHING).name


def heard(footage: Footage) -> list[bytes]:
    found = [unit.data for unit in footage.units if unit.track == 1 and len(unit.data) > 16]
    assert len(found) > 20
    return found


def assert_silent(data: bytes, footage: Footage) -> None:
    with av.open(io.BytesIO(data)) as opened:
        assert [stream.type for stream in opened.streams] == ["video"]
    assert same(decode_file(data), footage.pictures)
    assert not any(one in data for one in heard(footage))


async def received(viewer: Any, cameras: Any, footage: Footage) -> tuple[dict[str, Any], bytes]:
    """What is told of a stream, and 60 pictures of it."""
    await asyncio.wait_for(cameras.watched.wait(), 20)
    cameras.live.on_stream(footage.info)
    cameras.live.on_units(footage.units)
    hello = json.loads(await asyncio.wait_for(viewer.recv(), 20))
    return hello, b"".join([await asyncio.wait_for(viewer.recv(), 20) for _ in range(61)])


async def test_a_live_stream_comes_without_sound(served, person, camera, recorder, footage, deaf) -> None:
    cameras, _ = recorder
    headers = await token_of(person, "jo", deaf, camera.pk)
    async with websockets.connect(address(served, camera), additional_headers=headers) as viewer:
        hello, data = await received(viewer, cameras, footage)
    assert hello["codecs"].startswith("avc1.")
    assert "," not in hello["codecs"]
    assert_silent(data, footage)


async def test_who_is_no_longer_to_hear_is_interrupted(served, person, camera, recorder, footage, monkeypatch) -> None:
    monkeypatch.setattr(live_socket.Live, "check_seconds", 0.05)
    cameras, _ = recorder
    headers = await token_of(person, "jo", "viewer", camera.pk)
    async with websockets.connect(address(served, camera), additional_headers=headers) as viewer:
        hello, _data = await received(viewer, cameras, footage)
        assert hello["codecs"].endswith(",mp4a.40.2")
        held = [one for one in (await Role.objects.aget(name="viewer")).permissions if one != "camera.listen"]
        await Role.objects.filter(name="viewer").aupdate(permissions=held)
        with pytest.raises(websockets.ConnectionClosed):
            await asyncio.wait_for(viewer.recv(), 20)
        assert (viewer.close_code, viewer.close_reason) == (4503, "Your right to listen has changed.")


@pytest.mark.usefixtures("fresh_volume")
async def test_recordings_come_without_sound(session_of, footage, deaf) -> None:
    door = await Camera.objects.acreate(name="door", driver="none")
    await sync_to_async(record)(door.pk, footage)
    span = {"start": rfc3339(START_MS), "end": rfc3339(START_MS + 2000)}
    jo, al = await session_of("jo", deaf), await session_of("al", "operator")
    base = f"/api/v1/cameras/{door.pk}/"
    spoken = (await al.get(f"{base}video.mp4", params=span)).content
    assert any(one in spoken for one in heard(footage))
    whole = await jo.get(f"{base}video.mp4", params=span)
    assert_silent(whole.content, footage)
    part = await jo.get(f"{base}video.mp4", params=span, headers={"Range": "bytes=3000-8000"})
    assert (part.status_code, part.content) == (206, whole.content[3000:8001])
    stretch = await jo.get(f"{base}stretch.mp4", params=span)
    assert "," not in stretch.headers["Content-Type"]
    assert stretch.headers["Cache-Control"] == "no-store"
    assert_silent(stretch.content, footage)


def test_an_export_is_without_sound_and_one_with_it_is_not_given_out(
    person: Callable[..., User], client_of: Any, deaf: str
) -> None:
    door = Camera.objects.create(name="door", driver="none")
    jo = client_of(person("jo", deaf))
    item = {"camera": door.pk, "start": rfc3339(START_MS), "end": rfc3339(START_MS + 2000)}
    made = jo.post("/api/v1/exports/", {"items": [item]}, format="json")
    assert (made.status_code, Export.objects.get().items[0]["silent"]) == (201, True)
    wanted: Any = {
        "camera": door.pk,
        "name": "door",
        "stream": 0,
        "start_ms": START_MS,
        "end_ms": START_MS + 2000,
    }
    spoken = request_export(User.objects.get(username="jo").pk, "jo", [wanted])
    Export.objects.filter(pk=spoken.pk).update(state=State.DONE)
    refused = jo.get(f"/api/v1/exports/{spoken.pk}/export.zip")
    assert (refused.status_code, "may not listen" in refused.json()["detail"]) == (403, True)
