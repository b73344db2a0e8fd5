"""What lies under a privacy mask leaves by no way, for who may not see it."""

from __future__ import annotations

import io
import json

import httpx
import numpy as np
import pytest
from asgiref.sync import sync_to_async
from numpy.typing import NDArray
from PIL import Image

from core.cameras.models import Camera
from core.cameras.queries import masks_on
from core.exports.models import Export
from core.exports.services import request_export
from core.media.tests.footage import START_MS, decode_file, video
from core.media.units import Codec
from core.web.moments import picture_at
from core.web.rest.times import rfc3339
from core.web.tests.recorded import record
from core.web.tests.test_transcoding import none_runs, received, watching
from core.web.tests.watched import address, camera, recorder, token_of

__all__ = ["camera", "recorder"]
pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.one_database]
LEFT = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]
"""The left half of the picture."""
LONG = 30


def halves(luma: NDArray[np.uint8]) -> tuple[float, float]:
    """How bright the left and the right half are, a margin around the edge left out."""
    quarter = luma.shape[1] // 8
    return float(luma[:, : 3 * quarter].mean()), float(luma[:, 5 * quarter :].mean())


def of_jpeg(data: bytes) -> tuple[float, float]:
    return halves(np.asarray(Image.open(io.BytesIO(data)).convert("L")))


def is_covered(left: float, right: float) -> bool:
    return left < 18 < 40 < right


@pytest.fixture
async def yard(fresh_volume) -> Camera:
    found = await Camera.objects.acreate(name="yard", driver="none", masks=[LEFT])
    await sync_to_async(record)(found.pk, video(Codec.H264, frames=50, gop=25))
    return found


async def test_recordings_are_covered_for_who_may_not_see(session_of, yard) -> None:
    watched = await session_of("jo", "operator", yard.pk)
    trusted = await session_of("root", "administrator")
    span = {"start": rfc3339(START_MS), "end": rfc3339(START_MS + 2000)}
    for name in ("stretch.mp4", "video.mp4"):
        covered, plain = [
            await who.get(f"/api/v1/cameras/{yard.pk}/{name}", params=span, timeout=LONG) for who in (watched, trusted)
        ]
        assert covered.status_code == plain.status_code == 200, name
        pictures = decode_file(covered.content)
        assert len(pictures) == len(decode_file(plain.content)) == 50, name
        assert all(is_covered(*halves(picture)) for picture in pictures), name
        assert not is_covered(*halves(decode_file(plain.content)[0])), name
    ranged = {"Range": "bytes=0-999"}
    part = await watched.get(f"/api/v1/cameras/{yard.pk}/video.mp4", params=span, headers=ranged, timeout=LONG)
    assert part.status_code == 200, "no byte of the recorded file"
    await none_runs()


async def test_pictures_are_covered_for_who_may_not_see(session_of, yard) -> None:
    frame = f"/api/v1/cameras/{yard.pk}/frame.jpg"
    for query in ({}, {"keyframe": "1"}, {"width": "160"}):
        query |= {"at": rfc3339(START_MS + 1300)}
        seen = {}
        for name, role in (("jo", "operator"), ("root", "administrator")):
            who: httpx.AsyncClient = await session_of(f"{name}{len(query)}{query.get('width', '')}", role)
            seen[name] = of_jpeg((await who.get(frame, params=query, timeout=LONG)).content)
        assert is_covered(*seen["jo"])
        assert not is_covered(*seen["root"])


async def test_what_is_sent_away_is_covered_for_everybody(yard) -> None:
    sent = await sync_to_async(picture_at)(yard.pk, START_MS + 500)
    assert sent is not None
    assert is_covered(*of_jpeg(sent))


async def test_live_pictures_are_covered_until_the_masks_change(served, person, camera, recorder, monkeypatch) -> None:
    monkeypatch.setattr("core.web.socket.live.Live.check_seconds", 0.2)
    footage = video(Codec.H264, frames=50, gop=25)
    await Camera.objects.filter(pk=camera.pk).aupdate(masks=[LEFT])
    cameras, _ = recorder
    headers = await token_of(person, "jo", "viewer", camera.pk)
    cameras.live.on_stream(footage.info)
    cameras.live.on_units(footage.units[:1])
    async with watching(address(served, camera), headers) as viewer:
        assert json.loads(await viewer.recv())["mime"].startswith('video/mp4; codecs="avc1.42')
        pictures = decode_file(await received(viewer, 2))
        assert pictures
        assert all(is_covered(*halves(picture)) for picture in pictures)
        await Camera.objects.filter(pk=camera.pk).aupdate(masks=[])
        await viewer.wait_closed()
        assert viewer.close_code == 4503
    await none_runs()


async def test_who_may_see_all_gets_live_pictures_as_they_come(served, person, camera, recorder) -> None:
    footage = video(Codec.H264, frames=50, gop=25)
    await Camera.objects.filter(pk=camera.pk).aupdate(masks=[LEFT])
    cameras, _ = recorder
    headers = await token_of(person, "root", "administrator")
    cameras.live.on_stream(footage.info)
    cameras.live.on_units(footage.units[:1])
    async with watching(address(served, camera), headers) as viewer:
        await viewer.recv()
        assert not is_covered(*halves(decode_file(await received(viewer, 2))[0]))


async def test_exports_are_covered_unless_the_requester_may_see(session_of, yard) -> None:
    body = {"items": [{"camera": yard.pk, "start": rfc3339(START_MS), "end": rfc3339(START_MS + 1000)}]}
    masks = []
    for name, role in (("jo", "operator"), ("root", "administrator")):
        made = await (await session_of(name, role)).post("/api/v1/exports/", json=body)
        assert made.status_code == 201, made.text
        masks.append((await Export.objects.aget(pk=made.json()["id"])).items[0].get("masks", []))
    assert masks == [[LEFT], []]
    item = {"camera": yard.pk, "name": "yard", "stream": 0, "start_ms": START_MS, "end_ms": START_MS + 1000}
    by_rule = await sync_to_async(request_export)(None, "rule", [item])
    assert by_rule.items[0]["masks"] == [LEFT]


@pytest.mark.parametrize(
    ("masks", "sentence"),
    [
        ([[[0, 0], [1, 1], [1, 0], [0, 1]]], "Mask 1: The mask's edges cross each other"),
        ([LEFT, [[0, 0], [1, 0]]], "Mask 2: A mask has 3 to 32 corners"),
        ([LEFT] * 17, "at most 16 masks"),
        ([[[0], [1], [2]]], "outside the picture"),
    ],
)
async def test_what_is_no_mask_is_refused(session_of, yard, masks: list[object], sentence: str) -> None:
    admin = await session_of("root", "administrator")
    answer = await admin.patch(f"/api/v1/cameras/{yard.pk}/", json={"masks": masks})
    assert answer.status_code == 400
    assert sentence in answer.json()["masks"][0]
    assert await sync_to_async(masks_on)(yard.pk, None) == (tuple(tuple(corner) for corner in LEFT),)
