"""A syslog server over UDP (RFC 5426), TCP (RFC 6587, octet counting) or TLS (RFC 5425).

Syslog has no receipts. Over TCP and TLS each batch has a connection of its own: after the last message our side closes
it in order and waits until the server has closed its side too. A server does so once it has read everything; one that
dies in between resets the connection, or says nothing, and the batch is sent again. So entries come once or more often
and in order, and `number` tells which came before. Over UDP nobody can tell, and what is lost is lost.
"""

from __future__ import annotations

import re
import socket
import ssl
import tempfile
import textwrap
from collections.abc import Sequence
from pathlib import Path

from plugins.audit.records import Record
from plugins.audit.settings import AuditSettings
from plugins.audit.sinks.base import SinkError
from plugins.audit.sinks.rfc5424 import message

CONNECT_S = 5.0
ANSWER_S = 5.0
_PEM = re.compile(r"(-----BEGIN [A-Z ]+-----)(.*?)(-----END [A-Z ]+-----)", re.DOTALL)
MOST_DATAGRAM = 65_507
"""Bytes of a UDP payload over IPv4; longer messages are cut there (RFC 5426, 3.2)."""


class SyslogSink:
    """One server."""

    name = "syslog"

    def __init__(self, settings: AuditSettings) -> None:
        self._settings = settings
        self._host = socket.gethostname()

    def take(self, records: Sequence[Record]) -> None:
        """Send these. Raises SinkError."""
        chosen = self._settings
        messages = [
            message(one, facility=chosen.syslog_facility, enterprise=chosen.syslog_enterprise, host=self._host)
            for one in records
        ]
        try:
            if chosen.syslog_transport == "udp":
                self._throw(messages)
            else:
                self._send(messages)
        except ssl.SSLCertVerificationError as error:
            raise SinkError(f"The certificate of {self._place} is not trusted: {error.verify_message}.") from error
        except ssl.SSLError as error:
            raise SinkError(f"{self._place} does not agree on TLS: {error.reason or error}.") from error
        except TimeoutError as error:
            raise SinkError(f"{self._place} does not answer within {ANSWER_S:.0f} s.") from error
        except OSError as error:
            raise SinkError(f"{self._place} cannot be reached: {error.strerror or error}.") from error

    @property
    def _place(self) -> str:
        return f"{self._settings.syslog_host}:{self._settings.syslog_port}"

    def _address(self) -> tuple[str, int]:
        return self._settings.syslog_host, self._settings.syslog_port

    def _throw(self, messages: list[bytes]) -> None:
        family, kind, proto, _, place = socket.getaddrinfo(*self._address(), type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, proto) as sending:
            sending.settimeout(ANSWER_S)
            for one in messages:
                sending.sendto(one[:MOST_DATAGRAM], place)

    def _send(self, messages: list[bytes]) -> None:
        framed = b"".join(b"%d %s" % (len(one), one) for one in messages)  # RFC 6587, 3.4.1
        with socket.create_connection(self._address(), CONNECT_S) as plain:
            plain.settimeout(ANSWER_S)
            if self._settings.syslog_transport == "tcp":
                plain.sendall(framed)
                _until_closed(plain)
                return
            with tls_context(self._settings).wrap_socket(plain, server_hostname=self._settings.syslog_host) as secure:
                secure.sendall(framed)
                _close(secure)


def _close(secure: ssl.SSLSocket) -> None:
    """Say goodbye (close_notify; RFC 5425, 4.4) and wait for the server's, or for the end of its stream."""
    try:
        plain = secure.unwrap()
    except ssl.SSLEOFError:
        return  # it closes without a word, in order
    except ssl.SSLError as error:
        if "APPLICATION_DATA_AFTER_CLOSE_NOTIFY" not in str(error):
            raise
        return
    _until_closed(plain)


def _until_closed(plain: socket.socket) -> None:
    plain.shutdown(socket.SHUT_WR)
    while plain.recv(4096):
        pass  # syslog servers say nothing; what one says all the same is not for us


def check(settings: AuditSettings) -> None:
    """Whether certificates and keys can be used at all. Raises SinkError."""
    if settings.syslog_transport == "tls":
        tls_context(settings)


def tls_context(settings: AuditSettings) -> ssl.SSLContext:
    """The server is checked by name, against the given authority or those of the machine. Raises SinkError."""
    try:
        context = ssl.create_default_context(cadata=settings.syslog_ca.strip() or None)
    except (ssl.SSLError, ValueError) as error:
        raise SinkError("The certificate authority is no certificate in PEM.") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.syslog_certificate.strip():
        _load_own(context, settings)
    return context


def _in_lines(pem: str) -> str:
    """PEM as OpenSSL reads it (RFC 7468): a field of one line has lost its line ends."""
    found = _PEM.findall(pem)
    return "".join(
        f"{begin}\n" + "\n".join(textwrap.wrap("".join(body.split()), 64)) + f"\n{end}\n" for begin, body, end in found
    )


def _load_own(context: ssl.SSLContext, settings: AuditSettings) -> None:
    """OpenSSL takes a client's certificate from files alone; this one lives for a moment and is for us only."""
    with tempfile.TemporaryDirectory(prefix="eyrie-") as folder:  # mode 0700
        path = Path(folder) / "own.pem"
        path.touch(0o600)
        path.write_text(_in_lines(settings.syslog_certificate) + _in_lines(settings.syslog_key.get_secret_value()))
        try:
            context.load_cert_chain(path)
        except (ssl.SSLError, ValueError) as error:
            raise SinkError("The own certificate and its key do not fit, or are not in PEM.") from error
