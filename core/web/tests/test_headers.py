"""What each kind of answer tells the browser, and which cookies it sets, over HTTP and HTTPS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core.transport.place import keep
from core.transport.tests.issuing import issue

pytestmark = pytest.mark.one_database
ANSWERS = {
    "page": "/offline/",
    "way to the sign-in": "/cameras/",
    "json": "/api/v1/health/",
    "no such page": "/nothing/here/",
    "no such route": "/api/v1/nothing/",
    "static": "/static/",
}


def address(kind: str) -> str:
    if kind != "static":
        return ANSWERS[kind]
    from django.templatetags.static import static

    return static("webapp/js/api.js")


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_answer_says_what_browsers_may_do(db, kind: str) -> None:
    answer = Client(raise_request_exception=False).get(address(kind))
    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "microphone=(self)" in headers["Permissions-Policy"] and "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers
    assert "Server" not in headers
    if kind != "static":
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"


@pytest.fixture
def https(tmp_path: Path, settings: Any) -> Path:
    """Eyrie speaks HTTPS, with the certificate that a test puts there."""
    settings.CONFIG = settings.CONFIG.model_copy(update={"data": tmp_path, "tls": "on"})
    return tmp_path


def test_https_is_insisted_on_only_with_a_certificate_that_an_authority_vouches_for(db, https: Path) -> None:
    client, own = Client(), issue("alone", hosts=("testserver",))
    assert "Strict-Transport-Security" not in client.get("/offline/", secure=True).headers
    keep(https, own.pem + own.key_pem())
    assert "Strict-Transport-Security" not in client.get("/offline/", secure=True).headers
    root = issue("Root", ca=True)
    vouched = issue("testserver", root, hosts=("testserver",))
    keep(https, vouched.pem + vouched.key_pem())
    assert client.get("/offline/", secure=True).headers["Strict-Transport-Security"] == "max-age=15552000"
    assert "Strict-Transport-Security" not in client.get("/offline/").headers, "RFC 6797, 7.2"


@pytest.mark.parametrize("secure", [True, False])
def test_cookies_of_https_are_for_https_only(db, person, secure: bool) -> None:
    person("jo", "viewer")
    body = {"username": "jo", "password": "a long enough password"}
    answer = Client().post("/api/v1/auth/login/", body, content_type="application/json", secure=secure)
    assert answer.status_code == 200, answer.content
    assert len(answer.cookies) == 2
    for cookie in answer.cookies.values():
        assert bool(cookie["secure"]) is secure
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")
    assert answer.cookies["sessionid"]["httponly"]
