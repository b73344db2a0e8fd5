"""The portal over HTTPS: a certificate of Eyrie's own at first, another one by upload, while what is open goes on."""

from __future__ import annotations

import datetime
import hashlib
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from core.transport.tests.issuing import issue
from tests.rig.browser import SOON
from tests.rig.processes import eventually
from tests.rig.system import PASSWORD, RunningSystem, free_port

pytestmark = [pytest.mark.browser]


@pytest.fixture
def secure(new_system: Callable[..., RunningSystem]) -> RunningSystem:
    return new_system(EYRIE_TLS="on", EYRIE_REDIRECT_PORT=str(free_port()), EYRIE_PLUGINS="local_disk").start()


@pytest.fixture
def page(chromium: Browser, secure: RunningSystem) -> Iterator[Page]:
    context = chromium.new_context(ignore_https_errors=True)
    yield context.new_page()
    context.close()


def shown(system: RunningSystem) -> str:
    """The fingerprint of what a new connection is shown."""
    found = ssl.get_server_certificate(("127.0.0.1", system.port))
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(found)).digest().hex(":").upper()


def test_the_portal_over_https(page: Page, secure: RunningSystem, tmp_path: Path) -> None:
    own = shown(secure)
    assert own in secure.log.read_text(), "whoever starts it can compare the fingerprint"
    plain = httpx.get(f"http://127.0.0.1:{secure.settings['EYRIE_REDIRECT_PORT']}/system/?a=1")
    assert (plain.status_code, plain.headers["location"]) == (308, f"{secure.url}/system/?a=1")

    closed: list[str] = []
    page.on("websocket", lambda socket: socket.on("close", lambda one: closed.append(one.url)))
    page.goto(f"{secure.url}/sign-in/?next=/system/encryption/")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text(own)).to_be_visible(timeout=SOON)
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert {"__Host-sessionid", "__Host-csrftoken"} <= set(cookies)
    assert all(cookies[name]["secure"] for name in ("__Host-sessionid", "__Host-csrftoken"))

    open_before = page.evaluate(OPEN_SOCKET)
    now = datetime.datetime.now(datetime.UTC)
    authority = issue("Root of tests", ca=True, days=3650, now=now)
    other = issue("cameras.example", authority, hosts=("cameras.example",), bits=2048, now=now)
    file = tmp_path / "bundle.pem"
    file.write_bytes(other.key_pem() + authority.pem + other.pem)
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="Install", exact=True).click()
    expect(page.get_by_text("is for cameras.example, and not for 127.0.0.1")).to_be_visible(timeout=SOON)
    assert shown(secure) == own, "it was only asked about"
    page.get_by_role("button", name="Install it all the same").click()
    expect(page.get_by_text("The certificate is installed.")).to_be_visible(timeout=SOON)
    eventually(lambda: shown(secure) != own, 20, "the new certificate", 0.2)
    assert open_before == "open" and page.evaluate(STILL_OPEN) == "alive" and closed == []

    assert "cameras.example" in secure.run("certificate", "show")
    secure.run("certificate", "renew")
    eventually(lambda: shown(secure) not in (own, ""), 20, "one of Eyrie's own again", 0.2)


OPEN_SOCKET = """() => new Promise((done) => {
  window.kept = new WebSocket(`wss://${location.host}/ws/v1/`);
  window.kept.onopen = () => done("open");
  window.kept.onclose = () => done("closed");
})"""
STILL_OPEN = """() => new Promise((done) => {
  window.kept.onmessage = () => done("alive");
  window.kept.onclose = () => done("closed");
  window.kept.send(JSON.stringify({ op: "nonsense" }));
})"""
