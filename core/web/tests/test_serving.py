"""The web server over real TLS: which versions it speaks, and a certificate that changes under open connections."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from core.configuration import load
from core.media.clock import SystemClock
from core.transport.certificate import fingerprint, made
from core.transport.context import ServedContext
from core.transport.place import CertificateError, certificate_file, keep
from core.transport.tests.issuing import issue
from core.web.redirecting import redirect
from core.web.serving import server_config
from core.web.tests.conftest import Announcing

NOW_MS = SystemClock().wall_ms()


async def echo(scope, receive, send) -> None:
    """Echoes a websocket's texts, and tells over HTTP which scheme was used."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["scheme"].encode()})
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


class Site:
    """A served application with its certificate file."""

    def __init__(self, data: Path) -> None:
        self.config = load({"EYRIE_DATA": str(data), "EYRIE_TLS": "on", "EYRIE_PORT": "1"})
        keep(data, made(["localhost"], NOW_MS))
        self.served = ServedContext(certificate_file(data))
        config = server_config(echo, self.config, self.served)
        config.port = 0
        self.server = Announcing(config)

    async def start(self) -> None:
        self.task = asyncio.create_task(self.server._serve())
        await asyncio.wait_for(self.server.ready.wait(), 20)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self.server.should_exit = True
        await self.task

    async def shown(self, context: ssl.SSLContext | None = None, name: str = "localhost") -> tuple[bytes, str]:
        """The certificate that a new connection gets, and the protocol's version."""
        _, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=context or anybody(), server_hostname=name
        )
        found = writer.get_extra_info("ssl_object")
        writer.close()
        return found.getpeercert(True), found.version()


def anybody() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def der(pem: bytes) -> bytes:
    return ssl.PEM_cert_to_DER_cert(
        pem[pem.index(b"-----BEGIN CERT") :].decode().split("-----END CERT")[0] + "-----END CERTIFICATE-----\n"
    )


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    found = Site(tmp_path)
    await found.start()
    yield found
    await found.stop()


async def test_https_is_spoken(site: Site) -> None:
    async with httpx.AsyncClient(verify=anybody()) as client:
        answer = await client.get(f"https://127.0.0.1:{site.port}/")
    assert answer.text == "https"


async def test_another_certificate_is_shown_at_once_and_open_websockets_go_on(site: Site) -> None:
    async with connect(f"wss://localhost:{site.port}/", ssl=anybody(), host="127.0.0.1") as socket:
        await socket.send("before")
        assert await socket.recv() == "before"
        # Of another kind of key: the one context would go on showing the first to whoever likes EC better.
        for issued in (issue("localhost", hosts=("localhost",), bits=2048), issue("localhost", hosts=("localhost",))):
            keep(site.config.data, issued.pem + issued.key_pem())
            assert site.served.refresh()
            for name in ("localhost", ""):
                assert (await site.shown(name=name))[0] == der(issued.pem)
        await socket.send("after")
        assert await socket.recv() == "after"
    assert not site.served.refresh()


async def test_a_damaged_file_leaves_the_former_certificate(site: Site) -> None:
    before = (await site.shown())[0]
    keep(site.config.data, b"rubbish")
    with pytest.raises(CertificateError, match="cannot be served"):
        site.served.refresh()
    assert not site.served.refresh(), "it is told of once"
    assert (await site.shown())[0] == before


async def test_a_key_of_another_certificate_is_not_served(site: Site) -> None:
    one, other = issue("localhost", hosts=("localhost",)), issue("localhost", hosts=("localhost",))
    keep(site.config.data, one.pem + other.key_pem())
    with pytest.raises(CertificateError, match="cannot be served"):
        site.served.refresh()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_old_protocols_and_ciphers_are_refused(site: Site) -> None:
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = anybody()
        context.minimum_version = context.maximum_version = version
        assert (await site.shown(context))[1] == version.name.replace("_", ".")
    old = anybody()
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    plain = anybody()
    plain.maximum_version = ssl.TLSVersion.TLSv1_2
    plain.set_ciphers("AES128-SHA:AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA@SECLEVEL=0")
    for context in (old, plain):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await site.shown(context)


async def test_who_knows_the_certificate_checks_it(site: Site) -> None:
    knowing = ssl.create_default_context(
        cadata=certificate_file(site.config.data).read_text().split("-----BEGIN PRIV")[0]
    )
    assert fingerprint(certificate_file(site.config.data).read_bytes())
    assert (await site.shown(knowing))[1] == "TLSv1.3"
    with pytest.raises(ssl.SSLCertVerificationError):
        await site.shown(knowing, "elsewhere.example")


async def asked(port: int, request: bytes) -> list[str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    return answer.decode().split("\r\n")


async def test_plain_http_is_shown_the_way() -> None:
    server = await redirect("127.0.0.1", 0, 8600)
    assert server is not None
    port = server.sockets[0].getsockname()[1]
    async with server:
        head = await asked(port, b"GET /events/?a=%2F1 HTTP/1.1\r\nUser-Agent: x\r\nHost: cams.example:80\r\n\r\n")
        assert head[0] == "HTTP/1.1 308 Permanent Redirect"
        assert "Location: https://cams.example:8600/events/?a=%2F1" in head
        for odd in (
            b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: evil\nLocation: https://evil\r\n\r\n",
            b"GET //evil.example\t HTTP/1.1\r\nHost: cams\r\n\r\n",
            b"GET http://evil.example/ HTTP/1.1\r\nHost: cams\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n",
            b"\x16\x03\x01\r\n\r\n",
        ):
            assert (await asked(port, odd))[0] == "HTTP/1.1 400 Bad Request", odd
        assert await asked(port, b"GET /" + b"a" * 20_000) == [""]


async def test_a_port_that_is_taken_costs_the_redirect_only(caplog: pytest.LogCaptureFixture) -> None:
    server = await redirect("127.0.0.1", 0, 8600)
    assert server is not None
    async with server:
        assert await redirect("127.0.0.1", server.sockets[0].getsockname()[1], 8600) is None
    assert "http:// is not redirected" in caplog.text
