"""Session descriptions as cameras write them."""

from __future__ import annotations

import pytest

from core.media.rtsp import sdp
from core.media.rtsp.formats import choose
from core.media.source import Fault, SourceError
from core.media.units import Codec

CAMERA = """v=0\r
o=- 1109162014219182 1109162014219192 IN IP4 x.y.z.w\r
s=Media Presentation\r
e=NONE\r
b=AS:5100\r
t=0 0\r
a=control:rtsp://192.0.2.7:554/Streaming/Channels/101/\r
m=video 0 RTP/AVP 96\r
b=AS:5000\r
a=recvonly\r
a=x-dimensions:1920,1080\r
a=control:rtsp://192.0.2.7:554/Streaming/Channels/101/trackID=1\r
a=rtpmap:96 H264/90000\r
a=framerate:25.0\r
a=fmtp:96 profile-level-id=420029; sprop-parameter-sets=Z00AKZpmA8ARPyzUBAQFAAADA+gAAMNQBA==,aO48gA==\r
m=audio 0 RTP/AVP 8\r
a=control:trackID=2\r
m=application 0 RTP/AVP 107\r
a=control:trackID=3\r
a=rtpmap:107 vnd.onvif.metadata/90000\r
"""


def test_a_camera_with_video_sound_and_metadata() -> None:
    found = sdp.parse(CAMERA)
    video, audio, metadata = found.media
    assert found.control == "rtsp://192.0.2.7:554/Streaming/Channels/101/"
    assert (video.encoding, video.clock_rate, video.fps, video.width, video.height) == ("H264", 90000, 25.0, 1920, 1080)
    assert video.parameters["sprop-parameter-sets"].endswith("aO48gA==")
    assert (audio.encoding, audio.clock_rate, audio.channels, audio.payload_type) == ("PCMA", 8000, 1, 8)
    assert metadata.kind == "application"
    chosen = choose(found, audio=True)
    assert [c.codec for c in chosen] == [Codec.H264, Codec.PCMA]
    assert [nal[0] & 31 for nal in chosen[0].parameter_sets()] == [7, 8]
    assert [c.codec for c in choose(found, audio=False)] == [Codec.H264]


@pytest.mark.parametrize(
    ("base", "control", "expected"),
    [
        ("rtsp://h/cam", "trackID=1", "rtsp://h/cam/trackID=1"),
        ("rtsp://h/cam/", "trackID=1", "rtsp://h/cam/trackID=1"),
        ("rtsp://h/cam?x=1", "track1", "rtsp://h/cam?x=1/track1"),
        ("rtsp://h/cam/", "rtsp://h:99/other", "rtsp://h:99/other"),
        ("rtsp://h/cam/", "/other/1", "rtsp://h/other/1"),
        ("rtsp://h/cam/", "*", "rtsp://h/cam/"),
        ("rtsp://h/cam", "", "rtsp://h/cam"),
    ],
)
def test_control_urls(base: str, control: str, expected: str) -> None:
    assert sdp.control_url(base, control) == expected


def _media(*lines: str) -> str:
    return "v=0\r\n" + "\r\n".join(lines) + "\r\n"


def test_aac_parameters() -> None:
    text = _media(
        "m=video 0 RTP/AVP 26",
        "m=audio 0 RTP/AVP 97",
        "a=rtpmap:97 mpeg4-generic/48000/2",
        "a=fmtp:97 streamtype=5;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1190",
    )
    video, audio = choose(sdp.parse(text), audio=True)
    assert video.codec is Codec.MJPEG
    track = audio.audio_track(1)
    assert (track.codec, track.config, track.sample_rate, track.channels) == (Codec.AAC, b"\x11\x90", 48000, 2)


def test_aac_without_config_is_made_from_rate_and_channels() -> None:
    text = _media("m=video 0 RTP/AVP 26", "m=audio 0 RTP/AVP 97", "a=rtpmap:97 MPEG4-GENERIC/16000/1")
    assert choose(sdp.parse(text), audio=True)[1].audio_track(1).config == b"\x14\x08"


def test_the_first_usable_video_and_sound_are_taken() -> None:
    text = _media(
        "m=video 0 RTP/AVP 96",
        "a=rtpmap:96 VP8/90000",
        "m=video 0 RTP/AVP 97",
        "a=rtpmap:97 H265/90000",
        "m=audio 0 RTP/AVP 98",
        "a=rtpmap:98 G726-32/8000",
        "m=audio 0 RTP/AVP 0",
    )
    assert [c.codec for c in choose(sdp.parse(text), audio=True)] == [Codec.H265, Codec.PCMU]


@pytest.mark.parametrize(
    ("lines", "fault", "words"),
    [
        (("m=video 0 RTP/AVP 96", "a=rtpmap:96 VP9/90000"), Fault.CODEC, "VP9"),
        (("m=video 0 RTP/AVP 33",), Fault.CODEC, "payload type 33"),
        (("m=audio 0 RTP/AVP 0",), Fault.PATH, "no video"),
    ],
)
def test_what_cannot_be_recorded_is_said(lines: tuple[str, ...], fault: Fault, words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        choose(sdp.parse(_media(*lines)), audio=True)
    assert caught.value.fault is fault


def test_sound_that_cannot_be_recorded_is_said_and_left_out(caplog: pytest.LogCaptureFixture) -> None:
    lines = "m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000", "m=audio 0 RTP/AVP 97", "a=rtpmap:97 MP4A-LATM/16000"
    found = sdp.parse(_media(*lines))
    assert [one.codec for one in choose(found, audio=False)] == [Codec.H264]
    assert not caplog.records
    assert [one.codec for one in choose(found, audio=True)] == [Codec.H264]
    assert "MP4A-LATM" in caplog.text


@pytest.mark.parametrize("text", ["", "v=0", "<html>", "m=\r\nm=video\r\nm=video x y z"])
def test_no_media_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="no media"):
        sdp.parse(text)
