"""Against GStreamer's ONVIF server: what was recorded comes with its times, what is said arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.media.rtsp.backchannel import open_backchannel
from core.media.rtsp.client import Target
from core.media.rtsp.replay import replayed
from core.media.units import AccessUnit, StreamInfo
from plugins.simulator import studio
from plugins.simulator.clips import load
from plugins.simulator.studio import Order
from tests.peers.gst import Recorder
from tests.rig.pictures import slice_digest

LOOP_MS, PERIOD_MS, GAP_MS = 4000, 40, 60_000


@pytest.fixture
def clip(simulator_cache: Path) -> Path:
    return studio.render(Order("counter", "peer", 9, 320, 180, 25, 4, audio="none"), simulator_cache).main


async def fetched(recorder: Recorder, start_ms: int, end_ms: int) -> list[AccessUnit]:
    found: list[AccessUnit] = []
    async with asyncio.timeout(60), aclosing(replayed(Target.of(recorder.replay), start_ms, end_ms)) as parts:
        async for part in parts:
            if not isinstance(part, StreamInfo):
                found += part
    return found


async def test_the_archive_comes_with_its_times(gst_recorder: Callable[..., Recorder], clip: Path) -> None:
    recorder = gst_recorder(clip, times=2)
    units = await fetched(recorder, recorder.start_ms, recorder.start_ms + 2 * LOOP_MS)
    sent = [slice_digest(unit.data) for unit in load(clip).units]
    assert [slice_digest(unit.data) for unit in units] == (sent * 2)[: len(units)]
    assert len(units) >= 2 * len(sent) - 1
    expected = [recorder.start_ms + number * PERIOD_MS for number in range(len(units))]
    assert max(abs(unit.wall_ms - at) for unit, at in zip(units, expected, strict=True)) <= 1


async def test_a_range_over_the_gap(gst_recorder: Callable[..., Recorder], clip: Path) -> None:
    recorder = gst_recorder(clip, times=2)
    first_end = recorder.start_ms + 2 * LOOP_MS
    units = await fetched(recorder, first_end - 2000, first_end + GAP_MS + 2000)
    assert units[0].wall_ms == pytest.approx(first_end - 2000, abs=1)
    step = max(pairwise(units), key=lambda pair: pair[1].wall_ms - pair[0].wall_ms)
    assert step[0].wall_ms == pytest.approx(first_end - PERIOD_MS, abs=1)
    assert step[1].wall_ms == pytest.approx(first_end + GAP_MS, abs=1)


async def test_what_is_said_arrives(gst_recorder: Callable[..., Recorder], clip: Path) -> None:
    recorder = gst_recorder(clip)
    tone = (8000 * np.sin(2 * np.pi * 700 * np.arange(16_000) / 8000)).astype("<i2").tobytes()
    async with asyncio.timeout(60), open_backchannel(Target.of(recorder.live)) as speaker:
        assert (speaker.codec, speaker.sample_rate) == ("pcmu", 8000)
        for at in range(0, len(tone), 640):
            await speaker.say(tone[at : at + 640])
            await asyncio.sleep(0.04)
        while recorder.heard.stat().st_size < 16_000:  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.05)
    heard = np.frombuffer(recorder.heard.read_bytes(), "<i2")
    spectrum = np.abs(np.fft.rfft(heard))
    assert abs(np.argmax(spectrum) * 8000 / len(heard) - 700) < 10
