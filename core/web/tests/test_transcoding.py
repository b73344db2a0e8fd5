"""Live pictures in H.264 for browsers that cannot play what the camera sends."""

import asyncio
import io
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

import av
import numpy as np
import psutil
import pytest
import websockets
from asgiref.sync import sync_to_async

from core.cameras.models import Camera
from core.media.live import LiveFragmenter
from core.media.tests.footage import START_MS, Footage, decode_file, video
from core.media.transcoder import CODEC
from core.media.units import Codec
from core.web.rest.times import rfc3339
from core.web.tests.recorded import record
from core.web.tests.watched import address, camera, closed, recorder, token_of
from core.web.transcoding import program, recorded

__all__ = ["camera", "recorder"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]
LONG = 30


@pytest.fixture(scope="module")
def footage() -> Footage:
    return video(Codec.H265, frames=75, gop=30)


@pytest.fixture
def processes() -> Iterator[None]:
    """None is left over."""
    yield
    assert transcoders() == []


def packets(data: bytes) -> list[av.Packet]:
    with av.open(io.BytesIO(data)) as container:
        return [packet for packet in container.demux(video=0) if packet.pts is not None]


def transcoders() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if is_transcoder(one)]


def is_transcoder(process: psutil.Process) -> bool:
    try:
        return bool({program.LIVE, program.STRETCH} & set(process.cmdline()))
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False


def watching(url: str, headers: dict[str, str]) -> websockets.connect:
    """A viewer, who hangs up without listening to what is still on its way."""
    return websockets.connect(url, additional_headers=headers, close_timeout=0.1)


def converted(served: str, camera: Camera, width: int = 640) -> str:
    return f"{address(served, camera)}&as=h264&width={width}"


async def received(viewer: websockets.ClientConnection, count: int) -> bytes:
    """So many binary messages, one after the other."""
    parts: list[bytes] = []
    while len(parts) < count:
        message = await asyncio.wait_for(viewer.recv(), LONG)
        if isinstance(message, bytes):
            parts.append(message)
    return b"".join(parts)


async def none_runs() -> None:
    """Wait until every transcoder has ended and its place is free."""
    async with asyncio.timeout(LONG):
        while transcoders() or program.places._taken:  # noqa: ASYNC110 - the kernel raises no event
            await asyncio.sleep(0.05)


async def test_a_stream_is_seen_in_h264_by_two_at_the_price_of_one(
    served, person, camera, recorder, footage, processes
) -> None:
    cameras, _ = recorder
    headers = await token_of(person, "jo", "viewer", camera.pk)
    cameras.live.on_stream(footage.info)
    cameras.live.on_units(footage.units[:40])
    async with watching(converted(served, camera), headers) as one:
        hello = json.loads(await asyncio.wait_for(one.recv(), LONG))
        assert hello["mime"].startswith('video/mp4; codecs="avc1.42')
        first = await received(one, 2)  # the description and the kept keyframe
        async with watching(converted(served, camera, 500), headers) as other:
            await received(other, 2)
            assert len(transcoders()) == 1
            for unit in footage.units[40:]:
                cameras.live.on_units([unit])
                await asyncio.sleep(0.01)
            both = await asyncio.gather(received(one, 15), received(other, 15))
        assert len(transcoders()) == 1
        pictures = decode_file(first + both[0])
        assert len(pictures) == 16
        near = [min(np.abs(picture.astype(int) - made).mean() for made in footage.pictures) for picture in pictures]
        assert max(near) < 6
    await asyncio.wait_for(cameras.left.wait(), LONG)
    await none_runs()


async def test_no_more_than_allowed_are_made_at_once(
    served, person, camera, recorder, footage, monkeypatch, processes
) -> None:
    monkeypatch.setattr(program.configuration(), "transcodes", 1)
    cameras, _ = recorder
    headers = await token_of(person, "jo", "viewer", camera.pk)
    cameras.live.on_stream(footage.info)
    cameras.live.on_units(footage.units[:10])
    async with watching(converted(served, camera), headers) as viewer:
        await received(viewer, 2)
        assert await closed(converted(served, camera, 1280), headers) == 4429
    await none_runs()
    async with watching(converted(served, camera, 1280), headers) as viewer:
        await received(viewer, 2)
    await none_runs()


async def test_a_transcoder_that_dies_ends_its_streams_and_can_be_had_again(
    served, person, camera, recorder, footage, processes
) -> None:
    cameras, _ = recorder
    headers = await token_of(person, "jo", "viewer", camera.pk)
    cameras.live.on_stream(footage.info)
    cameras.live.on_units(footage.units[:10])
    async with watching(converted(served, camera), headers) as viewer:
        await received(viewer, 2)
        transcoders()[0].kill()
        with pytest.raises(websockets.ConnectionClosed):
            await received(viewer, 1000)
        assert viewer.close_code == 4503
    async with watching(converted(served, camera), headers) as viewer:
        await received(viewer, 2)
    await none_runs()


async def test_one_asks_for_what_there_is_and_one_may_see(served, person, camera, recorder, processes) -> None:
    other = await Camera.objects.acreate(name="other", driver="none")
    assert await closed(converted(served, camera), {}) == 4401
    assert await closed(converted(served, camera), await token_of(person, "bo", "viewer", other.pk)) == 4404
    headers = await token_of(person, "jo", "viewer", camera.pk)
    url = converted(served, camera)
    assert await closed(url.replace("stream=main", "stream=sub"), headers) == 4404
    assert await closed(url.replace("as=h264", "as=vp8"), headers) == 4404
    for width in ("0", "-1", "wide", "%C2%B2"):
        assert await closed(url.replace("width=640", f"width={width}"), headers) == 4404
    await none_runs()


@pytest.mark.django_db(transaction=True, databases="__all__")
async def test_a_recorded_stretch_is_had_in_h264(session_of, fresh_volume, monkeypatch, processes) -> None:
    footage = video(Codec.H265, frames=75, gop=75)
    recorded_camera = await Camera.objects.acreate(name="yard", driver="none")
    await sync_to_async(record)(recorded_camera.pk, footage)
    client = await session_of("jo", "operator", recorded_camera.pk)
    address = f"/api/v1/cameras/{recorded_camera.pk}/stretch.mp4"
    query = {"start": rfc3339(START_MS), "end": rfc3339(START_MS + 2500)}
    plain, whole = [await client.get(address, params=query | more, timeout=LONG) for more in ({}, {"as": "h264"})]
    assert whole.headers["Content-Type"] == f'video/mp4; codecs="{CODEC}"'
    before, after = (
        sorted(packet.pts * packet.time_base for packet in packets(answer.content)) for answer in (plain, whole)
    )
    assert after == before
    assert len(decode_file(whole.content)) == 75
    query |= {"start": rfc3339(START_MS + 1000), "following": "true", "as": "h264"}
    rest = await client.get(address, params=query, timeout=LONG)
    assert len(decode_file(rest.content)) == 45
    assert (await client.get(address, params=query | {"as": "vp8"})).status_code == 400
    assert (await (await session_of("bo", "viewer")).get(address, params=query)).status_code == 403
    monkeypatch.setattr(program.configuration(), "transcodes", 0)
    assert (await client.get(address, params=query)).status_code == 501


async def test_who_does_not_take_what_is_made_loses_his_place(monkeypatch, processes) -> None:
    monkeypatch.setattr(recorded, "PATIENCE_SECONDS", 0.1)
    live = LiveFragmenter()
    made = video(Codec.H265, frames=75)
    parts = [live.on_stream(made.info) or b"", *(fragment.data for fragment in live.push(made.units))]

    async def stretch() -> AsyncIterator[bytes]:
        for part in parts:
            yield part
        await asyncio.Event().wait()  # there would be more

    chunks = recorded.converted(stretch(), 0)
    assert await asyncio.wait_for(anext(chunks), LONG)
    await none_runs()
    await chunks.aclose()
    assert transcoders() == []
    assert program.places._taken == 0


def test_its_process_knows_no_django() -> None:
    """So that it is there at once; the whole of Eyrie takes seconds to load."""
    code = f"import sys, {program.LIVE}; print([n for n in sys.modules if n.split('.')[0] in ('django', 'pydantic')])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
