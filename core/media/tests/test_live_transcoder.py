"""Live fragments of one codec in, of H.264 out."""

from __future__ import annotations

import numpy as np
import pytest

from core.media.live import LiveFragment, LiveFragmenter
from core.media.live_transcoder import LiveTranscoder
from core.media.mp4.reader import samples
from core.media.mp4.tracks_of import tracks_of
from core.media.tests import footage
from core.media.tests.footage import Footage
from core.media.units import Codec


def fragmented(made: Footage) -> tuple[bytes, list[LiveFragment]]:
    """What the recorder sends."""
    live = LiveFragmenter()
    init = live.on_stream(made.info)
    assert init
    return init, live.push(made.units)


def transcoded(
    transcoder: LiveTranscoder, fragments: list[LiveFragment], show: bool = True
) -> tuple[list[bytes], list[LiveFragment]]:
    out = [one for item in fragments for one in transcoder.push(item.data, show=show)]
    return [one for one in out if isinstance(one, bytes)], [one for one in out if isinstance(one, LiveFragment)]


def alike(pictures: list[np.ndarray], others: list[np.ndarray]) -> bool:
    """Lossy, but the same pictures."""
    return len(pictures) == len(others) and all(
        np.abs(one.astype(int) - other).mean() < 6 for one, other in zip(pictures, others, strict=True)
    )


@pytest.mark.parametrize(("codec", "b_frames"), [(Codec.H265, 0), (Codec.H265, 2), (Codec.MJPEG, 0)])
def test_every_picture_comes_out_at_its_time(codec: Codec, b_frames: int) -> None:
    made = footage.video(codec, frames=75, b_frames=b_frames)
    init, fragments = fragmented(made)
    transcoder = LiveTranscoder(1280)
    transcoder.begin(init)
    inits, out = transcoded(transcoder, fragments)
    assert len(inits) == 1
    assert tracks_of(inits[0])[0].codec is Codec.H264
    # With B-frames the decoder has not yet let go of the last.
    count = len(out)
    assert count >= 75 - b_frames - 1
    assert b_frames or count == 75
    walls = sorted(item.wall_ms for item in fragments)
    assert [item.wall_ms for item in out] == pytest.approx(walls[:count], abs=1.1, rel=0)
    assert [n for n, item in enumerate(out) if item.keyframe] == [0, 60]  # every 2 s
    decoded = footage.decode_file(inits[0] + b"".join(item.data for item in out))
    pictures = made.pictures[:count]
    if codec is Codec.MJPEG:  # black is 0 in JPEG and 16 in H.264
        pictures = [16 + picture * (219 / 255) for picture in pictures]
    assert alike(decoded, pictures)


def test_sound_goes_through_untouched() -> None:
    made = footage.together(footage.video(Codec.H265, frames=60), footage.audio(seconds=2))
    init, fragments = fragmented(made)
    transcoder = LiveTranscoder(1280)
    transcoder.begin(init)
    inits, out = transcoded(transcoder, fragments)
    before, after = tracks_of(init), tracks_of(inits[0])
    assert after[1] == before[1]
    heard = [unit.data for item in out for unit in samples(item.data, after) if unit.track == 1]
    sent = [unit.data for item in fragments for unit in samples(item.data, before) if unit.track == 1]
    assert len(heard) >= 25
    assert heard == sent[-len(heard) :]


def test_wide_pictures_are_made_as_small_as_they_are_shown() -> None:
    made = footage.video(Codec.H265, frames=3, width=322, height=182)
    init, fragments = fragmented(made)
    transcoder = LiveTranscoder(160)
    transcoder.begin(init)
    inits, _ = transcoded(transcoder, fragments)
    assert [(track.width, track.height) for track in tracks_of(inits[0])] == [(160, 90)]


def test_pictures_that_were_overtaken_are_not_made_but_those_after_them_are_right() -> None:
    made = footage.video(Codec.H265, frames=30)
    init, fragments = fragmented(made)
    transcoder = LiveTranscoder(1280)
    transcoder.begin(init)
    inits, first = transcoded(transcoder, fragments[:20], show=False)
    assert [item.keyframe for item in first] == [True]  # a keyframe in any case
    _, rest = transcoded(transcoder, fragments[20:])
    assert [item.wall_ms for item in rest] == [item.wall_ms for item in fragments[20:]]
    decoded = footage.decode_file(inits[0] + b"".join(item.data for item in first + rest))
    assert alike(decoded, [made.pictures[0], *made.pictures[20:]])


def test_another_size_begins_anew() -> None:
    transcoder = LiveTranscoder(1280)
    sizes = []
    for width in (160, 320):
        init, fragments = fragmented(footage.video(Codec.H265, frames=5, width=width))
        transcoder.begin(init)
        inits, out = transcoded(transcoder, fragments)
        sizes += [tracks_of(one)[0].width for one in inits]
        assert out[0].keyframe
    assert sizes == [160, 320]


def test_a_broken_picture_is_left_out_and_the_stream_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    made = footage.video(Codec.H265, frames=70, gop=30)
    for unit in made.units[10:13]:
        unit.data = b"\0\0\0\x08" + b"\xff" * 8
    init, fragments = fragmented(made)
    transcoder = LiveTranscoder(1280)
    transcoder.begin(init)
    _, out = transcoded(transcoder, fragments)
    shown = {item.wall_ms for item in out}
    assert {item.wall_ms for item in fragments[30:]} <= shown
    assert caplog.text.count("cannot be decoded") <= 1


def test_what_is_no_media_is_refused() -> None:
    transcoder = LiveTranscoder(640)
    with pytest.raises(ValueError, match="no initialization segment"):
        transcoder.begin(b"")
    with pytest.raises(ValueError, match="not a whole fragment"):
        list(transcoder.push(b"nonsense"))
