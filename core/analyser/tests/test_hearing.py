"""Sound as recorders pass it on, decoded and cut into blocks."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator

import pytest

from core.analyser.hearing import Blocks, Hearing
from core.analyser.packets import SAMPLE_BYTES
from core.media.audio import RecordableAudio
from core.media.live import LiveFragmenter
from core.media.mp4.reader import samples
from core.media.mp4.tracks_of import tracks_of
from core.media.tests import footage
from core.media.tests.footage import START_MS
from core.media.units import AccessUnit, Codec, Track

BLOCK_MS = 500
KINDS = {Codec.AAC: 16_000, Codec.OPUS: 48_000, Codec.PCMU: 8000, Codec.PCMA: 16_000}
"""What cameras send, and a rate of it."""


def carried(codec: Codec, rate: int, start_ms: int = START_MS) -> tuple[Track, list[AccessUnit]]:
    """Three seconds of a tone of half of full scale, beside pictures, on the way from the source to the analyser."""
    sight = footage.video(frames=30, fps=10, gop=10, width=64, height=64, start_ms=start_ms)
    made = footage.together(sight, footage.audio(codec, rate=rate, start_ms=start_ms))
    recordable, live = RecordableAudio(), LiveFragmenter()
    tracks = tracks_of(live.on_stream(recordable.on_stream(made.info)) or b"")
    fragments = [one for unit in made.units for one in live.push(recordable.on_units([unit]))]
    return tracks[1], [unit for one in fragments for unit in samples(one.data, tracks) if unit.track == 1]


def heard(hearing: Hearing, units: list[AccessUnit], blocks: Blocks, late_ms: int = 0) -> Iterator[tuple[int, bytes]]:
    for unit in units:
        for frame, at_ms in hearing.push(unit):
            yield from blocks.cut(frame, at_ms + late_ms)


def level(pcm: bytes) -> float:
    """Root of the mean square, as a part of full scale."""
    values = array("h", pcm)
    return math.sqrt(sum(one * one for one in values) / len(values)) / 32768


@pytest.mark.parametrize(("codec", "rate"), KINDS.items())
def test_what_is_sent_is_heard_in_blocks(codec: Codec, rate: int) -> None:
    track, units = carried(codec, rate)
    found = list(heard(Hearing(track), units, Blocks(8000, BLOCK_MS)))
    assert len(found) in (4, 5, 6)
    assert all(abs(at - START_MS - BLOCK_MS * number) < 200 for number, (at, _) in enumerate(found))
    assert {len(pcm) for _, pcm in found} == {4000 * SAMPLE_BYTES}
    for _, pcm in found[1:]:
        assert level(pcm) == pytest.approx(0.5 / math.sqrt(2), rel=0.1)


def test_a_camera_may_begin_to_send_sound_of_another_kind() -> None:
    blocks, found = Blocks(8000, BLOCK_MS), list[tuple[int, bytes]]()
    kinds = [(Codec.AAC, 16_000), (Codec.OPUS, 48_000), (Codec.PCMU, 8000), (Codec.AAC, 44_100)]
    for number, (codec, rate) in enumerate(kinds):
        track, units = carried(codec, rate, START_MS + number * 3000)
        found += heard(Hearing(track), units, blocks)
    times = [at for at, _ in found]
    assert times == sorted(times)
    assert len(found) >= 5 * len(kinds) - 2, "nothing is lost but where one kind ends"
    assert times[-1] > START_MS + 3 * 3000 + 1500, "the last kind is heard too"
    quiet = [at - START_MS for at, pcm in found if level(pcm) < 0.3]
    assert len(quiet) <= len(kinds), f"quiet at {quiet}: only a block where a kind begins may be"


def test_after_a_gap_a_block_begins_anew() -> None:
    track, units = carried(Codec.PCMU, 8000)
    hearing, blocks = Hearing(track), Blocks(8000, BLOCK_MS)
    first = [unit for unit in units if unit.wall_ms < START_MS + 1200]
    found = [at - START_MS for at, _ in heard(hearing, first, blocks)]
    found += [at - START_MS for at, _ in heard(hearing, units[len(first) :], blocks, late_ms=10_000)]
    assert len(found) == 5
    assert all(abs(at - expected) < 100 for at, expected in zip(found[:2], (0, 500), strict=True))
    assert all(at > 11_000 for at in found[2:])


def test_what_is_no_sound_is_left_out() -> None:
    track, units = carried(Codec.OPUS, 48_000)
    hearing = Hearing(track)
    assert hearing.push(AccessUnit(1, 0, 0, 10, True, START_MS, b"\xff" * 40)) == []
    assert [frame.sample_rate for unit in units[:5] for frame, _ in hearing.push(unit)][-1] == 48_000
    unknown = Hearing(Track(1, Codec.PCMU, 8000, sample_rate=8000, channels=1))
    assert unknown.push(AccessUnit(1, 0, 0, 1, True, START_MS, b"x")) == []
