"""A stream is decoded no further than it is asked for, and what comes out has its own time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.analyser.decoding import Decoding
from core.analyser.rates import Rate
from core.analyser.scaling import Reformatters, Scaler
from core.analyser.tests.clips import BEGIN_MS, HEIGHT, WIDTH, grey, units


def _looked(pictures: int, group: int, fps: float, b_frames: int = 0) -> tuple[list[int], int]:
    """Numbers of the pictures that a rate was given, and how many were decoded for it."""
    track, made = units(pictures, group, b_frames)
    decoding, rate, given, decoded = Decoding(track), Rate(fps), [], 0
    for unit in made:
        for wall_ms, frame in decoding.push(unit, lambda keyframe: rate.soonest_ms(keyframe=keyframe)):
            decoded += 1
            number = (wall_ms - BEGIN_MS) // 100
            luma = np.frombuffer(frame.planes[0], np.uint8)[:WIDTH]
            assert abs(int(luma.mean()) - grey(number)) <= 3
            if rate.due(wall_ms, keyframe=bool(frame.key_frame)):
                rate.given(wall_ms)
                given.append(number)
    return given, decoded


@pytest.mark.parametrize("b_frames", [0, 2])
def test_all_pictures_are_decoded_for_one_who_wants_all(b_frames: int) -> None:
    given, _ = _looked(60, 20, 10, b_frames)
    assert given[:50] == list(range(50))


def test_keyframes_only_decodes_these_alone() -> None:
    given, decoded = _looked(100, 20, 0)
    assert given == [0, 20, 40, 60, 80]
    assert decoded <= 5 + 19  # how long a group is, is known after the first


def test_a_group_is_decoded_as_far_as_asked() -> None:
    given, decoded = _looked(200, 20, 1)
    assert given == list(range(0, 200, 10))
    assert decoded <= 20 + 9 * 11  # the keyframe, and up to the picture in the group's middle


def test_what_cannot_be_decoded_is_left_out() -> None:
    track, made = units(40, 10)
    decoding = Decoding(track)
    made[12].data = b"\0\0\0\4oops"
    numbers = [(wall - BEGIN_MS) // 100 for unit in made for wall, _ in decoding.push(unit, lambda _: 0)]
    assert {*range(12), *range(20, 40)} <= set(numbers)


@pytest.mark.parametrize(
    ("width", "size"), [(0, (WIDTH, HEIGHT)), (32, (32, 24)), (33, (33, 25)), (999, (WIDTH, HEIGHT))]
)
def test_gray_is_luma_as_sent_at_the_asked_size(width: int, size: tuple[int, int]) -> None:
    track, made = units(3, 3)
    decoding = Decoding(track)
    frame = next(frame for unit in made for _, frame in decoding.push(unit, lambda _: 0))
    scaler = Scaler(width, "gray")
    assert scaler.size(frame) == size
    target = memoryview(bytearray(scaler.bytes_of(frame)))
    scaler.write(frame, target)
    assert len(target) == size[0] * size[1]
    assert abs(int(np.frombuffer(target, np.uint8).mean()) - grey(0)) <= 2  # not stretched to the full range


def test_colour_is_rgb_or_bgr() -> None:
    track, made = units(3, 3)
    decoding = Decoding(track)
    frame = next(frame for unit in made for _, frame in decoding.push(unit, lambda _: 0))
    pixels = {}
    for pixel_format in ("rgb24", "bgr24"):
        scaler = Scaler(32, pixel_format)  # a name of the loop
        target = bytearray(scaler.bytes_of(frame))
        scaler.write(frame, memoryview(target))
        pixels[pixel_format] = np.frombuffer(target, np.uint8).reshape(24, 32, 3)
    red, _, blue = pixels["rgb24"][0, 0].tolist()
    assert red > blue + 20
    assert np.allclose(pixels["rgb24"].astype(int), pixels["bgr24"][:, :, ::-1].astype(int), atol=3)


def test_lookers_of_the_same_size_share_tables_within_a_thread() -> None:
    tables = Reformatters()
    first = tables.get(WIDTH, HEIGHT, "yuv420p", 32, 24, "gray")
    assert tables.get(WIDTH, HEIGHT, "yuv420p", 32, 24, "gray") is first
    assert tables.get(WIDTH, HEIGHT, "yuv420p", 32, 24, "rgb24") is not first
    with ThreadPoolExecutor(1) as other:
        assert other.submit(tables.get, WIDTH, HEIGHT, "yuv420p", 32, 24, "gray").result() is not first
    for width in range(40, 48):
        tables.get(WIDTH, HEIGHT, "yuv420p", width, 24, "gray")
    assert tables.get(WIDTH, HEIGHT, "yuv420p", 32, 24, "gray") is not first  # the one unused for longest went
