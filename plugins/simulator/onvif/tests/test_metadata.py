"""The metadata track: who is in the picture, where the picture shows them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import av
import numpy as np
from lxml import etree

from core.api.media import RtspTarget, rtsp_documents
from plugins.simulator.head import Head, View
from plugins.simulator.onvif.markup import find, find_all, number
from plugins.simulator.onvif.metadata import Seer, described
from plugins.simulator.onvif.tests.schemas import schema
from plugins.simulator.onvif.tests.talking import Talker
from plugins.simulator.scenes.scene import SceneObject

YARD = {"scene": "yard", "seconds": 4, "fps": 10, "sub": False}


async def test_a_client_gets_documents_of_the_scene(client: Callable[..., Talker]) -> None:
    talker = await asyncio.to_thread(client, camera=YARD)
    address = talker.device.park.url("gate", credentials=False)
    seen: list[float] = []
    async with (
        asyncio.timeout(40),
        aclosing(rtsp_documents(RtspTarget.of(address, talker.device.user, talker.device.password))) as documents,
    ):
        async for document in documents:
            root = etree.fromstring(document)
            schema("tds")  # the types are those of the schema that every service imports
            for one in find_all(root, "VideoAnalytics/Frame/Object"):
                box = find(one, "Appearance/Shape/BoundingBox")
                assert number(box.get("left")) < number(box.get("right"))
                assert number(box.get("bottom")) < number(box.get("top"))
                seen.append(number(box.get("left")))
            if len(seen) > 5:
                break
    assert len(set(seen)) > 1, "they walk"


def test_the_pictures_still_play_beside_it(client: Callable[..., Talker]) -> None:
    talker = client(camera=YARD)
    with av.open(
        talker.device.park.url("gate", credentials=False).replace("rtsp://", "rtsp://admin:Secret-12@")
    ) as file:
        assert next(file.decode(video=0)).width == 320


def test_a_box_is_where_somebody_is(client: Callable[..., Talker]) -> None:
    """Pixels of a person differ from the empty yard's, and lie within the box that is told."""
    talker = client(camera=YARD)
    park = talker.device.device.park
    objects = park.objects("gate")
    assert objects is not None
    with av.open(str(park._stand("gate").footage.main_file)) as file:
        frames = [frame.to_ndarray(format="gray").astype(int) for frame in file.decode(video=0)]
    ground = np.median(np.stack(frames), axis=0)
    checked = 0
    for at, frame in enumerate(frames):
        for one in objects(at):
            left, top, width, height = one.box
            if left > 0 and left + width < 1:
                box = frame[
                    round(top * 180) : round((top + height) * 180), round(left * 320) : round((left + width) * 320)
                ]
                empty = ground[
                    round(top * 180) : round((top + height) * 180), round(left * 320) : round((left + width) * 320)
                ]
                checked += 1
                assert (np.abs(box - empty) > 30).mean() > 0.04
    assert checked > 20


def test_a_head_sees_its_part() -> None:
    class Still:
        def wall_ms(self) -> int:
            return 0

        def monotonic(self) -> float:
            return 0.0

    head = Head(lambda: 0.0)
    head.home = View()
    seer = Seer([], lambda number: [SceneObject(1, "person", (0.5, 0.5, 0.1, 0.2))], (4000, 10.0), Still(), head)
    (one,) = seer.seen(0)
    assert one.box == (0.5, 0.5, 0.2, 0.4), "at the widest a head sees the middle half"
    assert b"Human" in described([one], 0)
