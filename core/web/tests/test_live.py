"""Live pictures: from access units through a recorder's real socket and the web process to a websocket client."""

import asyncio
import gc
import io
import json

import pytest
import websockets
from asgiref.sync import sync_to_async
from django.utils import timezone
from knox.models import AuthToken
from PIL import Image

from core.access import services, tokens
from core.access.models import Grant, User, UserGroup
from core.cameras.models import Camera
from core.media.clock import SystemClock
from core.media.tests.footage import Footage, audio, decode_file, same, together, video
from core.recorder.protocol import CameraState, CameraStatus
from core.web import recorders
from core.web.socket import live as live_socket
from core.web.tests.watched import address, camera, closed, recorder, token_of

__all__ = ["camera", "recorder"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]


@pytest.fixture(scope="module")
def footage() -> Footage:
    return together(video(frames=75, gop=30), audio(seconds=2.5))


async def told(camera_id: int, state: CameraState) -> None:
    """Wait until the web process knows that state."""
    reached = asyncio.Event()

    def listener(status: CameraStatus) -> None:
        if (status.camera, status.state) == (camera_id, state):
            reached.set()

    recorders.listen(listener)
    if recorders.state(camera_id).state is not state:
        await asyncio.wait_for(reached.wait(), 10)
    recorders.unlisten(listener)


async def test_the_first_picture_comes_at_once_and_every_one_after(served, person, camera, recorder, footage) -> None:
    cameras, _ = recorder
    headers = await token_of(person, "jo", "viewer", camera.pk)
    cameras.live.on_stream(footage.info)
    half = next(
        n for n, unit in enumerate(footage.units) if unit.track == 0 and unit.wall_ms >= footage.units[0].wall_ms + 500
    )
    cameras.live.on_units(footage.units[:half])
    async with websockets.connect(address(served, camera), additional_headers=headers) as viewer:
        hello = json.loads(await asyncio.wait_for(viewer.recv(), 10))
        assert hello["stream"] == "main"
        assert hello["mime"].startswith('video/mp4; codecs="avc1.')
        assert hello["codecs"].endswith(",mp4a.40.2")
        body = [await asyncio.wait_for(viewer.recv(), 10) for _ in range(2)]  # the description and the kept keyframe
        cameras.live.on_units(footage.units[half:])
        while len(body) < 76:
            body.append(await asyncio.wait_for(viewer.recv(), 10))
    assert same(decode_file(b"".join(body)), footage.pictures)


async def test_snapshot_is_the_newest_keyframe(session_of, camera, recorder, footage) -> None:
    cameras, _ = recorder
    client = await session_of("jo", "viewer", camera.pk)
    await told(camera.pk, CameraState.STREAMING)
    none_yet = await client.get(f"/api/v1/cameras/{camera.pk}/snapshot.jpg")
    assert (none_yet.status_code, none_yet.json()) == (503, {"detail": "There is no picture yet."})
    cameras.live.on_stream(footage.info)
    cameras.live.on_units(footage.units)
    answer = await client.get(f"/api/v1/cameras/{camera.pk}/snapshot.jpg")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert Image.open(io.BytesIO(answer.content)).size == (160, 96)


async def test_states_are_in_the_list_and_unknown_without_the_recorder(session_of, camera, recorder) -> None:
    _, server = recorder
    client = await session_of("jo", "viewer", camera.pk)
    await told(camera.pk, CameraState.STREAMING)
    row = (await client.get("/api/v1/cameras/")).json()["results"][0]
    assert (row["state"], row["recording_now"]) == ("streaming", True)
    await server.stop()
    await told(camera.pk, CameraState.UNKNOWN)
    assert (await client.get("/api/v1/cameras/")).json()["results"][0]["state"] == "unknown"
    status = (await client.get(f"/api/v1/cameras/{camera.pk}/status/")).json()
    assert status["message"] == "Its recorder does not answer."


async def test_who_may_not_watch_gets_a_close_code(served, person, camera, recorder) -> None:
    other = await Camera.objects.acreate(name="other", driver="none")
    url = address(served, camera)
    assert await closed(url, {}) == 4401
    assert await closed(url, {"Authorization": "Token nonsense"}) == 4401
    assert await closed(url, await token_of(person, "bo", "viewer", other.pk)) == 4404
    assert (
        await closed(url.replace("stream=main", "stream=x"), await token_of(person, "jo", "viewer", camera.pk)) == 4404
    )
    sub = url.replace("stream=main", "stream=sub")
    assert await closed(sub, await token_of(person, "al", "viewer", camera.pk)) == 4404
    assert await closed(f"ws://{served}/ws/elsewhere/", await token_of(person, "jo", "viewer")) == 4404


async def test_a_right_taken_away_ends_the_stream(served, person, camera, recorder, footage, monkeypatch) -> None:
    monkeypatch.setattr(live_socket.Live, "check_seconds", 0.05)
    cameras, _ = recorder
    headers = await token_of(person, "jo", "viewer", camera.pk)
    async with websockets.connect(address(served, camera), additional_headers=headers) as viewer:
        await asyncio.wait_for(cameras.watched.wait(), 10)
        await Grant.objects.all().adelete()
        with pytest.raises(websockets.ConnectionClosed):
            await asyncio.wait_for(viewer.recv(), 10)
        assert viewer.close_code == 4404
    await asyncio.wait_for(cameras.left.wait(), 10)


async def test_a_revoked_token_ends_the_stream(served, person, camera, recorder, monkeypatch) -> None:
    monkeypatch.setattr(live_socket.Live, "check_seconds", 0.05)
    cameras, _ = recorder
    headers = await token_of(person, "jo", "viewer", camera.pk)
    async with websockets.connect(address(served, camera), additional_headers=headers) as viewer:
        await asyncio.wait_for(cameras.watched.wait(), 10)
        await sync_to_async(lambda: tokens.revoke(tokens.tokens().get(user__username="jo")))()
        with pytest.raises(websockets.ConnectionClosed):
            await asyncio.wait_for(viewer.recv(), 10)
        assert viewer.close_code == 4401


def over(what: str) -> None:
    """Something that carried jo's stream ends."""
    jo, now = User.objects.get(username="jo"), timezone.now()
    if what == "the token expires":
        AuthToken.objects.filter(user=jo).update(expiry=now)
    elif what == "the token is good from elsewhere only":
        jo.api_tokens.update(networks=["192.0.2.0/24"])
    elif what == "the token no longer names the function":
        jo.api_tokens.update(permissions=["camera.view"])
    elif what == "the grant expires":
        jo.grants.update(expires_at=now)
    elif what == "the group loses its member":
        jo.user_groups.clear()
    else:
        services.set_active(jo, False)


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("the token expires", 4401),
        ("the token is good from elsewhere only", 4401),
        ("the token no longer names the function", 4403),
        ("the grant expires", 4404),
        ("the group loses its member", 4404),
        ("the user is switched off", 4401),
    ],
)
async def test_a_stream_ends_in_the_middle_when(
    served, person, camera, recorder, footage, monkeypatch, what: str, code: int
) -> None:
    monkeypatch.setattr(live_socket.Live, "check_seconds", 0.05)
    cameras, _ = recorder
    if what == "the group loses its member":
        headers = await token_of(person, "jo", "")
        group = await UserGroup.objects.acreate(name="guards")
        await group.members.aadd(await User.objects.aget(username="jo"))
        await sync_to_async(services.grant)(group, "viewer", camera.pk)
    else:
        headers = await token_of(person, "jo", "viewer", camera.pk)
    cameras.live.on_stream(footage.info)
    cameras.live.on_units(footage.units)
    async with websockets.connect(address(served, camera), additional_headers=headers) as viewer:
        await asyncio.wait_for(viewer.recv(), 20)
        assert isinstance(await asyncio.wait_for(viewer.recv(), 20), bytes)
        await sync_to_async(over)(what)
        with pytest.raises(websockets.ConnectionClosed):
            while True:
                await asyncio.wait_for(viewer.recv(), 20)
        assert viewer.close_code == code
    await asyncio.wait_for(cameras.left.wait(), 20)


async def test_a_viewer_who_leaves_in_the_middle_leaves_nothing_behind(
    served, person, camera, recorder, footage, caplog
) -> None:
    """Its last pictures are on their way while its connection breaks, with nobody to take them."""
    cameras, _ = recorder
    headers = await token_of(person, "jo", "viewer", camera.pk)
    cameras.live.on_stream(footage.info)
    for _ in range(3):
        cameras.left.clear()
        cameras.live.on_units(footage.units[:40])
        async with websockets.connect(address(served, camera), additional_headers=headers) as viewer:
            await asyncio.wait_for(viewer.recv(), 10)
            viewer.transport.abort()
            while not cameras.left.is_set():
                cameras.live.on_units(footage.units[40:])
                await asyncio.sleep(0)
    gc.collect()  # a task's lost exception is told of when it is collected
    assert "never retrieved" not in caplog.text
    assert not [record for record in caplog.records if record.name == "eyrie.web.socket"]


async def test_what_fails_within_is_logged_and_ends_the_stream(
    served, person, camera, recorder, monkeypatch, caplog
) -> None:
    async def broken(self, stream: str, width: int | None) -> None:
        raise ValueError("broken on purpose")

    monkeypatch.setattr(live_socket.Live, "_stream", broken)
    assert await closed(address(served, camera), await token_of(person, "jo", "viewer", camera.pk)) == 1011
    assert "broken on purpose" in caplog.text


async def test_what_crosses_a_goodbye_is_left_alone(served, person, camera, recorder, caplog) -> None:
    headers = await token_of(person, "jo", "viewer", camera.pk)
    async with websockets.connect(address(served, camera), additional_headers=headers) as viewer:
        viewer.transport.pause_reading()
        await recorder[1].stop()
        recorder[1].end_watches(camera.pk)
        for _ in range(20):
            await viewer.send(live_socket.TIME_ASKED)
            await asyncio.sleep(0)
        viewer.transport.resume_reading()
    assert "Exception in ASGI application" not in caplog.text


async def test_the_time_is_told(served, person, camera, recorder) -> None:
    headers = await token_of(person, "jo", "viewer", camera.pk)
    async with websockets.connect(address(served, camera), additional_headers=headers) as viewer:
        before = SystemClock().wall_ms()
        await viewer.send(live_socket.TIME_ASKED)
        answer = json.loads(await asyncio.wait_for(viewer.recv(), 10))
        assert answer["op"] == "time"
        assert before <= answer["now_ms"] <= SystemClock().wall_ms()


def test_a_stream_is_checked_often_enough() -> None:
    assert live_socket.Live.check_seconds <= 30
