"""NAL units and parameter sets, against what FFmpeg says of the same encodings."""

from __future__ import annotations

import io
from contextlib import suppress
from fractions import Fraction

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.media import h26x
from core.media.tests import footage
from core.media.units import Codec, Track

BOTH = pytest.mark.parametrize("codec", [Codec.H264, Codec.H265])


def encoder(codec: Codec, width: int = 322, height: int = 182, **options: str) -> av.VideoCodecContext:
    context = av.CodecContext.create({Codec.H264: "libx264", Codec.H265: "libx265"}[codec], "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = Fraction(1, 25), Fraction(25)
    quiet = {"x265-params": "log-level=none"} if codec is Codec.H265 else {}
    context.options = {"preset": "ultrafast", **quiet, **options}
    context.flags |= 1 << 22
    context.open()
    return context


def muxed(codec: Codec, **options: str) -> tuple[bytes, bytes]:
    """An encoder's parameter sets, and the decoder configuration record that FFmpeg's MP4 muxer makes of them."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream({Codec.H264: "libx264", Codec.H265: "libx265"}[codec], rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 322, 182, "yuv420p"
        for number in range(3):
            frame = av.VideoFrame.from_ndarray(footage.picture(number, 322, 182), "rgb24").reformat(format="yuv420p")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        ours = bytes(stream.codec_context.extradata or b"")
    file.seek(0)
    with av.open(file) as written:
        return ours, bytes(written.streams.video[0].codec_context.extradata or b"")


@BOTH
def test_the_picture_size_is_the_cropped_one_and_the_rate_is_known(codec: Codec) -> None:
    track = h26x.video_track(0, codec, bytes(encoder(codec).extradata or b""))
    assert (track.width, track.height, track.fps) == (322, 182, 25.0)


@pytest.mark.parametrize("profile", ["baseline", "main", "high", "high422", "high444"])
def test_every_h264_profile_is_read(profile: str) -> None:
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height = 322, 182
    context.pix_fmt = {"high422": "yuv422p", "high444": "yuv444p"}.get(profile, "yuv420p")
    context.time_base = Fraction(1, 25)
    context.options = {"profile": profile, "x264-params": "cqm=jvt" if profile.startswith("high") else ""}
    context.flags |= 1 << 22
    context.open()
    track = h26x.video_track(0, Codec.H264, bytes(context.extradata or b""))
    assert (track.width, track.height) == (322, 182)


def test_interlaced_h264_has_its_whole_height() -> None:
    context = encoder(Codec.H264, 720, 576, **{"x264-params": "tff=1"})
    assert h26x.video_track(0, Codec.H264, bytes(context.extradata or b"")).height == 576


def test_h265_with_scaling_lists_and_references_is_read_to_its_rate() -> None:
    context = encoder(
        Codec.H265, 1918, 1078, **{"x265-params": "log-level=none:scaling-list=default:ref=4:bframes=4:no-open-gop=1"}
    )
    track = h26x.video_track(0, Codec.H265, bytes(context.extradata or b""))
    assert (track.width, track.height, track.fps) == (1918, 1078, 25.0)


@pytest.mark.parametrize(
    ("options", "reorder"),
    [
        ("bframes=0", 0),  # pic_order_cnt_type 2
        ("bframes=1", 1),
        ("bframes=3:b-pyramid=none", 1),
        ("bframes=3:b-pyramid=normal", 2),
        ("bframes=3:b-pyramid=normal:nal-hrd=vbr:vbv-maxrate=900:vbv-bufsize=900", 2),  # behind HRD parameters
    ],
)
def test_h264_says_how_far_pictures_are_reordered(options: str, reorder: int) -> None:
    sets = h26x.ParameterSets(Codec.H264)
    assert sets.reorder is None
    sets.observe(h26x.split_annexb(bytes(encoder(Codec.H264, **{"x264-params": options}).extradata or b"")))
    assert sets.reorder == reorder


def test_h264_baseline_and_intra_profiles_reorder_nothing() -> None:
    baseline = h26x.split_annexb(bytes(encoder(Codec.H264, profile="baseline").extradata or b""))[0]
    assert h26x.parse_sps(Codec.H264, baseline).reorder == 0
    high = encoder(Codec.H264, **{"x264-params": "bframes=3:8x8dct=1"})
    made = h26x.split_annexb(bytes(high.extradata or b""))[0]
    assert (made[1], h26x.parse_sps(Codec.H264, made).reorder) == (100, 2)
    intra = made[:2] + bytes((made[2] | 0x10,)) + made[3:]
    assert h26x.parse_sps(Codec.H264, intra).reorder == 0


def test_an_h264_vui_that_ends_early_leaves_the_reordering_open() -> None:
    made = h26x.split_annexb(bytes(encoder(Codec.H264, **{"x264-params": "bframes=3"}).extradata or b""))[0]
    seen = h26x.parse_sps(Codec.H264, made[:-3])
    assert (seen.width, seen.height, seen.reorder) == (322, 182, None)


@pytest.mark.parametrize(("options", "reorder"), [("bframes=0", 0), ("bframes=4:b-pyramid=0", 1), ("bframes=4", 2)])
def test_h265_says_how_far_pictures_are_reordered(options: str, reorder: int) -> None:
    context = encoder(Codec.H265, **{"x265-params": f"log-level=none:{options}"})
    sets = h26x.ParameterSets(Codec.H265)
    sets.observe(h26x.split_annexb(bytes(context.extradata or b"")))
    assert sets.reorder == reorder


def test_the_avc_configuration_is_the_one_ffmpeg_writes() -> None:
    sets, theirs = muxed(Codec.H264, preset="medium")
    assert sets.startswith(b"\0\0\0\1g\x64"), "high profile"
    assert h26x.video_track(0, Codec.H264, sets).config == theirs


def test_the_hevc_configuration_names_the_same_profile_and_sets_as_ffmpegs() -> None:
    sets, theirs = muxed(Codec.H265, **{"x265-params": "log-level=none"})
    track = h26x.video_track(0, Codec.H265, sets)
    assert track.config[:13] == theirs[:13]
    assert track.config[16:19] == theirs[16:19]
    assert set(h26x.config_sets(Codec.H265, track.config)) <= set(h26x.config_sets(Codec.H265, theirs))


@BOTH
def test_a_configuration_gives_back_its_sets(codec: Codec) -> None:
    track = h26x.video_track(0, codec, bytes(encoder(codec).extradata or b""))
    sets = h26x.config_sets(codec, track.config)
    assert h26x.video_track(0, codec, track.config) == track
    assert h26x.video_track(0, codec, h26x.to_annexb(sets)) == track


@BOTH
@pytest.mark.parametrize("b_frames", [0, 2])
def test_keyframes_are_where_the_encoder_put_them(codec: Codec, b_frames: int) -> None:
    made = footage.video(codec, 40, gop=10, b_frames=b_frames)
    assert [at for at, unit in enumerate(made.units) if unit.keyframe] == [0, 10, 20, 30]


def test_intra_refresh_starts_at_its_recovery_points() -> None:
    context = encoder(Codec.H264, **{"x264-params": "intra-refresh=1:keyint=10"})
    packets = []
    for number in range(30):
        frame = av.VideoFrame.from_ndarray(footage.picture(number, 322, 182), "rgb24").reformat(format="yuv420p")
        frame.pts = number
        packets += context.encode(frame)
    packets += context.encode(None)
    keys = [h26x.is_keyframe(Codec.H264, h26x.split_annexb(bytes(packet))) for packet in packets]
    assert keys[0]
    assert sum(keys) >= 3


@BOTH
def test_changed_sets_in_band_make_a_new_track(codec: Codec) -> None:
    small, large = (bytes(encoder(codec, *size).extradata or b"") for size in ((322, 182), (640, 360)))
    sets = h26x.ParameterSets(codec)
    assert sets.observe(h26x.split_annexb(small))
    assert sets.complete
    assert not sets.observe(h26x.split_annexb(small))
    assert sets.observe(h26x.split_annexb(large))
    assert sets.track(0).width == 640


@BOTH
def test_damaged_sets_are_refused_not_believed(codec: Codec) -> None:
    good = h26x.split_annexb(bytes(encoder(codec).extradata or b""))
    sps = next(nal for nal in good if h26x.nal_type(codec, nal) in (h26x.H264_SPS, h26x.H265_SPS))
    for size in range(len(sps) // 2):
        with pytest.raises(ValueError, match=r"the parameter set"):
            h26x.parse_sps(codec, sps[:size])


@given(st.binary(max_size=200), st.sampled_from([Codec.H264, Codec.H265]))
def test_noise_raises_nothing_but_value_error(data: bytes, codec: Codec) -> None:
    for read in (h26x.parse_sps, h26x.config_sets, lambda c, d: list(h26x.split_prefixed(d))):
        with suppress(ValueError):
            read(codec, data)
    h26x.is_keyframe(codec, h26x.split_annexb(b"\0\0\1" + data))
    h26x.ParameterSets(codec).observe(h26x.split_annexb(b"\0\0\1" + data))


@given(st.lists(st.binary(min_size=1, max_size=50).filter(lambda nal: b"\0\0" not in nal and nal[-1]), max_size=8))
def test_both_framings_carry_the_same_units(nals: list[bytes]) -> None:
    assert h26x.split_annexb(h26x.to_annexb(nals)) == nals
    assert list(h26x.split_prefixed(h26x.annexb_to_prefixed(h26x.to_annexb(nals)))) == nals


def test_sets_are_put_in_band_once() -> None:
    made = footage.video(Codec.H264, 2)
    track, unit = made.info.tracks[0], made.units[0]
    data = h26x.in_band(track, unit.data)
    assert data.endswith(unit.data)
    assert h26x.in_band(track, data) is data


def test_codec_strings() -> None:
    high = h26x.video_track(0, Codec.H264, bytes(encoder(Codec.H264, 1920, 1080, level="4.0").extradata or b""))
    assert h26x.codec_string(high) == "avc1.42c028"
    main = h26x.video_track(0, Codec.H265, bytes(encoder(Codec.H265).extradata or b""))
    assert h26x.codec_string(main).startswith("hvc1.1.6.L")
    assert h26x.codec_string(Track(1, Codec.AAC, 16000, b"\x14\x08")) == "mp4a.40.2"
    assert h26x.codec_string(Track(1, Codec.FLAC, 8000)) == "flac"
    assert h26x.codec_string(Track(1, Codec.OPUS, 48000)) == "opus"
