"""The way to a device: deadlines that hold, dead connections, certificates."""

import os
import socket
import ssl
import threading
import time

import pytest

from core.testing.certificates import self_signed
from plugins.onvif.client.errors import OnvifError, UntrustedCertificate
from plugins.onvif.client.tests.faulty import INFORMATION, digest_wanted, soap

KNOWN = {"GetDeviceInformation": soap(INFORMATION)}


def silent(handler):
    """Takes the request and says nothing for half a minute; the test does not wait so long."""
    handler.rfile.read(int(handler.headers["Content-Length"]))
    handler.server.gone.wait(30)
    return True


def dripping(where):
    """Sends a byte now and then, so that no single read takes long. where: in the headers, or in the body."""

    def drip(handler):
        handler.rfile.read(int(handler.headers["Content-Length"]))
        start = b"HTTP/1.1 200 OK\r\n" + (b"X-Slow: " if where == "headers" else b"Content-Length: 5000\r\n\r\n")
        handler.wfile.write(start)
        try:
            for _ in range(300):
                handler.wfile.write(b"a")
                handler.wfile.flush()
                time.sleep(0.05)  # the fault itself
        except OSError:
            pass
        return True

    return drip


@pytest.mark.parametrize("raw", [silent, dripping("headers"), dripping("body")], ids=["silent", "headers", "body"])
def test_a_deadline_holds_whatever_the_device_does(faulty, device_at, raw, monkeypatch):
    """Defect 8: onvif-zeep waits for ever; and no read alone may start the time anew."""
    from http.server import ThreadingHTTPServer

    gone = threading.Event()
    monkeypatch.setattr(ThreadingHTTPServer, "gone", gone, raising=False)
    device = device_at(faulty(raw=raw))
    started = time.monotonic()
    with pytest.raises(OnvifError) as late:
        device.call("device", "GetDeviceInformation", deadline=0.5)
    gone.set()
    assert late.value.kind == "timeout"
    assert time.monotonic() - started < 5, "of the 15 s and more that the device would have taken"


def test_a_closed_port_is_told_at_once(device_at, faulty):
    device = device_at(faulty())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(OnvifError) as gone:
        device.call_at(f"http://127.0.0.1:{port}/x", "device", "GetDeviceInformation")
    assert gone.value.kind == "unreachable"
    assert str(port) in str(gone.value)


def test_a_kept_connection_that_died_is_made_anew(faulty, device_at):
    """Many devices close a kept connection just when the next request comes."""
    state = {"number": 0}

    def dying(handler):
        state["number"] += 1
        if state["number"] % 2 == 0:
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
            return True
        return False

    device = device_at(faulty(answers=KNOWN, raw=dying))
    for _ in range(4):
        assert device.call("device", "GetDeviceInformation").Model == "C1"


def test_what_must_not_happen_twice_is_sent_once(faulty, device_at):
    """A pull point that was made and whose answer was lost would take a second of the device's few places."""
    sent = []

    def dying(handler):
        sent.append(handler.path)
        handler.rfile.read(int(handler.headers["Content-Length"]))
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)
        return True

    peer = faulty(raw=dying)
    with pytest.raises(OnvifError):
        device_at(peer).call_at(f"http://{peer.address}/events", "events", "CreatePullPointSubscription")
    assert len(sent) == 1


def test_proxies_and_netrc_of_the_environment_are_left_alone(faulty, device_at, monkeypatch):
    """Defect 16: onvif-zeep deletes the proxies of the whole process; cameras are reached without them."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    device = device_at(faulty(answers=KNOWN))
    assert device.call("device", "GetDeviceInformation").Model == "C1"
    assert os.environ["http_proxy"] == "http://127.0.0.1:1/"


def tls(tmp_path):
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_a_certificate_that_nobody_vouches_for_is_shown_and_can_be_pinned(faulty, device_at, tmp_path):
    peer = faulty(tls(tmp_path), answers=KNOWN, before=digest_wanted("SHA-256"))
    with pytest.raises(UntrustedCertificate, match="No known authority") as first:
        device_at(peer, scheme="https").call("device", "GetDeviceInformation")
    assert not peer.asked, "nothing is said before it is known to whom"
    pinned = device_at(peer, scheme="https", pin=first.value.fingerprint)
    assert pinned.call("device", "GetDeviceInformation").Model == "C1"


def test_another_certificate_than_the_pinned_one_is_refused(faulty, device_at, tmp_path):
    (tmp_path / "other").mkdir()
    peer, other = faulty(tls(tmp_path), answers=KNOWN), faulty(tls(tmp_path / "other"), answers=KNOWN)
    with pytest.raises(UntrustedCertificate) as seen:
        device_at(other, scheme="https").call("device", "GetDeviceInformation")
    with pytest.raises(UntrustedCertificate, match="not the confirmed one"):
        device_at(peer, scheme="https", pin=seen.value.fingerprint).call("device", "GetDeviceInformation")
    assert not peer.asked


def test_a_device_that_speaks_no_tls_is_told_as_that(faulty, device_at):
    with pytest.raises(OnvifError) as refused:
        device_at(faulty(answers=KNOWN), scheme="https").call("device", "GetDeviceInformation")
    assert refused.value.kind == "unreachable"
    assert "TLS" in str(refused.value)
