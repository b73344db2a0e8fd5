"""The timeline, video.mp4 and frame.jpg over HTTP, from real recordings on a real volume."""

import io

import av
import numpy as np
import pytest
from asgiref.sync import sync_to_async
from PIL import Image

from core.cameras.models import Camera
from core.media.tests.footage import START_MS, Footage, audio, decode_file, picture, same, together, video
from core.recording.entries import GapReason
from core.recording.models import Piece, Segment, State
from core.web.rest.times import rfc3339
from core.web.tests.recorded import Recording, gap, record

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.usefixtures("fresh_volume")]
SECOND = 1000


def span(start: int, end: int) -> dict[str, str]:
    """Milliseconds after the footage's start as `start` and `end`."""
    return {"start": rfc3339(START_MS + start), "end": rfc3339(START_MS + end)}


@pytest.fixture(scope="module")
def footage() -> Footage:
    return together(video(frames=300, gop=30), audio(seconds=10.0))


@pytest.fixture
async def camera(footage: Footage) -> Camera:
    camera = await Camera.objects.acreate(name="door", driver="none")
    await sync_to_async(record)(camera.pk, footage, segment_ms=4 * SECOND)
    return camera


async def test_the_timeline_has_ranges_and_gaps(session_of, camera: Camera) -> None:
    client = await session_of("jo", "operator")
    await sync_to_async(gap)(camera.pk, START_MS + 10 * SECOND, START_MS + 25 * SECOND)
    await sync_to_async(gap)(camera.pk, START_MS + 40 * SECOND, None, GapReason.AUTH)
    found = (
        await client.get("/api/v1/recordings/", params={"camera": camera.pk, **span(2 * SECOND, 60 * SECOND)})
    ).json()
    assert [(one["camera"], one["start"], one["end"]) for one in found["ranges"]] == [
        (camera.pk, rfc3339(START_MS + 2 * SECOND), rfc3339(START_MS + 10 * SECOND))
    ]
    assert [(one["reason"], one["end"]) for one in found["gaps"]] == [
        ("offline", rfc3339(START_MS + 25 * SECOND)),
        ("auth", None),
    ]


async def test_segments_are_listed(session_of, camera: Camera) -> None:
    client = await session_of("jo", "operator")
    found = (await client.get("/api/v1/segments/", params={"camera": camera.pk, **span(0, 60 * SECOND)})).json()
    assert found["next"] is None
    assert [one["start"] for one in found["results"]] == [rfc3339(START_MS + n * SECOND) for n in (0, 4, 8)]
    assert sum(one["size"] for one in found["results"]) > 0
    assert [one["id"] for one in found["results"]] == [str(one.pk) async for one in Segment.objects.order_by("pk")]


async def test_timelines_of_cameras_one_may_not_play_are_refused(session_of, camera: Camera) -> None:
    other = await Camera.objects.acreate(name="other", driver="none")
    client = await session_of("jo", "operator", camera.pk)
    await session_of("jo", "viewer", other.pk)

    async def status(*cameras: int) -> int:
        return (await client.get("/api/v1/recordings/", params={"camera": cameras, **span(0, SECOND)})).status_code

    assert await status(camera.pk) == 200
    assert await status(camera.pk, other.pk) == 403
    assert await status(camera.pk, 99_999) == 404
    mine = (await client.get("/api/v1/recordings/", params=span(0, 60 * SECOND))).json()
    assert {one["camera"] for one in mine["ranges"]} == {camera.pk}


async def test_a_range_is_one_file_whose_pictures_are_the_sources(session_of, camera: Camera, footage: Footage) -> None:
    client = await session_of("jo", "operator")
    answer = await client.get(f"/api/v1/cameras/{camera.pk}/video.mp4", params=span(0, 10 * SECOND))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "video/mp4")
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert same(decode_file(answer.content), footage.pictures)
    with av.open(io.BytesIO(answer.content)) as container:
        assert container.duration == pytest.approx(10_000_000, abs=50_000)
        assert len(container.streams.audio) == 1


async def test_a_part_begins_at_the_keyframe_before_it(session_of, camera: Camera, footage: Footage) -> None:
    client = await session_of("jo", "operator")
    answer = await client.get(f"/api/v1/cameras/{camera.pk}/video.mp4", params=span(3500, 5500))
    found = decode_file(answer.content)
    assert same(found, footage.pictures[90 : 90 + len(found)])
    assert len(found) >= 75


async def test_byte_ranges_join_to_the_whole(session_of, camera: Camera) -> None:
    client = await session_of("jo", "operator")
    address, params = f"/api/v1/cameras/{camera.pk}/video.mp4", span(1000, 9000)
    whole = (await client.get(address, params=params)).content
    parts = b""
    for start in range(0, len(whole), 7_001):
        headers = {"Range": f"bytes={start}-{start + 7_000}"}
        answer = await client.get(address, params=params, headers=headers)
        assert answer.status_code == 206
        assert answer.headers["Content-Range"].startswith(f"bytes {start}-")
        parts += answer.content
    assert parts == whole
    beyond = await client.get(address, params=params, headers={"Range": f"bytes={len(whole)}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(whole)}")
    head = await client.head(address, params=params)
    assert (head.status_code, head.content, int(head.headers["Content-Length"])) == (200, b"", len(whole))


BAD = [
    ({}, 400, "is missing"),
    ({"start": "noon", "end": "2026-05-01T13:00:00Z"}, 400, "is no time"),
    ({"start": "2026-05-01T12:00:00", "end": "2026-05-01T13:00:00Z"}, 400, "no time zone"),
    ({"start": "2026-05-01T14:00:00Z", "end": "2026-05-01T13:00:00Z"}, 400, "not after start"),
    ({"start": "2026-05-01T12:00:00Z", "end": "2026-05-03T13:00:00Z"}, 400, "ask for less"),
    ({"start": "2020-05-01T12:00:00Z", "end": "2020-05-01T13:00:00Z"}, 404, "Nothing is recorded"),
    ({"start": "2026-05-01T12:00:00Z", "end": "2026-05-01T13:00:00Z", "stream": "third"}, 400, "main or sub"),
]


async def test_bad_input_is_one_sentence(session_of, camera: Camera) -> None:
    client = await session_of("jo", "operator")
    for params, status, sentence in BAD:
        answer = await client.get(f"/api/v1/cameras/{camera.pk}/video.mp4", params=params)
        assert answer.status_code == status, params
        assert sentence in answer.text


async def test_frame_jpg_is_the_picture_of_that_moment(session_of, camera: Camera) -> None:
    client = await session_of("jo", "operator")
    known = [picture(number, 160, 96)[:, :, 0].astype(float) for number in range(300)]
    for number in (0, 59, 60, 133, 299):
        at = rfc3339(START_MS + number * SECOND // 30 + 5)
        answer = await client.get(f"/api/v1/cameras/{camera.pk}/frame.jpg", params={"at": at})
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
        seen = np.asarray(Image.open(io.BytesIO(answer.content)).convert("L"), float)
        assert int(np.argmin([np.abs(seen - one).mean() for one in known])) == number


async def test_frames_can_be_small(session_of, camera: Camera) -> None:
    client = await session_of("jo", "operator")
    address, at = f"/api/v1/cameras/{camera.pk}/frame.jpg", rfc3339(START_MS + SECOND)
    answer = await client.get(address, params={"at": at, "width": 80})
    assert Image.open(io.BytesIO(answer.content)).size == (80, 48)
    assert (await client.get(address, params={"at": at, "width": "wide"})).status_code == 400
    assert (await client.get(address, params={"at": rfc3339(START_MS - SECOND)})).status_code == 404


async def test_a_volume_that_is_gone_is_a_503_with_a_sentence(session_of, camera: Camera) -> None:
    from core.web import playback

    await Piece.objects.aupdate(stored_key="nowhere/at/all.mp4")
    client = await session_of("jo", "operator")
    answer = await client.get(f"/api/v1/cameras/{camera.pk}/video.mp4", params=span(0, SECOND))
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("The volume of this recording cannot be read now")
    assert "/" not in answer.json()["detail"]
    playback.readers().close()


async def test_a_segment_that_is_being_deleted_is_not_played(session_of, camera: Camera) -> None:
    await Segment.objects.aupdate(state=State.DELETING)
    client = await session_of("jo", "operator")
    answer = await client.get(f"/api/v1/cameras/{camera.pk}/video.mp4", params=span(0, 10 * SECOND))
    assert answer.status_code == 404


async def part(client, camera: Camera, start: int, end: int, **headers: str):
    """Bytes [start, end) of a range that reaches beyond what is recorded."""
    address, params = f"/api/v1/cameras/{camera.pk}/video.mp4", span(0, 60 * SECOND)
    return await client.get(address, params=params, headers={"Range": f"bytes={start}-{end - 1}"} | headers)


async def test_a_range_that_grows_is_one_file_for_one_player(session_of, footage: Footage) -> None:
    """A browser asks from 0, then here and there, without naming the file: each part must be of the first one."""
    camera = await Camera.objects.acreate(name="door", driver="none")
    recording = await sync_to_async(Recording)(camera.pk, footage, segment_ms=4 * SECOND)
    units = footage.units
    await sync_to_async(recording.push)(units[: len(units) // 2])
    client = await session_of("jo", "operator")
    began = await part(client, camera, 0, 4096)
    size = int(began.headers["Content-Range"].partition("/")[2])
    body, step = began.content, size // 8
    for number in range(8):
        await sync_to_async(recording.push)(
            units[len(units) // 2 + number * len(units) // 16 : len(units) // 2 + (number + 1) * len(units) // 16]
        )
        answer = await part(client, camera, len(body), len(body) + step)
        assert answer.status_code == 206
        assert answer.headers["ETag"] == began.headers["ETag"]
        assert answer.headers["Content-Range"].endswith(f"/{size}")
        body += answer.content
    while len(body) < size:
        body += (await part(client, camera, len(body), len(body) + step)).content
    found = decode_file(body)
    assert same(found, footage.pictures[: len(found)])
    assert len(found) > 100

    await sync_to_async(recording.finish)()
    address = f"/api/v1/cameras/{camera.pk}/video.mp4"
    fresh = await client.get(address, params=span(0, 60 * SECOND))
    assert fresh.headers["ETag"] != began.headers["ETag"]
    assert same(decode_file(fresh.content), footage.pictures)
    named = await part(client, camera, 0, 4096, **{"If-Range": began.headers["ETag"]})
    assert (named.status_code, named.content) == (206, began.content)

    await sync_to_async(lambda: Segment.objects.order_by("pk").first().delete())()
    over = await part(client, camera, 0, 4096, **{"If-Range": began.headers["ETag"]})
    assert over.status_code == 200
    assert over.headers["ETag"] not in (began.headers["ETag"], fresh.headers["ETag"])
    assert same(decode_file(over.content), footage.pictures[-len(decode_file(over.content)) :])


async def test_a_range_is_planned_once(camera: Camera, monkeypatch) -> None:
    from core.web import playback

    planned = []
    segments = playback.queries.segments
    monkeypatch.setattr(playback.queries, "segments", lambda *asked: planned.append(asked) or segments(*asked))
    for _ in range(3):
        plan = await sync_to_async(playback.playback)(camera.pk, START_MS, START_MS + 10 * SECOND, 0)
    assert len(planned) == 1
    assert plan.etag == plan.file.etag


def moments(data: bytes) -> list[int]:
    """Milliseconds after the footage's start at which the pictures of an answer are shown: media time is UTC."""
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        return [round(frame.pts * stream.time_base * 1000) - START_MS for frame in container.decode(stream)]


async def test_a_stretch_has_utc_as_media_time(session_of, camera: Camera, footage: Footage) -> None:
    client = await session_of("jo", "operator")
    address = f"/api/v1/cameras/{camera.pk}/stretch.mp4"
    answer = await client.get(address, params=span(2500, 6000))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, 'video/mp4; codecs="avc1.42c00b,mp4a.40.2"')
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert same(decode_file(answer.content), footage.pictures[60:180])
    assert all(abs(at - (2000 + n * 1000 / 30)) <= 1 for n, at in enumerate(moments(answer.content)))


async def test_stretches_that_follow_each_other_are_one(session_of, camera: Camera, footage: Footage) -> None:
    client = await session_of("jo", "operator")
    address = f"/api/v1/cameras/{camera.pk}/stretch.mp4"
    first = (await client.get(address, params=span(0, 3500))).content
    second = (await client.get(address, params=span(3500, 10_000) | {"following": "true"})).content
    init = first.index(b"prft") - 4
    assert second[:init] == first[:init]
    joined = first + second[init:]
    assert same(decode_file(joined), footage.pictures)
    assert all(abs(at - n * 1000 / 30) <= 1 for n, at in enumerate(moments(joined)))


async def test_a_stretch_ends_where_the_format_changes(session_of, footage: Footage) -> None:
    camera = await Camera.objects.acreate(name="door", driver="none")
    await sync_to_async(record)(camera.pk, footage, segment_ms=4 * SECOND)
    small = video(frames=60, width=128, height=64, start_ms=START_MS + 20 * SECOND)
    await sync_to_async(record)(camera.pk, small)
    client = await session_of("jo", "operator")
    address = f"/api/v1/cameras/{camera.pk}/stretch.mp4"
    before = (await client.get(address, params=span(0, 60 * SECOND))).content
    assert same(decode_file(before), footage.pictures)
    after = (await client.get(address, params=span(10 * SECOND, 60 * SECOND))).content
    assert same(decode_file(after), small.pictures)
    assert moments(after)[0] == 20 * SECOND
    nothing = await client.get(address, params=span(22 * SECOND, 60 * SECOND))
    assert (nothing.status_code, nothing.content) == (204, b"")


async def test_a_preview_is_the_keyframe_and_may_be_kept(session_of, camera: Camera) -> None:
    client = await session_of("jo", "operator")
    known = [picture(number, 160, 96)[:, :, 0].astype(float) for number in range(300)]
    address = f"/api/v1/cameras/{camera.pk}/frame.jpg"
    answer = await client.get(address, params={"at": rfc3339(START_MS + 2900), "keyframe": "true"})
    seen = np.asarray(Image.open(io.BytesIO(answer.content)).convert("L"), float)
    assert int(np.argmin([np.abs(seen - one).mean() for one in known])) == 60
    assert answer.headers["Cache-Control"] == "private, max-age=86400, immutable"
    await Segment.objects.aupdate(state=State.OPEN)
    latest = await client.get(address, params={"at": rfc3339(START_MS + 9_900), "keyframe": "true"})
    assert latest.headers["Cache-Control"] == "private, max-age=1"
