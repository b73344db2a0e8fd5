"""Answers to challenges, against the examples of the RFCs."""

from __future__ import annotations

import base64

import pytest

from core.media.rtsp.auth import Authenticator, digest_response, only_stale, parse_challenge

NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616_section_3_9_1(algorithm: str, expected: str) -> None:
    answer = Authenticator("Mufasa", "Circle of Life", cnonce=lambda: CNONCE)
    assert answer.take(
        [
            f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm},'
            f' nonce="{NONCE}", opaque="x"'
        ]
    )
    header = answer.header("GET", "/dir/index.html")
    assert header is not None
    fields = parse_challenge(header).parameters
    assert fields["response"] == expected
    assert fields["nc"] == "00000001"
    assert fields["opaque"] == "x"


def test_without_qop_as_old_cameras_ask() -> None:
    # RFC 2069 section 2.4 as corrected by its errata (1949).
    answer = digest_response(
        "MD5",
        "Mufasa",
        "CircleOfLife",
        "testrealm@host.com",
        "GET",
        "/dir/index.html",
        "dcd98b7102dd2f0e8b11d0f600bfb0c093",
    )
    assert answer == "1949323746fe6a43ef61f9606e7febea"


def test_nonce_count_rises_with_each_request() -> None:
    answer = Authenticator("u", "p")
    answer.take(['Digest realm="r", nonce="n", qop="auth"'])
    counts = [parse_challenge(answer.header("OPTIONS", "*") or "").parameters["nc"] for _ in range(3)]
    assert counts == ["00000001", "00000002", "00000003"]


def test_basic() -> None:
    answer = Authenticator("Aladdin", "open:sesame")
    assert answer.take(['Basic realm="x"'])
    assert answer.header("DESCRIBE", "rtsp://h/") == "Basic " + base64.b64encode(b"Aladdin:open:sesame").decode()


@pytest.mark.parametrize(
    ("offers", "scheme", "algorithm"),
    [
        (['Basic realm="x"', 'Digest realm="x", nonce="n"'], "digest", None),
        (['Digest realm="x", nonce="n", algorithm=SHA-256', 'Digest realm="x", nonce="n"'], "digest", "SHA-256"),
        (['Digest realm="x", nonce="n", algorithm=SHA-512-256', 'Basic realm="x"'], "basic", None),
        (['Digest realm="x", nonce="n", qop="auth-int"', 'Basic realm="x"'], "basic", None),
    ],
)
def test_the_strongest_answerable_challenge_is_taken(offers: list[str], scheme: str, algorithm: str | None) -> None:
    answer = Authenticator("u", "p")
    assert answer.take(offers)
    assert answer.challenge is not None
    assert (answer.challenge.scheme, answer.challenge.parameters.get("algorithm")) == (scheme, algorithm)


def test_nothing_is_answered_without_a_user_name_or_a_known_scheme() -> None:
    assert not Authenticator("", "").take(['Basic realm="x"'])
    assert not Authenticator("u", "p").take(["Negotiate", ""])
    assert Authenticator("u", "p").header("OPTIONS", "*") is None


def test_quotes_and_backslashes_survive() -> None:
    challenge = parse_challenge(r'Digest realm="a \"b\" \\ c, d=e", nonce="n"')
    assert challenge.parameters["realm"] == r"a " + '"b" \\ c, d=e'
    answer = Authenticator('o"neil', "p", challenge=challenge)
    header = answer.header("GET", "/") or ""
    assert parse_challenge(header).parameters["username"] == 'o"neil'
    assert parse_challenge(header).parameters["realm"] == challenge.parameters["realm"]


def test_a_stale_nonce_is_told_from_a_wrong_password() -> None:
    assert only_stale(['Digest realm="r", nonce="2", stale=TRUE'])
    assert not only_stale(['Digest realm="r", nonce="2"', 'Basic realm="r"'])
