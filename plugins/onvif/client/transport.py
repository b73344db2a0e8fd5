"""HTTP to one device: connections that are kept, a deadline for the whole of an exchange, certificates pinned.

Of urllib3, without its redirects, retries and proxies. A deadline holds even when a device sends a byte now and then:
each read of the socket is given what is left (`_Deadline`).
"""

from __future__ import annotations

import hashlib
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProtocolError, SSLError
from urllib3.exceptions import TimeoutError as NoAnswer

from plugins.onvif.client.errors import OnvifError, UntrustedCertificate

MOST_BYTES = 8 * 1024 * 1024
CONNECT_S = 3.0
_CONNECTIONS = 2  # a call beside a pull point
_CHUNK = 64 * 1024
_current = threading.local()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. headers: names in lower case, each with all its values."""

    status: int
    headers: Mapping[str, list[str]]
    body: bytes = field(repr=False)


class _Deadline:
    """Of the exchange that runs in this thread."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def __enter__(self) -> _Deadline:
        _current.deadline = self
        return self

    def __exit__(self, *_: object) -> None:
        _current.deadline = None

    def left(self) -> float:
        """Seconds. Raises the socket's time-out when there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left


class _Socket(socket.socket):
    """Waits for data no longer than the exchange may still take."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """As that of a socket."""
        return _in_time(self, super().recv_into, *args, **kwargs)


class _TlsSocket(ssl.SSLSocket):
    """The same over TLS."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """As that of a socket."""
        return _in_time(self, super().recv_into, *args, **kwargs)


def _in_time(of: socket.socket, receive: Callable[..., int], *args: Any, **kwargs: Any) -> int:
    deadline: _Deadline | None = getattr(_current, "deadline", None)
    if deadline is not None:
        of.settimeout(deadline.left())
    return receive(*args, **kwargs)


class _Connection(urllib3.connection.HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _timed(super()._new_conn())


class _TlsConnection(urllib3.connection.HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _timed(super()._new_conn())


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def _timed(plain: socket.socket) -> socket.socket:
    timeout = plain.gettimeout()
    timed = _Socket(fileno=plain.detach())
    timed.settimeout(timeout)
    return timed


class Transport:
    """The connections to one device. Thread-safe.

    pin: SHA-256 of the certificate that a person has confirmed, in hex; without one a known authority must vouch.
    """

    def __init__(self, pin: str = "") -> None:
        self._pin = pin.replace(":", "").lower()
        self._pools: dict[tuple[str, str, int], urllib3.HTTPConnectionPool] = {}
        self._lock = threading.Lock()

    def post(self, url: str, body: bytes, headers: Mapping[str, str], seconds: float, *, again: bool) -> Answer:
        """One exchange. again: it may be sent twice, when a kept connection turns out to be dead. Raises OnvifError."""
        return self._exchange("POST", url, body, headers, seconds, again=again)

    def get(self, url: str, headers: Mapping[str, str], seconds: float) -> Answer:
        """Fetch something. Raises OnvifError."""
        return self._exchange("GET", url, None, headers, seconds, again=True)

    def close(self) -> None:
        """Give the connections back."""
        with self._lock:
            pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            pool.close()

    def _exchange(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], seconds: float, *, again: bool
    ) -> Answer:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        pool = self._pool(parts.scheme, f"[{host}]" if ":" in host else host, port)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            with _Deadline(seconds) as deadline:
                try:
                    return _once(pool, method, target, body, headers, deadline)
                except ProtocolError:
                    if not again:
                        raise
                    return _once(pool, method, target, body, headers, deadline)
        except SSLError as error:
            raise self._distrust(host, port, error, seconds) from error
        except (HTTPError, OSError) as error:
            raise _failure(f"{host}:{port}", error, seconds) from error

    def _pool(self, scheme: str, host: str, port: int) -> urllib3.HTTPConnectionPool:
        key = scheme, host, port
        with self._lock:
            if key not in self._pools:
                self._pools[key] = self._tls_pool(host, port) if scheme == "https" else _Pool(host, port, **_KEPT)
            return self._pools[key]

    def _tls_pool(self, host: str, port: int) -> _TlsPool:
        if self._pin:
            return _TlsPool(host, port, ssl_context=_context(trusting=True), assert_fingerprint=self._pin, **_KEPT)
        return _TlsPool(host, port, ssl_context=_context(trusting=False), **_KEPT)

    def _distrust(self, host: str, port: int, error: Exception, seconds: float) -> OnvifError:
        if "CERTIFICATE_VERIFY" not in str(error) and "ingerprint" not in str(error):
            return OnvifError("unreachable", f"{host}:{port} does not speak TLS as Eyrie does ({_brief(error)}).")
        fingerprint = fingerprint_of(host, port, seconds)
        if self._pin:
            sentence = f"The certificate of {host} is not the confirmed one: it was renewed, or this is another device"
        else:
            sentence = f"No known authority vouches for the certificate of {host} ({_why(error)})"
        return UntrustedCertificate(f"{sentence}. Its fingerprint is {fingerprint}.", fingerprint)


# It warns of each connection beyond those that are kept; of a device that is away, that is one each second.
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
_KEPT: dict[str, Any] = {"maxsize": _CONNECTIONS, "block": False, "retries": False}


def fingerprint_of(host: str, port: int, seconds: float) -> str:
    """SHA-256 of the certificate that a server shows, as people compare it: hex in pairs. Raises OnvifError."""
    try:
        with (
            socket.create_connection((host, port), seconds) as plain,
            _context(trusting=True).wrap_socket(plain, server_hostname=host) as wrapped,
        ):
            found = wrapped.getpeercert(binary_form=True) or b""
    except OSError as error:
        raise _failure(f"{host}:{port}", error, seconds) from error
    return _pairs(hashlib.sha256(found).hexdigest())


def _pairs(digits: str) -> str:
    return ":".join(digits[place : place + 2] for place in range(0, len(digits), 2)).upper()


def _once(
    pool: urllib3.HTTPConnectionPool,
    method: str,
    target: str,
    body: bytes | None,
    headers: Mapping[str, str],
    deadline: _Deadline,
) -> Answer:
    left = deadline.left()
    response = pool.urlopen(
        method,
        target,
        body=body,
        headers=dict(headers),
        redirect=False,
        timeout=urllib3.Timeout(connect=min(CONNECT_S, left), read=left),
        preload_content=False,
        decode_content=True,
    )
    try:
        data = bytearray()
        while chunk := response.read1(_CHUNK):
            data += chunk
            if len(data) > MOST_BYTES:
                raise OnvifError("nonsense", f"The device sends more than {MOST_BYTES >> 20} MiB for an answer.")
        found: dict[str, list[str]] = {}
        for name in response.headers:
            found[name.lower()] = response.headers.getlist(name)
        answer = Answer(response.status, found, bytes(data))
        response.release_conn()
        return answer
    finally:
        if response.connection is not None:  # it was not read to its end: nobody can use the connection again
            response.close()


def _failure(where: str, error: Exception, seconds: float) -> OnvifError:
    if isinstance(error, NewConnectionError | socket.gaierror | ConnectionRefusedError):
        return OnvifError("unreachable", f"Nobody answers at {where} ({_brief(error)}).")
    if isinstance(error, ConnectTimeoutError):
        return OnvifError("unreachable", f"Nobody answers at {where}; the connection is not accepted.")
    if isinstance(error, NoAnswer | TimeoutError):
        return OnvifError("timeout", f"{where} did not answer within {seconds:g} s.")
    return OnvifError("unreachable", f"{where} broke the connection off ({_brief(error)}).")


def _brief(error: Exception) -> str:
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    told = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return " ".join(told.split())[:120]


def _why(error: Exception) -> str:
    told = str(error)
    for words, meaning in (
        ("expired", "it has expired"),
        ("self-signed", "it is self-signed"),
        ("mismatch", "it is for another name"),
    ):
        if words in told:
            return meaning
    return "it is unknown"


def _context(*, trusting: bool) -> ssl.SSLContext:
    """One of each for all devices: a context costs 0.3 MB and 30 ms."""
    with _contexts_lock:
        if trusting not in _contexts:
            _contexts[trusting] = _made(trusting=trusting)
        return _contexts[trusting]


_contexts: dict[bool, ssl.SSLContext] = {}
_contexts_lock = threading.Lock()


def _made(*, trusting: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.sslsocket_class = _TlsSocket
    if trusting:  # the fingerprint is compared instead
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
