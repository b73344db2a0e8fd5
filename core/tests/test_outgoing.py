"""Requests to addresses that people enter: what is refused, and that no answer can hold or flood Eyrie."""

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import outgoing
from core.outgoing import RefusedAddress, Unreachable, is_public, networks, request
from core.testing.certificates import self_signed
from core.testing.receiver import Receiver, Reply

HERE = networks(["127.0.0.0/8"])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        yield found


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.8",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:db8::1",
    ],
)
def test_what_is_not_of_the_public_internet(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101"])
def test_what_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "0", "[::ffff:127.0.0.1]", "127.1"]
)
def test_no_spelling_of_this_machine_is_reached(receiver: Receiver, host: str) -> None:
    with pytest.raises(RefusedAddress, match="not on the public internet"):
        request("GET", f"http://{host}:{receiver.port}/")
    assert receiver.received == []


@pytest.mark.parametrize(
    "url", ["ftp://host/", "host/path", "http://", "http://host:0/", "http://host:x/", "http://user:pw@host/", ""]
)
def test_no_address(url: str) -> None:
    with pytest.raises(RefusedAddress):
        request("GET", url, allowed=HERE)


def test_the_name_is_looked_up_once(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that means this machine the second time is not asked a second time."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def answers(host: str, *rest: object, **more: object) -> object:
        asked.append(host)
        if host == "rebound.example":
            host = "127.0.0.1" if asked.count(host) == 1 else "127.0.0.2"
        return real(host, *rest, **more)

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", answers)
    answer = request("GET", f"http://rebound.example:{receiver.port}/", allowed=networks(["127.0.0.1"]))
    assert answer.status == 200
    assert receiver.received[0].headers["host"] == f"rebound.example:{receiver.port}"
    assert asked.count("rebound.example") == 1


def test_what_was_asked_arrives(receiver: Receiver) -> None:
    receiver.reply = Reply(201, {"X-Seen": "yes"}, b"done")
    answer = request("PUT", receiver.url + "a b/ü?q=x y&z=%20", headers={"X-One": "1"}, body=b"body", allowed=HERE)
    assert (answer.status, answer.headers["x-seen"], answer.body) == (201, "yes", b"done")
    got = receiver.received[0]
    assert (got.method, got.path, got.body) == ("PUT", "/a%20b/%C3%BC?q=x%20y&z=%20", b"body")
    assert got.headers["x-one"] == "1"


def test_a_redirect_is_an_answer(receiver: Receiver) -> None:
    receiver.reply = Reply(302, {"Location": "http://169.254.169.254/"})
    assert request("GET", receiver.url, allowed=HERE).status == 302
    assert len(receiver.received) == 1


def test_of_a_long_answer_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.reply = Reply(body=b"x" * 1_000_000)
    assert len(request("GET", receiver.url, allowed=HERE, most=1000).body) == 1000


@pytest.mark.parametrize("opening", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"])
def test_one_byte_now_and_then_ends_at_the_deadline(receiver: Receiver, opening: bytes) -> None:
    over = threading.Event()

    def drip(out: object) -> None:
        out.write(opening)
        with contextlib.suppress(OSError):
            while not over.wait(0.05):
                out.write(b"x")
                out.flush()

    receiver.reply = Reply(write=drip)
    try:
        with pytest.raises(Unreachable, match=r"did not answer within 0\.5 s"):
            request("GET", receiver.url, allowed=HERE, timeout=0.5)
    finally:
        over.set()


def test_headers_cannot_be_smuggled_in(receiver: Receiver) -> None:
    for method, headers in (("GET", {"X": "a\r\nHost: other"}), ("GET\r\nX: y", {})):
        with pytest.raises(RefusedAddress):
            request(method, receiver.url, headers=headers, allowed=HERE)
    assert receiver.received == []


def test_certificates_are_checked_unless_said_otherwise(tmp_path: Path) -> None:
    with Receiver(self_signed(tmp_path)) as receiver:
        with pytest.raises(Unreachable, match="not trusted"):
            request("GET", receiver.url, allowed=HERE)
        assert request("GET", receiver.url, allowed=HERE, verify=False).status == 200


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        with pytest.raises(Unreachable, match="refused the connection"):
            request("GET", f"http://127.0.0.1:{taken.getsockname()[1]}/", allowed=HERE)
    with pytest.raises(Unreachable, match="cannot be looked up"):
        request("GET", "http://nowhere.invalid/")


def test_networks_are_named() -> None:
    assert [str(one) for one in networks(["192.168.1.7/24", "fd00::/8"])] == ["192.168.1.0/24", "fd00::/8"]
    with pytest.raises(ValueError, match="'home' is no network"):
        networks(["home"])
