"""Entries reach a real syslog server whole and in order, whatever happens to it meanwhile."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from core.testing.certificates import self_signed
from core.testing.clock import FakeClock
from plugins.audit.models import Cursor, Link
from plugins.audit.records import records_after
from plugins.audit.settings import AuditSettings
from plugins.audit.sinks import syslog
from plugins.audit.sinks.base import SinkError
from plugins.audit.sinks.delivering import behind, deliver
from plugins.audit.sinks.rfc5424 import message
from plugins.audit.sinks.syslog import SyslogSink
from plugins.audit.tests.collector import Collector, collecting, parsed

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    folder = tmp_path / "tls"
    folder.mkdir()
    return self_signed(folder)


@pytest.fixture
def server_context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def settings(collector: Collector, **more: object) -> AuditSettings:
    given = {"syslog_host": "127.0.0.1", "syslog_port": collector.port, "syslog_transport": "tcp", **more}
    return AuditSettings.model_validate(given)


def numbers(collector: Collector) -> list[int]:
    return [json.loads(parsed(one)["said"])["number"] for one in collector.messages if b'"record":"entry"' in one]


def from_the_start() -> None:
    Cursor.objects.update_or_create(sink="syslog", defaults={"number": 0})


def test_a_message_is_as_the_standard_says(write, link_all) -> None:
    from core.api.services import record_audit

    record_audit('mal"lory]\\\n', "auth.sign_in_refused", "user:", address="::1")
    link_all()
    entry, checkpoint = records_after(0, 10)
    said = parsed(message(entry, facility=13, enterprise=32473, host="host name"))
    assert (said["pri"], said["host"], said["app"], said["id"]) == (
        str(13 * 8 + 4), "host_name", "eyrie", "auth.sign_in_refused",
    )  # fmt: skip
    assert said["data"].startswith('[entry@32473 number="1" actor="mal\\"lory\\]\\\\ " action="auth.sign_in_refused"')
    assert json.loads(said["said"]) == entry
    assert parsed(message(checkpoint, facility=13, enterprise=1, host="x"))["id"] == "checkpoint"


def test_over_tls_a_trusted_server_gets_everything_in_order(
    write, link_all, server_context, certificate, fake_clock: FakeClock
) -> None:
    write(450)
    link_all()
    from_the_start()
    with collecting(server_context) as server:
        sink = SyslogSink(settings(server, syslog_transport="tls", syslog_ca=certificate[0].read_text()))
        deliver([sink], fake_clock)
    assert numbers(server) == list(range(1, 451))
    assert sum(b'"record":"checkpoint"' in one for one in server.messages) >= 1
    cursor = Cursor.objects.get()
    assert (cursor.number, cursor.error, behind(cursor)) == (450, "", 0)


def test_a_server_that_is_not_trusted_gets_nothing(write, link_all, server_context, fake_clock) -> None:
    write(3)
    link_all()
    from_the_start()
    with collecting(server_context) as server:
        deliver([SyslogSink(settings(server, syslog_transport="tls"))], fake_clock)
    assert server.messages == []
    assert "is not trusted" in Cursor.objects.get().error


def test_a_certificate_for_another_host_is_not_trusted(write, link_all, tmp_path: Path, server_context) -> None:
    other = tmp_path / "other"
    other.mkdir()
    foreign = self_signed(other)[0].read_text()
    with collecting(server_context) as server:
        sink = SyslogSink(settings(server, syslog_transport="tls", syslog_ca=foreign))
        with pytest.raises(SinkError, match="not trusted"):
            sink.take([])


def test_a_server_may_ask_for_our_certificate(tmp_path: Path, server_context, certificate) -> None:
    folder = tmp_path / "client"
    folder.mkdir()
    own, key = self_signed(folder)
    server_context.verify_mode = ssl.CERT_REQUIRED
    server_context.load_verify_locations(own)
    server_context.maximum_version = ssl.TLSVersion.TLSv1_2  # a refusal comes within the handshake
    tls = {"syslog_transport": "tls", "syslog_ca": certificate[0].read_text()}
    with collecting(server_context) as server:
        with pytest.raises(SinkError, match="does not agree on TLS"):
            SyslogSink(settings(server, **tls)).take([])
        one_line = " ".join(key.read_text().split("\n"))  # as a field of one line keeps it
        SyslogSink(settings(server, **tls, syslog_certificate=own.read_text(), syslog_key=one_line)).take([])
        with pytest.raises(SinkError, match="do not fit"):
            SyslogSink(settings(server, **tls, syslog_certificate=own.read_text(), syslog_key="none")).take([])


@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
def test_a_connection_cut_in_the_middle_loses_nothing(
    write, link_all, server_context, certificate, fake_clock: FakeClock, tls: bool
) -> None:
    write(120)
    link_all()
    from_the_start()
    with collecting(server_context if tls else None) as server:
        server.cut_after = 50
        more = {"syslog_transport": "tls", "syslog_ca": certificate[0].read_text()} if tls else {}
        sink = SyslogSink(settings(server, **more))
        deliver([sink], fake_clock)
        cursor = Cursor.objects.get()
        assert cursor.number == 0
        assert cursor.error
        deliver([sink], fake_clock)
        assert len(server.messages) == 50  # not at once again
        fake_clock.advance(60)
        deliver([sink], fake_clock)
    found = numbers(server)
    assert list(dict.fromkeys(found)) == list(range(1, 121))  # some twice, all in order
    assert Cursor.objects.get().error == ""


def test_a_server_that_was_away_gets_what_it_missed(write, link_all, fake_clock: FakeClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    write(2)
    link_all()
    sink = SyslogSink(AuditSettings(syslog_host="127.0.0.1", syslog_port=port, syslog_transport="tcp"))
    deliver([sink], fake_clock)  # it is new: what was before is not sent
    write(3)
    link_all()
    for _ in range(3):
        deliver([sink], fake_clock)
        fake_clock.advance(600)
    cursor = Cursor.objects.get()
    assert (cursor.failures, behind(cursor)) == (3, 3)
    assert "cannot be reached" in cursor.error
    with collecting(port=port) as server:
        deliver([sink], fake_clock)
    assert numbers(server) == [3, 4, 5]


def test_a_server_that_hangs_costs_seconds_and_nothing_else(write, link_all, fake_clock, monkeypatch) -> None:
    monkeypatch.setattr(syslog, "ANSWER_S", 0.3)
    write(2)
    link_all()
    from_the_start()
    with collecting() as server:
        server.silent = True
        deliver([SyslogSink(settings(server))], fake_clock)
        assert "does not answer" in Cursor.objects.get().error
        with server.grew:
            server.silent = False
            server.grew.notify_all()


def test_over_udp_each_message_is_a_datagram(write, link_all, fake_clock: FakeClock) -> None:
    write(3)
    link_all()
    from_the_start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(20)
        place = AuditSettings(syslog_host="127.0.0.1", syslog_port=listening.getsockname()[1], syslog_transport="udp")
        deliver([SyslogSink(place)], fake_clock)
        received = [parsed(listening.recv(65536)) for _ in range(4)]
    assert [json.loads(one["said"])["number"] for one in received] == [1, 2, 3, 3]
    assert Cursor.objects.get().number == 3


def test_bad_settings_are_told_by_the_test_that_saves_them(write) -> None:
    from plugins.audit.hooks import _try_out

    bad = AuditSettings(syslog_host="127.0.0.1", syslog_ca="no pem")
    assert _try_out(bad).summary == "The certificate authority is no certificate in PEM."
    with collecting() as server:
        assert _try_out(settings(server)).level == "ok"
    assert _try_out(settings(server)).level == "failed"
    with pytest.raises(ValueError, match="a name or an address alone"):
        AuditSettings(syslog_host="https://logs.example.com")


def test_deliveries_by_two_workers_never_step_back(write, link_all, fake_clock, monkeypatch) -> None:
    write(5)
    link_all()
    from_the_start()

    class Slow:
        name = "syslog"

        def take(self, records: list[Callable[[], None]]) -> None:
            Cursor.objects.update(number=5)  # another was faster

    monkeypatch.setattr("plugins.audit.sinks.delivering.BATCH", 2)
    deliver([Slow()], fake_clock)
    assert Cursor.objects.get().number == 5
    assert Link.objects.count() == 5
