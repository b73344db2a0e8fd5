"""Our RTSP client against a server not of our making: every picture of the file arrives, byte for byte."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from core.media.collector import Collector
from core.media.rtsp.client import RtspSource, Target
from core.media.rtsp.tests.clips import clip
from core.media.source import Fault
from tests.peers.gst import gst_server

__all__ = ["gst_server"]


@pytest.mark.parametrize("b_frames", [0, 2])
async def test_pictures_from_gstreamer_equal_the_files(gst_server: Callable[..., str], b_frames: int) -> None:
    what = clip(audio="aac", b_frames=b_frames, container="mp4")
    url = gst_server(what.path, user="op", password="se:c/ret 1")  # noqa: S106 - of this test only
    collected = Collector()
    source = RtspSource(Target.of(url))
    source.start(collected)
    async with asyncio.timeout(40):
        assert await collected.until(lambda: len(collected.of(0)) >= len(what.of(0))), collected.error
    await source.stop()
    got, sent = collected.of(0), what.of(0)
    assert [unit.data for unit in got] == [unit.data for unit in sent]
    assert [unit.keyframe for unit in got] == [unit.keyframe for unit in sent]
    assert all(abs(g.pts - got[0].pts - s.pts + sent[0].pts) <= 2 for g, s in zip(got, sent, strict=True))
    sounds = {unit.data for unit in what.of(1)}
    assert collected.of(1)
    assert all(unit.data in sounds for unit in collected.of(1))


async def test_gstreamer_refuses_a_wrong_password(gst_server: Callable[..., str]) -> None:
    url = gst_server(clip(container="mp4").path, user="op", password="right")  # noqa: S106 - of this test only
    collected = Collector()
    source = RtspSource(Target.of(url.replace(":right@", ":wrong@")))
    source.start(collected)
    async with asyncio.timeout(20):
        await collected.until(lambda: False)
    assert collected.error is not None
    assert collected.error.fault is Fault.CREDENTIALS
