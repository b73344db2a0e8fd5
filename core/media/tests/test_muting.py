"""Files and fragments without their sound."""

from __future__ import annotations

import io

import av
import pytest

from core.media.mp4.assemble import VirtualMp4
from core.media.mp4.muting import blank, mute, muted
from core.media.tests import footage
from core.media.tests.test_assemble import piece, read, scene, whole
from core.media.tests.test_segmenter import record
from core.media.units import Codec


@pytest.mark.parametrize("codec", [Codec.H264, Codec.H265])
def test_a_silent_file_has_all_pictures_and_not_one_byte_of_sound(codec: Codec) -> None:
    made = scene(codec, 4)
    segments = record(made, segment_ms=2000)
    spoken = VirtualMp4([piece(segment) for segment in segments])
    silent = VirtualMp4([piece(segment) for segment in segments], silent=True)
    data = whole(silent)
    assert footage.same(footage.decode_file(data), made.pictures)
    with av.open(io.BytesIO(data)) as opened:
        assert [stream.type for stream in opened.streams] == ["video"]
    heard = [unit.data for unit in made.units if unit.track == 1 and len(unit.data) > 16]
    assert len(heard) > 40
    assert any(one in whole(spoken) for one in heard)
    assert not any(one in data for one in heard)
    assert silent.etag != spoken.etag


def test_any_byte_range_of_a_silent_file_is_the_same_as_of_the_whole() -> None:
    segments = record(scene(seconds=4), segment_ms=2000)
    silent = VirtualMp4([piece(segment) for segment in segments], silent=True)
    data = whole(silent)
    for start in range(0, silent.size, 977):
        for length in (1, 300, 5000):
            assert b"".join(silent.chunks(start, start + length, read)) == data[start : start + length]


def test_a_file_without_sound_is_the_same_when_it_is_silenced() -> None:
    segments = record(scene(seconds=2, sound=False))
    assert whole(VirtualMp4([piece(one) for one in segments], silent=True)) == whole(
        VirtualMp4([piece(one) for one in segments])
    )


def test_a_fragment_keeps_its_size_and_its_pictures() -> None:
    (segment,) = record(scene(seconds=2))
    for one in segment.fragments:
        stored = segment.data[one.offset : one.offset + one.size]
        quiet = muted(stored, {2})
        assert len(quiet) == len(stored)
        assert quiet.count(b"free") == stored.count(b"traf") - quiet.count(b"traf") + stored.count(b"free")
        spans = mute(bytearray(stored[: one.head]), one.size, {2})
        assert all(one.head <= begin < end <= one.size for begin, end in spans)
        assert all(quiet[begin:end] == bytes(end - begin) for begin, end in spans)


def test_only_what_lies_in_the_part_is_overwritten() -> None:
    data = bytearray(b"x" * 10)
    blank(data, [(0, 7), (12, 15), (18, 99)], offset=5)
    assert data == b"\0\0xxxxx\0\0\0"


def test_what_is_no_fragment_of_ours_is_refused() -> None:
    with pytest.raises(ValueError, match="not the head of a fragment"):
        mute(bytearray(200), 200, {2})
