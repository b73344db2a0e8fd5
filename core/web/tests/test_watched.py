"""Media that is sent is noted as watched, and what nobody got is not."""

import asyncio
from collections.abc import Iterator

import pytest
import websockets
from asgiref.sync import sync_to_async

from core.cameras.models import Camera
from core.media.clock import SystemClock
from core.media.tests.footage import START_MS, Footage, together, video
from core.viewings.noting import Kind, Session, noted
from core.web.rest.times import rfc3339
from core.web.tests.recorded import record
from core.web.tests.watched import address, camera, recorder, token_of

__all__ = ["camera", "recorder"]

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.usefixtures("fresh_volume")]
UNDER = [[0.0, 0.0], [0.5, 0.0], [0.5, 1.0]]
SECOND = 1000


@pytest.fixture(scope="module")
def footage() -> Footage:
    return together(video(frames=30, gop=15))


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Sessions of other tests, as if they were written down long ago."""
    for session in noted.sessions():
        session.held = 0
        noted.told(session, session.recorded, SystemClock().wall_ms() + 1)
    yield


def seen() -> list[Session]:
    return noted.sessions()


async def test_a_live_stream_is_held_from_its_first_picture_on(served, person, camera, recorder, footage) -> None:
    cameras, _ = recorder
    headers = await token_of(person, "jo", "viewer", camera.pk)
    cameras.live.on_stream(footage.info)
    async with websockets.connect(address(served, camera), additional_headers=headers) as viewer:
        cameras.live.on_units(footage.units)
        for _ in range(3):
            await asyncio.wait_for(viewer.recv(), 20)
        (session,) = seen()
        assert (session.subject.user, session.subject.kind, session.held) == ("jo", Kind.LIVE, 1)
        assert session.subject.address == "127.0.0.1"
    for _ in range(200):
        if not seen()[0].held:
            break
        await asyncio.sleep(0.1)
    assert seen()[0].held == 0


async def test_pictures_are_noted_and_refusals_are_not(session_of, camera, recorder, footage) -> None:
    cameras, _ = recorder
    client = await session_of("jo", "viewer", camera.pk)
    address = f"/api/v1/cameras/{camera.pk}/snapshot.jpg"
    assert (await client.get(address)).status_code == 503
    assert (await client.get("/api/v1/cameras/99999/snapshot.jpg")).status_code == 404
    assert seen() == []
    cameras.live.on_stream(footage.info)
    cameras.live.on_units(footage.units)
    assert (await client.get(address)).status_code == 200
    assert [(one.subject.user, one.subject.kind, one.subject.unmasked) for one in seen()] == [("jo", Kind.LIVE, False)]


async def test_what_was_sent_of_a_recording_is_told_and_by_whom_under_masks(session_of, person, footage) -> None:
    yard = await Camera.objects.acreate(name="yard", driver="none", masks=[UNDER])
    await sync_to_async(record)(yard.pk, footage)
    client = await session_of("ada", "administrator")
    span = {"start": rfc3339(START_MS), "end": rfc3339(START_MS + SECOND)}
    nothing = {"start": rfc3339(START_MS - 9 * SECOND), "end": rfc3339(START_MS - 8 * SECOND)}
    for path in ("video.mp4", "stretch.mp4"):
        await client.get(f"/api/v1/cameras/{yard.pk}/{path}", params=nothing)
    assert seen() == []
    assert (await client.get(f"/api/v1/cameras/{yard.pk}/stretch.mp4", params=span)).status_code == 200
    at = {"at": rfc3339(START_MS + 500)}
    assert (await client.get(f"/api/v1/cameras/{yard.pk}/frame.jpg", params=at)).status_code == 200
    (session,) = seen()
    assert (session.subject.user, session.subject.kind, session.subject.unmasked) == ("ada", Kind.PLAYBACK, True)
    assert session.recorded == [(START_MS, START_MS + SECOND)]
