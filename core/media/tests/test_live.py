"""Live fragments, one for each frame."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import av
import pytest

from core.media.live import LiveFragment, LiveFragmenter
from core.media.mp4 import reader
from core.media.tests import footage
from core.media.tests.footage import START_MS, Footage
from core.media.units import AccessUnit, Codec


def show(made: Footage, batch: int = 3) -> tuple[LiveFragmenter, bytes, list[LiveFragment]]:
    live = LiveFragmenter()
    init = live.on_stream(made.info)
    assert init
    fragments = []
    for at in range(0, len(made.units), batch):
        fragments += live.push(made.units[at : at + batch])
    return live, init, fragments


def samples(live: LiveFragmenter, fragments: list[LiveFragment], track: int) -> list[AccessUnit]:
    return [unit for item in fragments for unit in reader.samples(item.data, live.tracks) if unit.track == track]


@pytest.mark.parametrize(("codec", "b_frames"), [(Codec.H264, 0), (Codec.H264, 2), (Codec.H265, 0)])
def test_each_frame_is_a_fragment_at_once(codec: Codec, b_frames: int) -> None:
    made = footage.together(footage.video(codec, 90, b_frames=b_frames), footage.audio(seconds=3))
    _, init, fragments = show(made, batch=1)
    assert [item.wall_ms for item in fragments] == [unit.wall_ms for unit in made.of(0)]
    assert [item.keyframe for item in fragments] == [unit.keyframe for unit in made.of(0)]
    assert footage.same(footage.decode_file(init + b"".join(item.data for item in fragments)), made.pictures)


def test_a_viewer_may_join_at_any_keyframe() -> None:
    made = footage.video(Codec.H264, 90)
    _, init, fragments = show(made)
    joined = init + b"".join(item.data for item in fragments[30:])
    assert footage.same(footage.decode_file(joined), made.pictures[30:])


def test_sound_goes_with_the_frames() -> None:
    made = footage.together(footage.video(Codec.H264, 90), footage.audio(seconds=3), late_ms=40)
    live, init, fragments = show(made)
    with av.open(io.BytesIO(init + b"".join(item.data for item in fragments))) as container:
        heard = sum(frame.samples for frame in container.decode(audio=0))
    assert heard >= 2.8 * 16_000
    steps = {two.dts - one.dts for one, two in _pairs(samples(live, fragments, 1))}
    assert steps == {1024}


def _pairs(units: list[AccessUnit]) -> list[tuple[AccessUnit, AccessUnit]]:
    return list(pairwise(units))


@pytest.mark.parametrize("jump", [-10_000_000, 10_000_000])
def test_a_jump_of_the_source_leaves_no_seam(jump: int) -> None:
    made = footage.together(footage.video(Codec.H264, 90), footage.audio(seconds=3))
    for unit in made.units:
        if unit.wall_ms >= START_MS + 1500:
            unit.dts += jump
            unit.pts += jump
    live, _, fragments = show(made)
    shown, heard = samples(live, fragments, 0), samples(live, fragments, 1)
    assert {two.dts - one.dts for one, two in _pairs(shown)} == {3000}
    assert all(two.dts > one.dts for one, two in _pairs(heard))
    assert abs(heard[-1].dts * 1000 // 16_000 - shown[-1].dts // 90) < 150


def test_new_parameters_start_a_new_presentation() -> None:
    made, large = footage.video(Codec.H264, 10), footage.video(Codec.H264, 10, width=320, height=192)
    live, _, _ = show(made)
    assert live.on_stream(made.info) is None
    init = live.on_stream(large.info)
    assert init
    assert live.push([replace(large.units[1], keyframe=False)]) == []
    fragments = live.push(large.units)
    assert footage.same(footage.decode_file(init + b"".join(item.data for item in fragments)), large.pictures)


def test_sound_without_a_picture_gathers_no_memory() -> None:
    made = footage.together(footage.video(Codec.H264, 30), footage.audio(seconds=60))
    live, _, _ = show(made)
    late = footage.video(Codec.H264, 31).units[30]
    (fragment,) = live.push([replace(late, dts=late.dts + 90_000 * 9)])
    assert len(reader.samples(fragment.data, live.tracks)) <= 65


def test_what_cannot_be_shown_has_no_presentation() -> None:
    live = LiveFragmenter()
    assert live.on_stream(footage.audio(seconds=1).info) == b""
    assert live.tracks == ()
    assert live.push(footage.audio(seconds=1).units) == []
