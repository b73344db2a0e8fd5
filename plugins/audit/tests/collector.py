"""A syslog server for tests, that parses what it gets strictly: TLS or TCP with octet counting, and UDP."""

from __future__ import annotations

import re
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

# RFC 5424, section 6: PRI VERSION SP TIMESTAMP SP HOSTNAME SP APP-NAME SP PROCID SP MSGID SP STRUCTURED-DATA SP MSG
WHOLE = re.compile(
    r"<(?P<pri>\d{1,3})>1 (?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (?P<host>[!-~]{1,255}) (?P<app>[!-~]{1,48}) "
    r"(?P<proc>[!-~]{1,128}) (?P<id>[!-~]{1,32}) "
    r'(?P<data>\[[!-<>-~]+@\d+(?: [!-<>-~]+="(?:[^"\\\]]|\\["\\\]])*")*\]) (?P<said>.*)',
    re.DOTALL,
)


def parsed(message: bytes) -> re.Match[str]:
    """A message, if it is one."""
    found = WHOLE.fullmatch(message.decode("utf-8"))
    assert found, message
    return found


@dataclass
class Collector:
    """What a server has received. cut_after: messages after which it resets the connection, once."""

    port: int = 0
    messages: list[bytes] = field(default_factory=list)
    cut_after: int | None = None
    silent: bool = False
    grew: threading.Condition = field(default_factory=threading.Condition)

    def took(self, message: bytes) -> None:
        """One more."""
        with self.grew:
            self.messages.append(message)
            self.grew.notify_all()

    def wait(self, count: int) -> None:
        """Until so many are there."""
        with self.grew:
            assert self.grew.wait_for(lambda: len(self.messages) >= count, 20), len(self.messages)


@contextmanager
def collecting(context: ssl.SSLContext | None = None, port: int = 0) -> Iterator[Collector]:
    """A server over TCP, or TLS with a context."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        collector = Collector(listening.getsockname()[1])
        thread = threading.Thread(target=_accept, args=(listening, context, collector), daemon=True)
        thread.start()
        try:
            yield collector
        finally:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _accept(listening: socket.socket, context: ssl.SSLContext | None, collector: Collector) -> None:
    while True:
        try:
            plain, _ = listening.accept()
        except OSError:
            return
        try:
            with context.wrap_socket(plain, server_side=True) if context else plain as connection:
                _read(connection, collector)
        except (OSError, ssl.SSLError):
            plain.close()


def _read(connection: socket.socket, collector: Collector) -> None:
    if collector.silent:
        collector.grew.acquire()
        collector.grew.wait_for(lambda: not collector.silent, 20)
        collector.grew.release()
        return
    with connection.makefile("rb") as stream:
        while length := _length(stream):
            message = stream.read(length)
            if len(message) < length:
                return
            collector.took(message)
            if collector.cut_after is not None and len(collector.messages) >= collector.cut_after:
                collector.cut_after = None
                # Closing with this option set resets the connection (socket(7), SO_LINGER of 0 s).
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
    if isinstance(connection, ssl.SSLSocket):
        connection.unwrap().close()


def _length(stream: object) -> int:
    text = b""
    while (letter := stream.read(1)) and letter != b" ":  # type: ignore[attr-defined]
        assert letter.isdigit(), letter
        text += letter
    return int(text or 0)
