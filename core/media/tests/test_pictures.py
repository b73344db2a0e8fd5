"""JPEG pictures of the right frame."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import av
import numpy as np
import pytest

from core.media.pictures import PictureError, picture, picture_at, picture_of_file
from core.media.tests import footage
from core.media.tests.test_segmenter import record
from core.media.units import Codec, Track

ALL = pytest.mark.parametrize("codec", [Codec.H264, Codec.H265, Codec.MJPEG])


def seen(jpeg: bytes) -> np.ndarray:
    assert jpeg.startswith(b"\xff\xd8")
    (frame,) = av.CodecContext.create("mjpeg", "r").decode(av.Packet(jpeg))
    return footage.luma(frame)


def alike(jpeg: bytes, wanted: np.ndarray, full_range: bool) -> bool:
    """Same picture up to JPEG's loss; video luma of 16 to 235 becomes 0 to 255."""
    expected = wanted.astype(float) if full_range else (wanted.astype(float) - 16) * 255 / 219
    got = seen(jpeg)
    return got.shape == wanted.shape and float(np.abs(got - expected).mean()) < 3


@ALL
def test_a_keyframe_as_jpeg(codec: Codec) -> None:
    made = footage.video(codec, 31)
    jpeg = picture(made.info.tracks[0], made.units[30].data)
    assert alike(jpeg, made.pictures[30], codec is Codec.MJPEG)
    assert not alike(jpeg, made.pictures[0], codec is Codec.MJPEG)


@ALL
def test_scaled_down_but_never_up(codec: Codec) -> None:
    made = footage.video(codec, 1)
    assert seen(picture(made.info.tracks[0], made.units[0].data, 80)).shape == (48, 80)
    assert seen(picture(made.info.tracks[0], made.units[0].data, 1000)).shape == (96, 160)


@pytest.mark.parametrize("b_frames", [0, 2])
@pytest.mark.parametrize("number", [0, 7, 29])
def test_the_frame_at_a_time(b_frames: int, number: int) -> None:
    made = footage.video(Codec.H264, 30, b_frames=b_frames)
    first = made.units[0].pts
    jpeg = picture_at(made.info.tracks[0], made.units, first + number * 3000 + 1500)
    assert alike(jpeg, made.pictures[number], False)


@pytest.mark.parametrize(("at_ms", "number"), [(1000, 30), (1510, 45), (1999, 59), (9000, 89)])
def test_the_frame_of_a_file_at_a_time(at_ms: int, number: int) -> None:
    made = footage.together(footage.video(Codec.H264, 90), footage.audio(seconds=3))
    (segment,) = record(made, segment_ms=60_000)
    tail = segment.opened.init + segment.data[segment.fragments[2].offset :]
    assert alike(picture_of_file(tail, at_ms), made.pictures[number], False)


@pytest.mark.parametrize("data", [b"", b"\0" * 100, b"\0\0\0\x05\x65abcd"])
def test_no_picture_is_one_sentence(data: bytes) -> None:
    track = footage.video(Codec.H264, 1).info.tracks[0]
    with pytest.raises(PictureError, match="no picture"):
        picture(track, data)
    with pytest.raises(PictureError, match="no picture"):
        picture_of_file(data)


def test_sound_is_no_picture() -> None:
    with pytest.raises(PictureError, match="aac is no video"):
        picture(Track(0, Codec.AAC, 16_000), b"x")


def test_it_runs_in_another_process() -> None:
    made = footage.video(Codec.H264, 1)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(picture, made.info.tracks[0], made.units[0].data).result(60).startswith(b"\xff\xd8")
        with pytest.raises(PictureError, match="no picture"):
            pool.submit(picture_of_file, b"junk").result(60)
    # Errors must survive the way back from the pool, or the pool breaks.
    assert PictureError("no picture: x").__reduce__()[1] == ("no picture: x",)
