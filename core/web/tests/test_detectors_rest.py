"""Detectors over HTTP: who may choose one, and who is shown what one sees."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from core.access.models import Role
from core.analyser.previews import Previews
from core.cameras.models import Camera
from core.configuration import configuration

pytestmark = pytest.mark.django_db(transaction=True)
PICTURE = b"\x89PNG of a yard"
MASK = [[0.0, 0.0], [0.5, 0.0], [0.5, 0.5]]


@pytest.fixture
async def previews() -> AsyncIterator[None]:
    """An analyser whose detector `motion` shows a picture on every camera."""

    def ask(camera_id: int, detector: str) -> int | None:
        if detector != "motion":
            return None
        asyncio.get_running_loop().call_soon(found.made, camera_id, PICTURE)
        return camera_id

    (configuration().data / "run").mkdir(exist_ok=True)
    found = Previews(configuration().data, ask)
    await found.start()
    yield
    await found.stop()


@pytest.fixture
async def yard() -> Camera:
    await Role.objects.acreate(name="fitter", permissions=["camera.view", "camera.manage"])
    return await Camera.objects.acreate(name="yard", driver="none")


async def test_who_sets_a_camera_up_is_shown_what_a_detector_sees(previews, session_of, yard: Camera) -> None:
    address = f"/api/v1/cameras/{yard.pk}/detectors/motion/preview.png"
    fitter = await session_of("fay", "fitter", yard.pk)
    shown = await fitter.get(address)
    assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, PICTURE, "image/png")
    assert (await fitter.get(address.replace("motion", "gone"))).status_code == 404
    assert (await (await session_of("jo", "operator", yard.pk)).get(address)).status_code == 403
    assert (await (await session_of("vi")).get(address)).status_code == 404


async def test_what_lies_under_masks_is_not_shown_that_way(previews, session_of, yard: Camera) -> None:
    await Camera.objects.filter(pk=yard.pk).aupdate(masks=[MASK])
    address = f"/api/v1/cameras/{yard.pk}/detectors/motion/preview.png"
    refused = await (await session_of("fay", "fitter", yard.pk)).get(address)
    assert refused.status_code == 403
    assert "masks" in json.dumps(refused.json())
    assert (await (await session_of("ada", "administrator")).get(address)).content == PICTURE


async def test_who_sets_up_a_single_camera_may_choose_a_detector(session_of, yard: Camera) -> None:
    assert (await (await session_of("fay", "fitter", yard.pk)).get("/api/v1/detectors/")).status_code == 200
    assert (await (await session_of("jo", "operator")).get("/api/v1/detectors/")).status_code == 403
