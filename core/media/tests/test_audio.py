"""G.711 to FLAC, heard again by FFmpeg."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import av
import numpy as np
import pytest

from core.media.audio import RecordableAudio, Transcoder
from core.media.tests import footage
from core.media.tests.footage import START_MS
from core.media.tests.test_segmenter import record
from core.media.units import AccessUnit, Codec, StreamInfo, Track


def pcm(name: str, track: Track, units: list[AccessUnit]) -> np.ndarray:
    decoder = av.CodecContext.create(name, "r")
    decoder.sample_rate, decoder.layout = track.sample_rate, "mono"
    if track.config:
        decoder.extradata = track.config
    frames = [frame for unit in units for frame in decoder.decode(av.Packet(unit.data))]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def through(stage: RecordableAudio, made: footage.Footage) -> footage.Footage:
    info = stage.on_stream(made.info)
    return footage.Footage(info, [unit for sent in made.units for unit in stage.on_units([sent])], made.pictures)


@pytest.mark.parametrize(("codec", "name"), [(Codec.PCMU, "pcm_mulaw"), (Codec.PCMA, "pcm_alaw")])
@pytest.mark.parametrize("rate", [8000, 16_000])
def test_not_a_sample_is_changed(codec: Codec, name: str, rate: int) -> None:
    made = footage.audio(codec, 2, rate=rate, index=0)
    transcoder = Transcoder(made.info.tracks[0])
    out = [unit for sent in made.units for unit in transcoder.push(sent)]
    before, after = pcm(name, made.info.tracks[0], made.units), pcm("flac", transcoder.track, out)
    assert len(before) - len(after) < len(before) // 10
    assert np.array_equal(after, before[: len(after)])


def test_times_follow_the_source() -> None:
    made = footage.audio(Codec.PCMU, 2, rate=8000, index=0)
    transcoder = Transcoder(made.info.tracks[0])
    out = [unit for sent in made.units for unit in transcoder.push(sent)]
    assert out[0].dts == made.units[0].dts
    assert all(two.dts - one.dts == one.duration for one, two in pairwise(out))
    assert all(abs(u.wall_ms - START_MS - (u.dts - out[0].dts) // 8) <= 1 for u in out)


def test_a_gap_stays_a_gap() -> None:
    made = footage.audio(Codec.PCMU, 4, rate=8000, index=0)
    transcoder = Transcoder(made.info.tracks[0])
    sent = [u for u in made.units if not START_MS + 1000 <= u.wall_ms < START_MS + 3000]
    out = [unit for one in sent for unit in transcoder.push(one)]
    assert max(two.dts - one.dts for one, two in pairwise(out)) >= 16_000
    by_time = {u.dts: u.wall_ms for u in out}
    assert all(abs(wall - START_MS - (dts - 5000) // 8) <= 1 for dts, wall in by_time.items())


def test_a_recorded_camera_with_g711_has_sound() -> None:
    made = footage.together(footage.video(Codec.H264, 90), footage.audio(Codec.PCMA, 3, rate=8000))
    (segment,) = record(through(RecordableAudio(), made))
    assert [track.codec for track in segment.opened.tracks] == [Codec.H264, Codec.FLAC]
    with av.open(io.BytesIO(segment.data)) as container:
        heard = sum(frame.samples for frame in container.decode(audio=0))
    assert heard >= 2.7 * 8000
    assert footage.same(footage.decode_file(segment.data), made.pictures)


def test_other_sound_passes_untouched() -> None:
    made = footage.audio(Codec.AAC, 1)
    stage = RecordableAudio()
    assert stage.on_stream(made.info) == made.info
    assert stage.on_units(made.units) is made.units


@pytest.mark.parametrize("fault", [{"channels": 0}, {"channels": 9}, {"sample_rate": 0}, {"sample_rate": 10**8}])
def test_sound_that_cannot_be_transcoded_is_left_out(fault: dict[str, int]) -> None:
    made = footage.together(footage.video(Codec.H264, 30), footage.audio(Codec.PCMU, 1, rate=8000))
    broken = replace(made.info.tracks[1], **fault)
    made.info = StreamInfo((made.info.tracks[0], broken))
    out = through(RecordableAudio(), made)
    assert [track.codec for track in out.info.tracks] == [Codec.H264]
    assert len(out.units) == 30


def test_noise_and_empty_packets_raise_nothing() -> None:
    made = footage.audio(Codec.PCMU, 1, rate=8000)
    stage = RecordableAudio()
    stage.on_stream(made.info)
    for data in (b"", b"\0", b"\xff" * 9001):
        stage.on_units([replace(made.units[0], data=data)])
    assert len([unit for sent in made.units for unit in stage.on_units([sent])]) >= 5
