"""Talking: our client against our server, over TCP and UDP, in every codec; and servers that do not offer it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise

import av
import numpy as np
import pytest

from core.media.rtsp.backchannel import BACKCHANNEL, Backchannel, open_backchannel
from core.media.rtsp.sdp import parse
from core.media.rtsp.server import RtspServer
from core.media.rtsp.session import Target
from core.media.rtsp.tests.scripted import Scripted, ok, running
from core.media.rtsp.tests.talker import Talker
from core.media.rtsp.tests.test_server import HandFeed
from core.media.source import Fault, SourceError
from core.media.units import Codec, Track

RATE = 8000
TONE = 700  # Hz
PCMU = Track(1, Codec.PCMU, RATE, sample_rate=RATE, channels=1)
PCMA = Track(2, Codec.PCMA, RATE, sample_rate=RATE, channels=1)
AAC = Track(3, Codec.AAC, 16000, bytes.fromhex("1408"), sample_rate=16000, channels=1)
SECONDS = 20


class Ear:
    """Remembers what it hears."""

    def __init__(self, *tracks: Track) -> None:
        self.tracks: Sequence[Track] = tracks
        self.heard: list[tuple[Track, bytes, int]] = []

    def hear(self, track: Track, data: bytes, timestamp: int) -> None:
        self.heard.append((track, data, timestamp))


@asynccontextmanager
async def camera(ear: Ear | None, **options: object) -> AsyncIterator[tuple[RtspServer, str, HandFeed]]:
    server, feed = RtspServer(**options), HandFeed()
    server.mount("/gate", feed).listener = ear
    await server.start()
    try:
        yield server, f"rtsp://127.0.0.1:{server.port}/gate", feed
    finally:
        await server.stop()


def tone(rate: int, ms: int = 1000) -> Iterator[bytes]:
    """Pieces of 20 ms."""
    times = np.arange(rate * ms // 1000) / rate
    samples = (np.sin(2 * np.pi * TONE * times) * 12000).astype("<i2")
    for piece in samples.reshape(-1, rate // 50):
        yield piece.tobytes()


def peak(samples: np.ndarray, rate: int) -> float:
    """The loudest frequency."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def decoded(track: Track, frames: Sequence[bytes]) -> np.ndarray:
    names = {Codec.PCMU: "pcm_mulaw", Codec.PCMA: "pcm_alaw", Codec.AAC: "aac"}
    context = av.CodecContext.create(names[track.codec], "r")
    if track.codec is Codec.AAC:
        context.extradata = track.config
    context.sample_rate, context.layout = track.sample_rate, "mono"
    context.open()
    return np.concatenate([frame.to_ndarray()[0] for data in frames for frame in context.decode(av.Packet(data))])


async def say_all(channel: Backchannel, pieces: Iterator[bytes]) -> None:
    for piece in pieces:
        await channel.say(piece)
        await asyncio.sleep(0)


async def heard(ear: Ear, samples: int, per_frame: int) -> None:
    async with asyncio.timeout(SECONDS):
        while len(ear.heard) * per_frame < samples:  # noqa: ASYNC110 - the ear has no event
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("offered", [(PCMU, PCMA, AAC), (PCMA,), (AAC,)])
async def test_what_is_said_is_heard(offered: tuple[Track, ...]) -> None:
    ear, chosen = Ear(*offered), offered[0]
    async with camera(ear) as (_, url, feed), open_backchannel(Target.of(url)) as channel:
        assert (channel.codec, channel.sample_rate) == (chosen.codec, chosen.sample_rate)
        await say_all(channel, tone(channel.sample_rate))
        per_frame = 1024 if chosen is AAC else channel.sample_rate // 50
        await heard(ear, channel.sample_rate * 8 // 10, per_frame)
        assert feed.starts == 0, "nobody watches, so the camera does not film"
    assert {track for track, _, _ in ear.heard} == {chosen}
    samples = decoded(chosen, [data for _, data, _ in ear.heard])
    assert abs(peak(samples, chosen.sample_rate) - TONE) < 5
    times = [time for _, _, time in ear.heard]
    assert all((after - before) & 0xFFFFFFFF == per_frame for before, after in pairwise(times))


async def test_a_pause_is_a_pause_in_rtp_time() -> None:
    class Hands:
        now = 100.0

        def wall_ms(self) -> int:
            return round(self.now * 1000)

        def monotonic(self) -> float:
            return self.now

    ear, clock = Ear(PCMU), Hands()
    async with camera(ear) as (_, url, _), open_backchannel(Target.of(url), clock=clock) as channel:
        await channel.say(bytes(320))
        clock.now += 2.02
        await channel.say(bytes(320))
        await heard(ear, 320, 160)
    first, second = (time for _, _, time in ear.heard)
    assert (second - first) & 0xFFFFFFFF == 160 + 2 * RATE


async def test_with_a_password() -> None:
    ear = Ear(PCMU)
    async with camera(ear, users={"guard": "Secret-1"}) as (_, url, _):
        with pytest.raises(SourceError) as refused:
            async with open_backchannel(Target.of(url, "guard", "wrong")):
                pass
        assert refused.value.fault is Fault.CREDENTIALS
        async with open_backchannel(Target.of(url, "guard", "Secret-1")) as channel:
            await channel.say(bytes(320))
            await heard(ear, 160, 160)


async def test_a_camera_that_has_none() -> None:
    async with camera(None) as (_, url, _):
        with pytest.raises(SourceError, match="no loudspeaker") as refused:
            async with open_backchannel(Target.of(url)):
                pass
    assert refused.value.fault is Fault.CODEC


async def test_a_camera_that_does_not_mind_the_question() -> None:
    async with running(Scripted()) as script:
        with pytest.raises(SourceError, match="no loudspeaker"):
            async with open_backchannel(Target.of(f"rtsp://127.0.0.1:{script.port}/x")):
                pass
    assert script.requests[1].headers.get("Require") == BACKCHANNEL


async def test_over_udp_when_the_connection_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.media.rtsp import serving_connection

    offers = serving_connection.transport_offers
    monkeypatch.setattr(
        serving_connection, "transport_offers", lambda text: [one for one in offers(text) if not one.tcp]
    )
    ear = Ear(PCMU)
    async with camera(ear) as (_, url, _), open_backchannel(Target.of(url)) as channel:
        await say_all(channel, tone(RATE))
        await heard(ear, RATE, 160)
    assert abs(peak(decoded(PCMU, [data for _, data, _ in ear.heard]), RATE) - TONE) < 5


async def test_the_camera_leaves() -> None:
    ear = Ear(PCMU)
    async with camera(ear) as (server, url, _), open_backchannel(Target.of(url)) as channel:
        await channel.say(bytes(320))
        await server.stop()
        with pytest.raises(SourceError):
            async with asyncio.timeout(SECONDS):
                while True:
                    await channel.say(bytes(320))
                    await asyncio.sleep(0.01)


async def test_an_unknown_option_is_refused() -> None:
    async with camera(Ear(PCMU)) as (server, url, _):
        talker = await Talker.to(server.port)
        reply = await talker.say("DESCRIBE", url, Require="play.basic")
        assert (reply.status, reply.headers["unsupported"]) == (551, "play.basic")
        plain = await talker.say("DESCRIBE", url)
        assert b"sendonly" not in plain.body, "who does not ask is not offered it"


async def test_nothing_is_taken_for_pictures_or_from_strangers() -> None:
    ear = Ear(PCMU)
    async with camera(ear) as (server, url, _):
        talker = await Talker.to(server.port)
        await talker.say("SETUP", f"{url}/trackID=spoken", Transport="RTP/AVP/TCP;unicast;interleaved=4-5")
        await talker.say("PLAY", url)
        for channel, data in ((4, b"\x80"), (4, b"\x00" * 40), (9, b"\x80" * 40), (5, bytes(40))):
            talker.writer.write(b"$" + bytes((channel,)) + len(data).to_bytes(2) + data)
        packet = b"\x80\x00\x00\x01" + bytes(8) + b"\xff" * 160
        talker.writer.write(b"$\x04" + len(packet).to_bytes(2) + packet)
        await heard(ear, 160, 160)
        assert [data for _, data, _ in ear.heard] == [b"\xff" * 160]


def test_the_formats_of_a_real_description() -> None:
    """As the specification's own example has it (ONVIF Streaming Specification 5.3)."""
    described = parse(
        "v=0\r\nm=video 0 RTP/AVP 26\r\na=control:video\r\na=recvonly\r\n"
        "m=audio 0 RTP/AVP 0\r\na=control:audio\r\na=recvonly\r\n"
        "m=audio 0 RTP/AVP 0 97 98\r\na=control:audioback\r\na=rtpmap:0 PCMU/8000\r\n"
        "a=rtpmap:97 G726-16/8000\r\na=rtpmap:98 MPEG4-GENERIC/16000\r\na=sendonly\r\n"
    )
    assert [(one.encoding, one.payload_type, one.control) for one in described.backchannel()] == [
        ("PCMU", 0, "audioback"),
        ("G726-16", 97, "audioback"),
        ("MPEG4-GENERIC", 98, "audioback"),
    ]
    lying = parse("v=0\r\nm=video 0 RTP/AVP 26\r\na=sendonly\r\nm=audio 0 RTP/AVP 0\r\na=sendonly\r\n")
    assert lying.backchannel() == ()


async def test_a_description_that_promises_what_setup_refuses() -> None:
    script = Scripted({"SETUP": [ok(status=404, reason="Not Found")]})
    described = b"v=0\r\nm=audio 0 RTP/AVP 0\r\na=sendonly\r\na=control:back\r\n"
    script.answers["DESCRIBE"] = [ok(body=described)]
    async with running(script):
        with pytest.raises(SourceError):
            async with open_backchannel(Target.of(f"rtsp://127.0.0.1:{script.port}/x")):
                pass
