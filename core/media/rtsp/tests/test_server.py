"""The server's protocol, byte by byte, and its manners towards slow, silent and rude clients."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
from collections.abc import AsyncIterator, Callable

import pytest

from core.media.rtsp import serving_connection, serving_player
from core.media.rtsp.server import Conduct, Mount, RtspServer
from core.media.rtsp.tests.talker import Talker
from core.media.source import Fault, PacketSink, SourceError
from core.media.units import AccessUnit, Codec, StreamInfo, Track

TCP = "RTP/AVP/TCP;unicast;interleaved=0-1"
PICTURE = Track(0, Codec.H264, 90_000, width=320, height=180)
SOUND = Track(1, Codec.PCMU, 8000, sample_rate=8000, channels=1)
START_MS = 1_700_000_000_000


def picture(number: int, *, keyframe: bool = False, size: int = 100) -> AccessUnit:
    nal = bytes((0x65 if keyframe else 0x41,)) + bytes(size - 1)
    return AccessUnit(0, number * 3600, number * 3600, 3600, keyframe, START_MS + number * 40, size.to_bytes(4) + nal)


class HandFeed:
    """A feed that sends what the test pushes."""

    def __init__(self, *tracks: Track) -> None:
        self.info = StreamInfo(tracks or (PICTURE,))
        self.sink: PacketSink | None = None
        self.starts = 0
        self.missing: SourceError | None = None

    async def describe(self) -> StreamInfo:
        if self.missing is not None:
            raise self.missing
        return self.info

    def start(self, sink: PacketSink) -> None:
        self.sink = sink
        self.starts += 1
        sink.on_stream(self.info)

    def stop(self) -> None:
        self.sink = None

    def push(self, *units: AccessUnit) -> None:
        assert self.sink is not None, "nobody plays"
        self.sink.on_units(units)


@pytest.fixture
def feed() -> HandFeed:
    return HandFeed()


@pytest.fixture
async def server(feed: HandFeed) -> AsyncIterator[RtspServer]:
    server = RtspServer()
    server.mount("/gate/main", feed)
    await server.start()
    yield server
    await server.stop()


def mount_of(server: RtspServer) -> Mount:
    mount = server.find("/gate/main")
    assert mount is not None
    return mount


def url(server: RtspServer, tail: str = "") -> str:
    return f"rtsp://127.0.0.1:{server.port}/gate/main{tail}"


async def playing(server: RtspServer) -> Talker:
    talker = await Talker.to(server.port)
    assert (await talker.say("SETUP", url(server, "/trackID=0"), Transport=TCP)).status == 200
    assert (await talker.say("PLAY", url(server))).status == 200
    return talker


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - transports and mounts have no event for what is awaited here
            await asyncio.sleep(0.005)


async def test_a_session_from_options_to_teardown(server: RtspServer, feed: HandFeed) -> None:
    talker = await Talker.to(server.port)
    assert "DESCRIBE" in (await talker.say("OPTIONS", url(server))).headers["public"]
    described = await talker.say("DESCRIBE", url(server))
    assert b"a=rtpmap:96 H264/90000\r\n" in described.body
    assert described.headers["content-base"] == url(server) + "/"
    setup = await talker.say("SETUP", url(server, "/trackID=0"), Transport=TCP)
    assert setup.headers["transport"].startswith(TCP)
    assert setup.headers["session"].endswith(";timeout=60")
    assert feed.sink is None, "the feed must rest until somebody plays"
    played = await talker.say("PLAY", url(server))
    feed.push(picture(0, keyframe=True))
    report, packet = await talker.packet(), await talker.packet()
    assert (report.channel, report.data[1]) == (1, 200)
    assert int.from_bytes(report.data[8:12]) == START_MS // 1000 + 2_208_988_800
    assert packet.channel == 0 and packet.marker
    assert f"seq={packet.sequence}" in played.headers["rtp-info"]
    assert int.from_bytes(report.data[16:20]) == packet.timestamp
    assert (await talker.say("GET_PARAMETER", url(server))).status == 200
    assert (await talker.say("TEARDOWN", url(server))).status == 200
    assert feed.sink is None


async def test_pause_stops_the_feed_and_play_starts_it_again(server: RtspServer, feed: HandFeed) -> None:
    talker = await playing(server)
    assert (await talker.say("PAUSE", url(server))).status == 200
    assert feed.sink is None
    assert (await talker.say("PLAY", url(server))).status == 200
    assert feed.starts == 2


async def test_who_joins_later_gets_the_pictures_since_the_last_keyframe(server: RtspServer, feed: HandFeed) -> None:
    first = await playing(server)
    feed.push(picture(0, keyframe=True), picture(1))
    feed.push(picture(2, keyframe=True), picture(3), picture(4))
    second = await playing(server)
    feed.push(picture(5))
    stamps = [packet.timestamp for packet in [await second.packet() for _ in range(5)] if packet.channel == 0]
    assert [stamp - stamps[0] & 0xFFFFFFFF for stamp in stamps] == [0, 3600, 7200, 10800]
    assert feed.starts == 1
    first.writer.close()
    second.writer.close()
    await until(lambda: feed.sink is None)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("DESCRIBE", "/nowhere", {}, 404),
        ("SETUP", "/gate/main/trackID=7", {"Transport": TCP}, 404),
        ("SETUP", "/gate/main/trackID=0", {"Transport": "RTP/AVP;multicast"}, 461),
        ("SETUP", "/gate/main/trackID=0", {"Transport": "nonsense"}, 461),
        ("SETUP", "/gate/main/trackID=0", {"Transport": "RTP/AVP;unicast;client_port=90000-90001"}, 461),
        ("PLAY", "/gate/main", {}, 454),
        ("PAUSE", "/gate/main", {}, 454),
        ("TEARDOWN", "/gate/main", {}, 454),
        ("ANNOUNCE", "/gate/main", {}, 405),
    ],
)
async def test_what_cannot_be_done_is_said(
    server: RtspServer, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    talker = await Talker.to(server.port)
    assert (await talker.say(method, f"rtsp://127.0.0.1:{server.port}{path}", **headers)).status == status


async def test_a_feed_that_has_nothing_is_unavailable(server: RtspServer, feed: HandFeed) -> None:
    feed.missing = SourceError(Fault.TIMEOUT, "The camera is silent.")
    talker = await Talker.to(server.port)
    assert (await talker.say("DESCRIBE", url(server))).status == 503
    feed.missing = None
    assert (await talker.say("DESCRIBE", url(server))).status == 200


@pytest.mark.parametrize("rubbish", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01 nonsense\r\n\r\n", b"A" * 40_000])
async def test_rubbish_ends_the_connection_and_nothing_else(server: RtspServer, rubbish: bytes) -> None:
    rude = await Talker.to(server.port)
    rude.writer.write(rubbish)
    await rude.closed()
    assert (await (await Talker.to(server.port)).say("DESCRIBE", url(server))).status == 200


async def test_digest_and_basic() -> None:
    for scheme in ("digest", "basic"):
        server = RtspServer(users={"ann": "pass word"}, schemes=(scheme,))
        server.mount("/gate/main", HandFeed())
        await server.start()
        talker = await Talker.to(server.port)
        refused = await talker.say("DESCRIBE", url(server))
        challenge = refused.headers["www-authenticate"]
        assert refused.status == 401 and challenge.lower().startswith(scheme)
        for password, status in (("wrong", 401), ("pass word", 200)):
            if scheme == "digest":
                answer = await talker.say_as("ann", password, "DESCRIBE", url(server), challenge)
            else:
                token = base64.b64encode(f"ann:{password}".encode()).decode()
                answer = await talker.say("DESCRIBE", url(server), Authorization=f"Basic {token}")
            assert answer.status == status
        assert (await talker.say("DESCRIBE", f"rtsp://127.0.0.1:{server.port}/nowhere")).status == 401
        await server.stop()


async def test_a_digest_of_another_connection_is_refused() -> None:
    server = RtspServer(users={"ann": "secret"})
    server.mount("/gate/main", HandFeed())
    await server.start()
    first, second = await Talker.to(server.port), await Talker.to(server.port)
    challenge = (await first.say("DESCRIBE", url(server))).headers["www-authenticate"]
    assert (await second.say_as("ann", "secret", "DESCRIBE", url(server), challenge)).status == 401
    assert (await first.say_as("ann", "secret", "DESCRIBE", url(server), challenge)).status == 200
    await server.stop()


async def test_udp_goes_to_the_peer_whatever_destination_it_names(server: RtspServer, feed: HandFeed) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtcp,
    ):
        for receiver in (rtp, rtcp):
            receiver.bind(("127.0.0.1", 0))
            receiver.setblocking(False)
        ports = f"{rtp.getsockname()[1]}-{rtcp.getsockname()[1]}"
        talker = await Talker.to(server.port)
        offer = f"RTP/AVP;unicast;destination=192.0.2.1;client_port={ports}"
        agreed = await talker.say("SETUP", url(server, "/trackID=0"), Transport=offer)
        assert f"client_port={ports}" in agreed.headers["transport"]
        await talker.say("PLAY", url(server))
        feed.push(picture(0, keyframe=True, size=3000))
        async with asyncio.timeout(10):
            sizes = [len(await asyncio.get_running_loop().sock_recv(rtp, 2000)) for _ in range(3)]
            report = await asyncio.get_running_loop().sock_recv(rtcp, 2000)
        assert sum(sizes) > 3000 and max(sizes) <= 1412
        assert report[1] == 200


async def test_a_udp_session_ends_without_a_sign_of_life(
    server: RtspServer, feed: HandFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving_connection, "SESSION_TIMEOUT", 0.2)
    talker = await Talker.to(server.port)
    await talker.say("SETUP", url(server, "/trackID=0"), Transport="RTP/AVP;unicast;client_port=40000-40001")
    await talker.say("PLAY", url(server))
    with contextlib.suppress(ConnectionError):  # a reset is as good an end
        await talker.closed()
    await until(lambda: feed.sink is None)


async def test_an_interleaved_session_lives_while_it_reads(
    server: RtspServer, feed: HandFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving_connection, "SESSION_TIMEOUT", 0.1)
    talker = await playing(server)
    await asyncio.sleep(0.4)  # what must not happen has no event to wait for
    feed.push(picture(0, keyframe=True))
    await talker.packet()


async def test_a_slow_client_loses_frames_until_a_keyframe_and_holds_up_nobody(
    server: RtspServer, feed: HandFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving_player, "MAX_WAITING", 300_000)
    slow, quick = await playing(server), await playing(server)
    feed.push(picture(0, keyframe=True))
    players = list(mount_of(server)._players)
    reading = asyncio.create_task(quick.closed())
    number = 0
    while not any(player.lagging for player in players):
        number += 1
        assert number < 2000, "the server buffers without bound"
        feed.push(picture(number, size=50_000))
        await asyncio.sleep(0)
    (lagging,) = (player for player in players if player.lagging)
    assert lagging._peer.endswith(f":{slow.writer.get_extra_info('sockname')[1]}")
    waiting = lagging._transport.get_write_buffer_size()
    feed.push(picture(number + 1, size=50_000))
    assert lagging._transport.get_write_buffer_size() == waiting, "a lagging client gets no more"
    await drain(slow)
    await until(lambda: lagging._transport.get_write_buffer_size() == 0)
    feed.push(picture(number + 2))
    assert lagging.lagging, "only a keyframe brings it back"
    feed.push(picture(number + 3, keyframe=True))
    assert not lagging.lagging
    assert not reading.done()
    reading.cancel()


async def drain(talker: Talker) -> None:
    """Read until nothing has come for a moment."""
    while True:
        try:
            async with asyncio.timeout(0.05):
                await talker._reader.read(1 << 20)
        except TimeoutError:
            return


async def test_other_tracks_end_the_sessions_and_new_parameters_do_not(server: RtspServer, feed: HandFeed) -> None:
    talker = await playing(server)
    assert feed.sink is not None
    feed.sink.on_stream(StreamInfo((Track(0, Codec.H264, 90_000, width=640, height=360),)))
    feed.push(picture(0, keyframe=True))
    await talker.packet()
    feed.sink.on_stream(StreamInfo((PICTURE, SOUND)))
    await talker.closed()


@pytest.mark.parametrize("conduct", [Conduct.CLOSE, Conduct.SILENT, Conduct.REFUSE])
async def test_misconduct(server: RtspServer, conduct: Conduct) -> None:
    mount_of(server).conduct = conduct
    talker = await Talker.to(server.port)
    match conduct:
        case Conduct.CLOSE:
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await talker.say("OPTIONS", url(server))
        case Conduct.REFUSE:
            assert (await talker.say("DESCRIBE", url(server))).status == 401
        case _:
            talker.writer.write(f"OPTIONS {url(server)} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await talker.packet()


async def test_stop_ends_everything_without_a_word(
    server: RtspServer, feed: HandFeed, caplog: pytest.LogCaptureFixture
) -> None:
    talker = await playing(server)
    await server.stop()
    await talker.closed()
    assert feed.sink is None
    with pytest.raises(OSError):
        await Talker.to(server.port)
    assert not caplog.records
