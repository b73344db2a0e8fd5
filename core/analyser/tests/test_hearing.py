"""Sound as cameras send it, decoded and cut into blocks."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator

import av
import pytest

from core.analyser.hearing import Blocks, Hearing
from core.analyser.packets import SAMPLE_BYTES
from core.media.units import AccessUnit, Codec, Track

AT = 1_790_000_000_000
RATE = 16_000


def sent(codec: str, seconds: float) -> tuple[Track, Iterator[AccessUnit]]:
    """A tone of half of full scale, as a camera would send it."""
    encoder = av.CodecContext.create(codec, "w")
    encoder.sample_rate, encoder.layout = RATE, "mono"
    encoder.format = "fltp" if codec == "aac" else "s16"
    encoder.open()
    track = Track(1, Codec(codec), RATE, bytes(encoder.extradata or b""), sample_rate=RATE, channels=1)
    size = encoder.frame_size or 1024

    def units() -> Iterator[AccessUnit]:
        for number in range(int(seconds * RATE / size)):
            at = number * size
            tone = [0.5 * math.sin(440 * math.tau * (at + n) / RATE) for n in range(size)]
            frame = av.AudioFrame(encoder.format.name, "mono", size)
            frame.sample_rate, frame.pts = RATE, at
            pcm = array("f", tone) if codec == "aac" else array("h", (round(32767 * one) for one in tone))
            frame.planes[0].update(pcm.tobytes())
            for packet in encoder.encode(frame):
                yield AccessUnit(1, at, at, size, True, AT + at * 1000 // RATE, bytes(packet))

    return track, units()


@pytest.mark.parametrize("codec", ["flac", "aac"])
def test_what_is_sent_is_heard_in_blocks(codec: str) -> None:
    track, units = sent(codec, 3)
    hearing, blocks = Hearing(track), Blocks(8000, 500)
    found = [block for unit in units for frame, at in hearing.push(unit) for block in blocks.cut(frame, at)]
    assert len(found) in (4, 5)
    assert all(abs(at - AT - 500 * number) < 200 for number, (at, _) in enumerate(found))
    assert {len(pcm) for _, pcm in found} == {4000 * SAMPLE_BYTES}
    for _, pcm in found[1:]:
        values = array("h", pcm)
        level = math.sqrt(sum(one * one for one in values) / len(values)) / 32768
        assert level == pytest.approx(0.5 / math.sqrt(2), rel=0.1)


def test_after_a_gap_a_block_begins_anew() -> None:
    track, units = sent("flac", 3)
    hearing, blocks = Hearing(track), Blocks(8000, 500)
    found = []
    for unit in units:
        later = 10_000 if unit.wall_ms >= AT + 1200 else 0
        for frame, at in hearing.push(unit):
            found += [at_ms - AT for at_ms, _ in blocks.cut(frame, at + later)]
    assert found[:2] == [0, 500]
    assert all(at > 11_000 for at in found[2:])


def test_what_is_no_sound_is_left_out() -> None:
    track, _ = sent("flac", 0)
    hearing = Hearing(track)
    assert hearing.push(AccessUnit(1, 0, 0, 10, True, AT, b"nonsense")) == []
    assert (
        Hearing(Track(1, Codec.PCMU, RATE, sample_rate=RATE, channels=1)).push(AccessUnit(1, 0, 0, 1, True, AT, b"x"))
        == []
    )
