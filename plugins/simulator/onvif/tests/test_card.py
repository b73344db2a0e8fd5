"""The card: found by Search, replayed by RTSP; and the speaker, that keeps what it was told."""

from __future__ import annotations

import asyncio
import io
import time
import wave
from collections.abc import Callable
from contextlib import aclosing
from itertools import pairwise

import numpy as np
import pytest

from core.api import AccessUnit, StreamInfo
from core.api.media import RtspTarget, open_backchannel, replayed
from plugins.simulator.onvif.markup import find_all, instant, text, trc, trp, tse
from plugins.simulator.onvif.tests.talking import Refused, Talker

Client = Callable[..., Talker]
NOW = 1_790_000_000_000
KEPT: list[tuple[int, int | None]] = [(NOW - 600_000, NOW - 300_000), (NOW - 120_000, NOW - 60_000)]


def test_readings_fit_the_schema(client: Client) -> None:
    talker = client(channels=2)
    for prefix, operations in {
        "trc": ("GetServiceCapabilities", "GetRecordings", "GetRecordingJobs"),
        "tse": ("GetServiceCapabilities", "GetRecordingSummary"),
        "trp": ("GetServiceCapabilities", "GetReplayConfiguration"),
    }.items():
        for operation in operations:
            talker.ask(prefix, operation)
    talker.ask("trc", "GetRecordingConfiguration", trc("RecordingToken", "gate1_recording"))
    talker.ask("tse", "GetMediaAttributes", tse("RecordingTokens", "gate1_recording"), tse("Time", instant(NOW)))
    with pytest.raises(Refused, match="NoRecording"):
        talker.ask("trp", "GetReplayUri", trp("RecordingToken", "attic"))


def test_recordings_and_their_gaps_are_found(client: Client) -> None:
    talker = client()
    talker.device.keep(KEPT)
    token = text(talker.ask("tse", "FindRecordings", tse("Scope"), tse("KeepAliveTime", "PT10S")), "SearchToken")
    found = talker.ask("tse", "GetRecordingSearchResults", tse("SearchToken", token))
    assert text(found, "ResultList/SearchState") == "Completed"
    told = text(found, "ResultList/RecordingInformation/RecordingToken")
    assert told == "gate_recording"
    talker.ask("tse", "EndSearch", tse("SearchToken", token))
    about = talker.ask("tse", "GetRecordingInformation", tse("RecordingToken", told))
    assert text(about, "RecordingInformation/EarliestRecording") == instant(NOW - 600_000)
    token = text(
        talker.ask(
            "tse",
            "FindEvents",
            tse("StartPoint", instant(NOW - 700_000)),
            tse("EndPoint", instant(NOW)),
            tse("Scope"),
            tse("SearchFilter"),
            tse("IncludeStartState", True),
            tse("KeepAliveTime", "PT10S"),
        ),
        "SearchToken",
    )
    results = find_all(talker.ask("tse", "GetEventSearchResults", tse("SearchToken", token)), "ResultList/Result")
    marks = [
        (text(one, "Time"), text(one, "StartStateEvent")) for one in results if text(one, "TrackToken") == "VIDEO001"
    ]
    assert marks == [(instant(NOW - 700_000), "true")] + [(instant(at), "false") for pair in KEPT for at in pair if at]


async def fetched(talker: Talker, start_ms: int, end_ms: int) -> list[AccessUnit]:
    address = text(talker.ask("trp", "GetReplayUri", trp("RecordingToken", "gate_recording")), "Uri")
    target = RtspTarget.of(address, talker.device.user, talker.device.password)
    found: list[AccessUnit] = []
    async with aclosing(replayed(target, start_ms, end_ms)) as parts:
        async for part in parts:
            if not isinstance(part, StreamInfo):
                found += part
    return found


async def test_the_card_holds_what_was_sent_then_faster_than_real_time(client: Client) -> None:
    talker = client()
    talker.device.keep(KEPT)
    began = time.monotonic()
    units = [unit for unit in await fetched(talker, NOW - 310_000, NOW - 110_000) if unit.track == 0]
    assert time.monotonic() - began < 60
    step = max(pairwise(units), key=lambda pair: pair[1].wall_ms - pair[0].wall_ms)
    assert step[0].wall_ms < NOW - 300_000 and NOW - 120_000 <= step[1].wall_ms < NOW - 115_000
    assert len(units) == pytest.approx(200, abs=45)  # 10 a second, of 20 s and their groups' begin


async def test_what_is_said_is_heard(client: Client) -> None:
    talker = client()
    target = RtspTarget.of(talker.device.park.url("gate", credentials=False), "admin", talker.device.password)
    tone = (8000 * np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)).astype("<i2")
    await _say(target, tone.tobytes())
    with wave.open(io.BytesIO(talker.device.heard())) as file:
        heard = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        spectrum = np.abs(np.fft.rfft(heard))
        assert abs(np.argmax(spectrum) * file.getframerate() / len(heard) - 1000) < 10
        assert len(heard) > 6000


async def _say(target: RtspTarget, pcm: bytes) -> None:
    async with open_backchannel(target) as speaker:
        size = 2 * speaker.sample_rate // 25
        for at in range(0, len(pcm), size):
            await speaker.say(pcm[at : at + size])
            await asyncio.sleep(0.02)
