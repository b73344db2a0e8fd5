"""Initialization segments read back."""

from dataclasses import replace

import pytest

from core.media.mp4.init import init_segment
from core.media.mp4.tracks_of import tracks_of
from core.media.tests.footage import audio, video
from core.media.units import Codec, Track

FLAC = Track(1, Codec.FLAC, 8000, bytes(range(34)), sample_rate=8000, channels=1)


@pytest.mark.parametrize("codec", [Codec.H264, Codec.H265, Codec.MJPEG])
@pytest.mark.parametrize("sound", [Codec.AAC, Codec.OPUS, Codec.FLAC, None])
def test_tracks_come_back_as_they_went_in(codec: Codec, sound: Codec | None) -> None:
    tracks = [replace(video(codec, frames=1).info.tracks[0], fps=0.0)]
    if sound is Codec.FLAC:
        tracks.append(FLAC)
    elif sound:
        tracks.append(audio(sound, seconds=0.2).info.tracks[0])
    assert tracks_of(init_segment(tracks)) == tuple(tracks)


def test_what_is_none_is_refused() -> None:
    whole = init_segment(video(frames=1).info.tracks)
    for cut in (b"", whole[:100], b"nonsense" * 20, whole[: len(whole) - 60]):
        with pytest.raises(ValueError, match=r"box|initialization|description"):
            tracks_of(cut)
