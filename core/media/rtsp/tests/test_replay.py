"""Fetching recordings: what was recorded when, however fast it comes and however it ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from core.media.rtsp.replay import replayed
from core.media.rtsp.replay_stamps import Stamp, stamp_of
from core.media.rtsp.session import Target
from core.media.rtsp.tests.clips import clip
from core.media.rtsp.tests.replaying import Card, kept
from core.media.source import Fault, SourceError
from core.media.units import AccessUnit, StreamInfo

SECONDS = 30


@dataclass
class Got:
    streams: list[StreamInfo] = field(default_factory=list)
    units: list[AccessUnit] = field(default_factory=list)

    def of(self, track: int) -> list[AccessUnit]:
        return [unit for unit in self.units if unit.track == track]


async def fetch(card: Card, start_ms: int, end_ms: int, got: Got | None = None, silent: float = 5.0) -> Got:
    got = got or Got()
    async with asyncio.timeout(SECONDS):
        async for part in replayed(Target.of(card.url), start_ms, end_ms, silent=silent):
            if isinstance(part, StreamInfo):
                got.streams.append(part)
            else:
                got.units += part
    return got


@pytest.mark.parametrize(
    ("video", "audio", "b"), [("libx264", "aac", 0), ("libx264", "", 2), ("libx265", "pcm_mulaw", 0)]
)
async def test_every_unit_comes_with_the_time_it_was_recorded(video: str, audio: str, b: int) -> None:
    what = clip(video, audio, b_frames=b)
    async with kept(Card(what)) as card:
        got = await fetch(card, card.start_ms, card.start_ms + card.length_ms + 1000)
    assert [track.codec for track in got.streams[0].tracks] == [track.codec for track in what.info.tracks]
    walls = {unit.pts: at_ms for unit, at_ms, _ in Card(what).units() if unit.track == 0}
    pictures = got.of(0)
    assert [unit.data for unit in pictures] == [unit.data for unit in what.of(0)]
    expected = [walls[unit.pts] for unit in what.of(0)]
    assert [abs(unit.wall_ms - at_ms) <= 1 for unit, at_ms in zip(pictures, expected, strict=True)] == [True] * 60
    assert all(after.dts > before.dts for before, after in pairwise(pictures))
    if audio:
        sound = got.of(1)
        assert len(sound) >= len(what.of(1)) - 2
        assert abs(sound[0].wall_ms - card.start_ms) < 100
    asked = next(request for request in card.requests if request.method == "PLAY").headers
    assert (asked.get("Require"), asked.get("Rate-Control"), asked.get("Immediate")) == ("onvif-replay", "no", "yes")
    assert asked.get("Range") == "clock=20231114T221320.000Z-20231114T221323.000Z"


async def test_a_range_in_the_middle_begins_with_the_keyframe_before() -> None:
    async with kept(Card(clip())) as card:
        got = await fetch(card, card.start_ms + 700, card.start_ms + 1400)
    assert got.units[0].keyframe
    assert got.units[0].wall_ms == card.start_ms + 500
    assert card.start_ms + 1300 < got.units[-1].wall_ms <= card.start_ms + 1401


@pytest.mark.parametrize("ways", [{"terminal": True}, {"terminal": False, "bye": True}])
async def test_the_end_is_told(ways: dict[str, bool]) -> None:
    """No silence is waited for: it would take longer than the test may."""
    async with kept(Card(clip(), **ways)) as card:
        got = await fetch(card, card.start_ms, card.start_ms + 3_600_000, silent=2 * SECONDS)
    assert len(got.units) == 60


async def test_the_end_is_not_told_but_reached() -> None:
    async with kept(Card(clip(), terminal=False)) as card:
        got = await fetch(card, card.start_ms, card.start_ms + card.length_ms + 100, silent=0.5)
    assert len(got.units) == 60


async def test_a_device_that_stops_in_the_middle() -> None:
    async with kept(Card(clip(), terminal=False, stop_after=20)) as card:
        got = Got()
        with pytest.raises(SourceError, match="before the end") as error:
            await fetch(card, card.start_ms, card.start_ms + 10_000, got, silent=0.5)
    assert error.value.fault is Fault.TIMEOUT
    assert len(got.units) >= 19, "what came counts"


async def test_a_device_that_hangs_up() -> None:
    async with kept(Card(clip(), terminal=False, stop_after=20, hang_up=True)) as card:
        got = Got()
        with pytest.raises(SourceError, match="closed the connection"):
            await fetch(card, card.start_ms, card.start_ms + 10_000, got)
    assert len(got.units) >= 19


async def test_recordings_that_do_not_say_when() -> None:
    async with kept(Card(clip(), stamped=False)) as card:
        with pytest.raises(SourceError, match="nothing of this time"):
            await fetch(card, card.start_ms, card.start_ms + 2000, silent=0.5)


async def test_what_is_missing_stays_missing() -> None:
    async with kept(Card(clip(), breaks={30: 60_000})) as card:
        got = await fetch(card, card.start_ms, card.start_ms + 100_000)
    before, after = got.of(0)[29], got.of(0)[30]
    assert abs(after.wall_ms - before.wall_ms - 60_033) <= 2
    assert abs((after.dts - before.dts) / 90 - 60_033) <= 2


async def test_the_reader_decides_how_fast() -> None:
    """Only what the buffers of two sockets hold goes ahead of who reads."""
    what = clip(size=(640, 480))
    async with kept(Card(what, repeat=60)) as card:
        parts = replayed(Target.of(card.url), card.start_ms, card.start_ms + card.length_ms)
        async with asyncio.timeout(SECONDS):
            async for part in parts:
                if not isinstance(part, StreamInfo):
                    break
        standing = -1
        while standing != card.sent:
            standing = card.sent
            await asyncio.sleep(0.3)
        size = sum(len(unit.data) for unit in what.units) * card.repeat
        assert card.sent < len(what.units) * card.repeat // 2, f"of {size} bytes"
        await parts.aclose()


def test_packets_without_a_stamp() -> None:
    plain = b"\x80\x60\x00\x01" + bytes(8) + b"payload"
    other = b"\x90\x60\x00\x01" + bytes(8) + b"\xbe\xde\x00\x03" + bytes(12) + b"payload"
    short = b"\x90\x60\x00\x01" + bytes(8) + b"\xab\xac"
    for packet in (plain, other, short, b""):
        assert stamp_of(packet, 0, len(packet)) is None
    seconds = (2_208_988_800 + 1).to_bytes(4)
    stamped = b"\x91\x60\x00\x01" + bytes(12) + b"\xab\xac\x00\x03" + seconds + b"\x80\0\0\0" + b"\xe0\0\0\0"
    assert stamp_of(stamped, 0, len(stamped)) == Stamp(1500.0, 0xE0)
