"""Recorded fragments of one codec in, of H.264 out."""

from __future__ import annotations

import numpy as np
import pytest

from core.media.mp4.init import init_segment
from core.media.mp4.reader import samples
from core.media.mp4.tracks_of import tracks_of
from core.media.segmenter import Ready, Segmenter
from core.media.stretch_transcoder import StretchTranscoder
from core.media.tests import footage
from core.media.tests.footage import Footage
from core.media.transcoder import CODEC
from core.media.units import AccessUnit, Codec, Track


def recorded(made: Footage) -> tuple[bytes, list[bytes]]:
    """An initialization segment and the fragments of half a second that the recorder writes."""
    segmenter = Segmenter(1, "main")
    events = [*segmenter.on_stream(made.info), *segmenter.push(made.units), *segmenter.flush()]
    tracks = list(made.info.tracks)
    return init_segment(tracks), [event.data for event in events if isinstance(event, Ready)]


def converted(
    init: bytes, fragments: list[bytes], from_ms: int = 0
) -> tuple[tuple[Track, ...], list[AccessUnit], bytes]:
    """The tracks, units and bytes that come out."""
    transcoder = StretchTranscoder(init, 1280, from_ms)
    out = [part for fragment in fragments for part in transcoder.push(fragment)] + list(transcoder.end())
    assert b"moov" in out[0]
    tracks = tracks_of(out[0])
    return tracks, [unit for part in out[1:] for unit in samples(part, tracks)], b"".join(out)


@pytest.mark.parametrize(("codec", "b_frames"), [(Codec.H265, 0), (Codec.H265, 2), (Codec.MJPEG, 0)])
def test_every_picture_has_its_time_and_looks_as_before(codec: Codec, b_frames: int) -> None:
    made = footage.together(footage.video(codec, 75, b_frames=b_frames), footage.audio(seconds=2.5))
    init, fragments = recorded(made)
    before = [unit for part in fragments for unit in samples(part, tracks_of(init))]
    tracks, after, data = converted(init, fragments)
    assert "avc1." + tracks[0].config[1:4].hex() == CODEC
    for track in (0, 1):
        times = [sorted(unit.pts for unit in units if unit.track == track) for units in (before, after)]
        assert times[0] == times[1]
    pictures = footage.decode_file(data)
    assert len(pictures) == 75
    black, span = (16, 219 / 255) if codec is Codec.MJPEG else (0, 1)  # black is 0 in JPEG and 16 in H.264
    wanted = [black + picture * span for picture in made.pictures]
    assert max(np.abs(one.astype(int) - two).mean() for one, two in zip(pictures, wanted, strict=True)) < 6


def test_what_comes_before_the_moment_is_only_decoded() -> None:
    made = footage.together(footage.video(Codec.H265, 75, gop=75), footage.audio(seconds=2.5))
    init, fragments = recorded(made)
    _, units, data = converted(init, fragments, 1000)
    pictures = [unit for unit in units if unit.track == 0]
    assert pictures[0].pts == 90_000
    assert pictures[0].keyframe
    assert len(footage.decode_file(data)) == 45
    sound = next(unit for unit in units if unit.track == 1)
    assert sound.dts <= 16_000 < sound.dts + 2048


def test_what_is_no_stretch_is_refused() -> None:
    with pytest.raises(ValueError, match="no initialization segment"):
        StretchTranscoder(b"", 1280)
