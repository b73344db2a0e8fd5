"""The lean client against our own server with real media: units equal the file's, one for one."""

from __future__ import annotations

import asyncio
import io
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from core.media.collector import Collector
from core.media.h26x import config_sets
from core.media.rtsp.client import RtspSource, Target
from core.media.rtsp.server import RtspServer
from core.media.rtsp.tests.clips import Clip, ClipFeed, clip
from core.media.rtsp.tests.scripted import SDP, Scripted, media, ok, running
from core.media.units import Codec

SECONDS = 20


@asynccontextmanager
async def serving(what: Clip, **options: object) -> AsyncIterator[RtspServer]:
    server = RtspServer("127.0.0.1", 0, **options)  # type: ignore[arg-type]
    server.mount("/clip", ClipFeed(what))
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def collect(server: RtspServer, what: Clip, target: Target | None = None, audio: bool = True) -> Collector:
    """Everything a client gets until it has as many units as the clip (but for the last of each track)."""
    collected = Collector()
    source = RtspSource(target or Target.of(f"rtsp://127.0.0.1:{server.port}/clip"), audio=audio)
    source.start(collected)
    async with asyncio.timeout(SECONDS):
        await collected.until(
            lambda: all(
                len(collected.of(t.index)) >= len(what.of(t.index)) for t in what.info.tracks if audio or t.is_video
            )
        )
        await source.stop()
    assert collected.error is None
    return collected


@pytest.mark.parametrize(
    ("video", "audio", "b_frames"),
    [
        ("libx264", "", 0),
        ("libx264", "aac", 0),
        ("libx264", "pcm_mulaw", 2),
        ("libx265", "pcm_alaw", 0),
        ("libx265", "libopus", 2),
    ],
)
async def test_units_equal_the_files(video: str, audio: str, b_frames: int) -> None:
    what = clip(video, audio, b_frames=b_frames)
    async with serving(what) as server:
        collected = await collect(server, what)
    assert len(collected.infos) == 1
    for sent in what.info.tracks:
        track = collected.infos[0].tracks[sent.index]
        assert (track.codec, track.width, track.height) == (sent.codec, sent.width, sent.height)
        assert (track.sample_rate, track.channels) == (sent.sample_rate, sent.channels)
        if track.codec is not Codec.OPUS:  # SDP does not say the encoder's pre-skip
            assert track.config == sent.config
        got, expected = collected.of(sent.index), what.of(sent.index)
        assert [unit.data for unit in got] == [unit.data for unit in expected]
        assert [unit.keyframe for unit in got] == [unit.keyframe for unit in expected]
        assert [unit.pts - got[0].pts for unit in got] == [unit.pts - expected[0].pts for unit in expected]
        assert all(a.dts < b.dts for a, b in pairwise(got))


@pytest.mark.parametrize("video", ["libx264", "libx265"])
async def test_decoding_times_of_b_frames_are_right_from_the_first_on(video: str) -> None:
    what = clip(video, b_frames=2)
    async with serving(what) as server:
        got = (await collect(server, what)).of(0)
    assert any(unit.pts != unit.dts for unit in got)
    assert all(unit.dts <= unit.pts for unit in got)
    steps = [b.dts - a.dts for a, b in pairwise(got)]
    assert set(steps) <= {2970, 3000, 3060, 3030}


async def test_mjpeg_pictures_are_the_same_pixels() -> None:
    what = clip("mjpeg", frames=12)
    async with serving(what) as server:
        collected = await collect(server, what)
    assert (collected.infos[0].tracks[0].width, collected.infos[0].tracks[0].height) == (320, 240)
    for got, sent in zip(collected.of(0), what.of(0), strict=True):
        assert np.array_equal(_pixels(got.data), _pixels(sent.data))


def _pixels(jpeg: bytes) -> np.ndarray:
    with av.open(io.BytesIO(jpeg), format="mjpeg") as container:
        return next(container.decode(video=0)).to_ndarray()


async def test_sound_can_be_left_out() -> None:
    what = clip(audio="aac")
    async with serving(what) as server:
        collected = await collect(server, what, audio=False)
    assert [track.codec for track in collected.infos[0].tracks] == [Codec.H264]
    assert {unit.track for unit in collected.units} == {0}


@pytest.mark.parametrize("scheme", ["digest", "basic"])
async def test_authentication(scheme: str) -> None:
    what = clip()
    async with serving(what, users={"op@site": "s:e/c ret"}, schemes=(scheme,)) as server:
        await collect(server, what, Target.of(f"rtsp://127.0.0.1:{server.port}/clip", "op@site", "s:e/c ret"))
        await collect(server, what, Target.of(f"rtsp://op%40site:s%3Ae%2Fc%20ret@127.0.0.1:{server.port}/clip"))


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    """A server's context with a certificate that nobody signed."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    subprocess.run([*command.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def test_rtsps(certificate: ssl.SSLContext) -> None:
    what = clip(audio="aac")
    async with serving(what, ssl_context=certificate) as server:
        url = f"rtsps://127.0.0.1:{server.port}/clip"
        collected = await collect(server, what, Target.of(url))
        assert [u.data for u in collected.of(0)] == [u.data for u in what.of(0)]
        distrusting = Collector()
        source = RtspSource(Target.of(url, verify=True))
        source.start(distrusting)
        await distrusting.until(lambda: False)
    assert distrusting.error is not None
    assert "not trusted" in distrusting.error.message


async def test_tracks_share_one_time_base_and_wall_time_follows_media_time() -> None:
    what = clip(audio="pcm_mulaw")
    async with serving(what) as server:
        collected = await collect(server, what)
    video, audio = (collected.of(index) for index in (0, 1))
    assert abs(video[0].pts / 90000 - audio[0].pts / 8000) < 0.5
    walls = [unit.wall_ms for unit in video]
    assert walls == sorted(walls)
    assert abs((walls[-1] - walls[0]) - (video[-1].pts - video[0].pts) / 90) <= 20


async def test_new_parameters_in_band_make_a_new_track() -> None:
    first, second = clip(frames=20), clip(frames=20, size=(160, 120))

    class Changing(ClipFeed):
        async def _push(self, sink: object) -> None:
            await super()._push(sink)  # type: ignore[arg-type]
            sink.on_stream(second.info)  # type: ignore[attr-defined]
            self.clip = second
            await super()._push(sink)  # type: ignore[arg-type]

    server = RtspServer("127.0.0.1", 0)
    server.mount("/clip", Changing(first))
    await server.start()
    collected, sizes = Collector(), []
    source = RtspSource(Target.of(f"rtsp://127.0.0.1:{server.port}/clip"))
    source.start(collected)
    async with asyncio.timeout(SECONDS):
        await collected.until(lambda: len(collected.units) >= 40)
    await source.stop()
    await server.stop()
    sizes = [(info.tracks[0].width, info.tracks[0].height) for info in collected.infos]
    assert sizes == [(320, 240), (160, 120)]
    assert [u.data for u in collected.units] == [u.data for u in (*first.units, *second.units)]


async def test_a_stream_whose_parameters_come_in_band_only_is_announced_with_them() -> None:
    sps, pps = bytes.fromhex("6742c01ed903c56840000003004000000c03c58b92"), bytes.fromhex("68cb8cb2")
    bare = SDP.replace(b"a=fmtp:96 sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==\r\n", b"")
    sent = [media(0, 0, b"\x41\x9a" + bytes(9)), media(1, 3000, sps), media(2, 3000, pps), media(3, 3000)]
    script = Scripted({"DESCRIBE": [ok(body=bare)]}, after_play=sent)
    async with running(script):
        collected = await _until_units(script, 1)
    assert config_sets(Codec.H264, collected.infos[0].tracks[0].config) == [sps, pps]
    assert len(collected.infos) == 1
    assert collected.units[0].keyframe


async def test_keep_alive_by_the_method_the_server_has() -> None:
    session = ok(("Session", "7;timeout=2"), ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1"))
    for public, method in (("OPTIONS, GET_PARAMETER", "GET_PARAMETER"), ("OPTIONS, PLAY", "OPTIONS")):
        script = Scripted({"SETUP": [session], "OPTIONS": [ok(("Public", public))]}, after_play=[media(0, 0)])
        async with running(script):
            source, collected = RtspSource(Target.of(f"rtsp://127.0.0.1:{script.port}/x")), Collector()
            source.start(collected)
            async with asyncio.timeout(SECONDS):
                await script.asked(method, 2 if method == "OPTIONS" else 1)
            await source.stop()
            async with asyncio.timeout(SECONDS):
                await script.asked("TEARDOWN")
        assert script.requests[-1].headers.get("Session") == "7"
        assert not collected.error


async def test_an_expired_nonce_is_answered_anew() -> None:
    def challenge(nonce: str, stale: str = "") -> object:
        return ok(("WWW-Authenticate", f'Digest realm="r", nonce="{nonce}"{stale}'), status=401, reason="Unauthorized")

    play = [challenge("two", ", stale=true"), ok()]
    script = Scripted({"DESCRIBE": [challenge("one"), ok(body=SDP)], "PLAY": play}, after_play=[media(0, 0)])  # type: ignore[dict-item, list-item]
    async with running(script):
        await _until_units(script, 1, Target.of(f"rtsp://127.0.0.1:{script.port}/x", "u", "p"))
    plays = [r.headers.get("Authorization") for r in script.requests if r.method == "PLAY"]
    assert 'nonce="one"' in plays[0]
    assert 'nonce="two"' in plays[1]


async def test_a_redirect_is_followed() -> None:
    async with running(Scripted(after_play=[media(0, 0)])) as last:
        moved = ok(("Location", f"rtsp://127.0.0.1:{last.port}/there"), status=302, reason="Moved")
        async with running(Scripted({"DESCRIBE": [moved]})) as first:
            await _until_units(first, 1)
        assert last.requests[0].url.endswith("/there")


async def test_channels_the_server_chooses_and_messages_between_media() -> None:
    setup = ok(("Session", "7"), ("Transport", "RTP/AVP/TCP;unicast;interleaved=8-9;ssrc=1"))
    asks = b"OPTIONS * RTSP/1.0\r\nCSeq: 41\r\n\r\n"
    packets = [media(0, 0, channel=8), asks, media(5, 0, channel=3), b"\r\n", media(1, 3000, channel=8)]
    script = Scripted({"SETUP": [setup]}, after_play=[b"".join(packets)[:150], b"".join(packets)[150:]])
    async with running(script):
        collected = await _until_units(script, 2)
    assert [unit.dts - collected.units[0].dts for unit in collected.units] == [0, 3000]


async def test_rtp_info_aligns_tracks() -> None:
    sdp = SDP + b"m=audio 0 RTP/AVP 0\r\na=control:track2\r\n"
    setups = [ok(("Session", "7"), ("Transport", f"RTP/AVP/TCP;interleaved={n}")) for n in ("0-1", "2-3")]
    info = "url=track1;seq=0;rtptime=1000,url=rtsp://127.0.0.1/x/track2;seq=0;rtptime=4294967000"
    sound = media(0, 4000 - 296, b"s" * 80, channel=2).replace(b"\x80\xe0", b"\x80\x80", 1)
    answers = {"DESCRIBE": [ok(body=sdp)], "SETUP": setups, "PLAY": [ok(("RTP-Info", info))]}
    script = Scripted(answers, after_play=[media(0, 1000) + sound])
    async with running(script):
        collected = await _until_units(script, 2)
    video, audio = collected.of(0)[0], collected.of(1)[0]
    assert audio.pts / 8000 - video.pts / 90000 == pytest.approx(0.5)


async def test_stop_is_idempotent_and_ends_a_source_before_its_first_step() -> None:
    collected = Collector()
    source = RtspSource(Target.of("rtsp://127.0.0.1:1/x"))
    source.start(collected)
    await source.stop()
    await source.stop()
    assert collected.ended
    assert collected.error is None
    await RtspSource(Target.of("rtsp://127.0.0.1:1/x")).stop()


async def _until_units(script: Scripted, count: int, target: Target | None = None) -> Collector:
    collected = Collector()
    source = RtspSource(target or Target.of(f"rtsp://127.0.0.1:{script.port}/x"))
    source.start(collected)
    async with asyncio.timeout(SECONDS):
        assert await collected.until(lambda: len(collected.units) >= count), collected.error
    await source.stop()
    return collected
