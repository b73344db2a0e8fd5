"""What is wrong with a camera is said: the right fault, one sentence, in time, and never a password."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from core.media.collector import Collector
from core.media.rtsp.client import RtspSource, Target, TransportRefused
from core.media.rtsp.server import RtspServer
from core.media.rtsp.tests.clips import ClipFeed, clip
from core.media.rtsp.tests.scripted import PICTURE, Scripted, media, ok, running
from core.media.source import Fault, SourceError

PASSWORD = "very-secret-7"  # noqa: S105 - of this test only


async def failure(url: str, username: str = "", *, step: float = 5.0, handshake: float = 10.0) -> SourceError:
    """Why a source ended by itself."""
    collected = Collector()
    target = Target.of(url, username, PASSWORD if username else "")
    source = RtspSource(target, step=step, handshake=handshake)
    source.start(collected)
    async with asyncio.timeout(20):
        await collected.until(lambda: False)
    await source.stop()
    assert collected.error is not None
    assert PASSWORD not in collected.error.message
    return collected.error


@asynccontextmanager
async def behaving(answer: bytes | None) -> AsyncIterator[int]:
    """A TCP server that says one thing to whatever it is told, or nothing."""
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        if answer is not None:
            writer.write(answer)
            await writer.drain()
        await done.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        done.set()
        server.close()
        await server.wait_closed()


async def test_wrong_password_is_tried_once() -> None:
    refuse = ok(("WWW-Authenticate", 'Digest realm="r", nonce="n"'), status=401, reason="Unauthorized")
    async with running(Scripted({"DESCRIBE": [refuse]})) as script:
        error = await failure(f"rtsp://127.0.0.1:{script.port}/x", "admin")
    assert error.fault is Fault.CREDENTIALS
    assert error.message == "127.0.0.1 did not accept the user name and password."
    assert [bool(r.headers.get("Authorization")) for r in script.requests if r.method == "DESCRIBE"] == [False, True]


async def test_our_server_refuses_a_wrong_password_and_asks_for_a_missing_one() -> None:
    server = RtspServer("127.0.0.1", 0, users={"admin": "right"})
    server.mount("/x", ClipFeed(clip()))
    await server.start()
    wrong = await failure(f"rtsp://127.0.0.1:{server.port}/x", "admin")
    none = await failure(f"rtsp://127.0.0.1:{server.port}/x")
    path = await failure(f"rtsp://admin:right@127.0.0.1:{server.port}/nothing/here")
    await server.stop()
    assert (wrong.fault, none.fault, path.fault) == (Fault.CREDENTIALS, Fault.CREDENTIALS, Fault.PATH)
    assert "asks for a user name" in none.message
    assert "/nothing/here" in path.message


async def test_refused_port() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = await failure(f"rtsp://127.0.0.1:{port}/x")
    assert (error.fault, error.message) == (
        Fault.PORT,
        f"127.0.0.1 refused the connection on port {port}; check the port.",
    )


async def test_unknown_name() -> None:
    error = await failure("rtsp://camera.invalid/x")
    assert error.fault is Fault.ADDRESS
    assert "camera.invalid" in error.message


async def test_black_hole() -> None:
    """A full backlog answers no SYN, as a host that is off or behind a firewall."""
    with socket.socket() as hole:
        hole.bind(("127.0.0.1", 0))
        hole.listen(0)
        port = hole.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        error = await failure(f"rtsp://127.0.0.1:{port}/x", step=0.4)
        for filler in fillers:
            filler.close()
    assert error.fault is Fault.ADDRESS
    assert "did not answer on port" in error.message


async def test_silent_host() -> None:
    async with behaving(None) as port:
        error = await failure(f"rtsp://127.0.0.1:{port}/x", step=0.4)
    assert error.fault is Fault.TIMEOUT
    assert "did not answer OPTIONS within 0.4 s" in error.message


async def test_slow_host_is_bounded_as_a_whole() -> None:
    async with behaving(None) as port:
        error = await failure(f"rtsp://127.0.0.1:{port}/x", step=5, handshake=0.4)
    assert error.fault is Fault.TIMEOUT


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"\x15\x03\x01\x00\x02\x02\x46", b"\0" * 64],
    ids=["http", "ssh", "tls", "zeros"],
)
async def test_another_protocol(answer: bytes) -> None:
    async with behaving(answer) as port:
        error = await failure(f"rtsp://127.0.0.1:{port}/x", step=2)
    assert error.fault is Fault.PORT
    assert "Something else than RTSP" in error.message


async def test_rtsps_to_a_plain_server() -> None:
    async with behaving(b"RTSP/1.0 400 Bad Request\r\n\r\n") as port:
        error = await failure(f"rtsps://127.0.0.1:{port}/x", step=2)
    assert error.fault is Fault.PORT
    assert "TLS" in error.message


@pytest.mark.parametrize(
    ("answers", "fault", "words"),
    [
        ({"DESCRIBE": [ok(status=404, reason="Not Found")]}, Fault.PATH, "404"),
        ({"DESCRIBE": [ok(status=403, reason="Forbidden")]}, Fault.CREDENTIALS, "did not accept"),
        ({"DESCRIBE": [ok(status=503, reason="Busy")]}, Fault.PROTOCOL, "503"),
        ({"DESCRIBE": [ok(body=b"v=0\r\n")]}, Fault.PATH, "check the path"),
        ({"DESCRIBE": [ok(body=b"m=video 0 RTP/AVP 96\r\na=rtpmap:96 AV1/90000\r\n")]}, Fault.CODEC, "AV1"),
        ({"SETUP": [ok(status=453, reason="Not Enough Bandwidth")]}, Fault.PROTOCOL, "SETUP"),
        ({"PLAY": [ok(status=454, reason="Session Not Found")]}, Fault.PATH, "454"),
        ({"DESCRIBE": [ok(("Location", "rtsp://127.0.0.1:1/x"), status=302, reason="Moved")]}, Fault.PORT, "refused"),
        ({"DESCRIBE": [ok(("Location", "http://h/x"), status=302, reason="Moved")]}, Fault.ADDRESS, "rtsp://"),
    ],
)
async def test_refusals(answers: dict[str, list[object]], fault: Fault, words: str) -> None:
    async with running(Scripted(answers)) as script:  # type: ignore[arg-type]
        error = await failure(f"rtsp://127.0.0.1:{script.port}/x")
    assert error.fault is fault
    assert words in error.message


@pytest.mark.parametrize(
    "setup",
    [ok(status=461, reason="Unsupported Transport"), ok(("Transport", "RTP/AVP;unicast;client_port=1-2"))],
    ids=["461", "udp instead"],
)
async def test_a_server_that_sends_over_udp_only(setup: object) -> None:
    async with running(Scripted({"SETUP": [setup]})) as script:  # type: ignore[list-item]
        assert isinstance(await failure(f"rtsp://127.0.0.1:{script.port}/x"), TransportRefused)


async def test_circular_redirect() -> None:
    script = Scripted()
    async with running(script):
        script.answers["DESCRIBE"] = [ok(("Location", f"rtsp://127.0.0.1:{script.port}/x"), status=302, reason="Moved")]
        error = await failure(f"rtsp://127.0.0.1:{script.port}/x")
    assert (error.fault, "circle" in error.message) == (Fault.PROTOCOL, True)


async def test_credentials_do_not_follow_a_redirect_to_another_host() -> None:
    target = Target.of("rtsp://u:p@10.0.0.5/x")
    assert target.redirected("rtsp://10.0.0.6/x").password == ""
    assert target.redirected("rtsp://10.0.0.5:99/y").password == target.password
    assert "p@" not in repr(target)
    assert "'p'" not in repr(target)


@pytest.mark.parametrize(
    "broken",
    [
        bytes(16),  # where a packet should begin
        b"$\0\0\x10" + b"\x40" * 16,  # a packet that is no RTP
        b"$\0\0\x04abcd",  # one too short for a header
        b"RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n",
        b"GARBAGE not a message\r\n\r\n",
    ],
    ids=["zeros", "not rtp", "short", "huge body", "text"],
)
async def test_corrupt_interleaving_ends_the_session(broken: bytes) -> None:
    script = Scripted(after_play=[media(0, 0) + broken + media(1, 3000)])
    async with running(script):
        error = await failure(f"rtsp://127.0.0.1:{script.port}/x")
    assert error.fault is Fault.PROTOCOL


async def test_a_server_that_closes_in_the_middle_of_a_frame() -> None:
    script = Scripted(after_play=[media(0, 0), media(1, 3000, PICTURE * 20)[:500]], close_after_play=True)
    async with running(script):
        collected = Collector()
        source = RtspSource(Target.of(f"rtsp://127.0.0.1:{script.port}/x"))
        source.start(collected)
        async with asyncio.timeout(10):
            await collected.until(lambda: False)
    assert len(collected.units) == 1
    assert collected.error is not None
    assert collected.error.fault is Fault.CLOSED


async def test_a_session_the_server_forgot() -> None:
    session = ok(("Session", "7;timeout=2"), ("Transport", "RTP/AVP/TCP;interleaved=0-1"))
    gone = ok(status=454, reason="Session Not Found")
    answers = {"SETUP": [session], "OPTIONS": [ok(), gone]}
    async with running(Scripted(answers)) as script:
        error = await failure(f"rtsp://127.0.0.1:{script.port}/x")
    assert error.fault is Fault.CLOSED
