"""HTTP requests to addresses that people have entered: guarded, pinned and bounded.

Whoever may enter an address must not reach through Eyrie what they cannot reach themselves (server-side request
forgery, CWE-918). So the name is resolved once and the connection made to that very address (a name that answers
differently the next time gains nothing); addresses that are not of the public internet are refused unless their network
is allowed; redirects are not followed; time and sizes have limits.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MOST_BYTES = 64 * 1024
_SAFE = "/%:@!$&'()*+,;=~-._?[]"  # of a URL's path and query as they were entered, escapes included
# Not of the public internet, whatever this Python's `is_global` says: IETF protocols, benchmarks, local NAT64.
_SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "198.18.0.0/15", "64:ff9b:1::/48")))
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


class RefusedAddress(ValueError):
    """The address is malformed or must not be reached; one sentence says why and what to change."""


class Unreachable(Exception):
    """Nobody answered as HTTP asks for, in time; one sentence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. headers: names in lower case; body: its first bytes, at most as many as were asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Networks as `192.168.1.0/24` or single addresses. Raises ValueError with the end of a sentence."""
    found = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text.strip(), strict=False))
        except ValueError:
            raise ValueError(f"{text!r} is no network, such as 192.168.1.0/24") from None
    return tuple(found)


def check_url(url: str) -> SplitResult:
    """The parts of an http(s) address. Raises RefusedAddress."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise RefusedAddress(f"{url!r} is no address ({error}).") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise RefusedAddress(f"{url!r} is no address; write it as https://host/path.")
    if "@" in parts.netloc:
        raise RefusedAddress("The address holds credentials; give them as an Authorization header instead.")
    return parts


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    allowed: Sequence[Network] = (),
    timeout: float = 10.0,
    verify: bool = True,
    most: int = MOST_BYTES,
    ca: str = "",
) -> Answer:
    """Send one request and read the answer, whatever its status. Blocks: not for an event loop.

    allowed: networks reached although they are not public. timeout: seconds for all of it, looking the name up aside.
    verify: whether the certificate must be a known authority's. most: bytes of the answer's body to read.
    ca: PEM text of the authority that signs the server's certificate, empty for those that this machine trusts.
    Raises RefusedAddress and Unreachable.
    """
    parts = check_url(url)
    host = _ascii_host(parts.hostname or "")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    addresses = _addresses(host, port, allowed)
    connection = _Pinned(host, port, addresses, timeout, _tls(verify, ca) if parts.scheme == "https" else None)
    deadline = threading.Timer(timeout, connection.cut)
    deadline.daemon = True
    deadline.start()
    try:
        connection.request(method, _target(parts), body or None, dict(headers or {}))
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        answer = Answer(response.status, found, response.read(most))
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(_sentence(parts, error, timeout, late=connection.was_cut)) from error
    except ValueError as error:  # of http.client, for a method or header that would not be one
        raise RefusedAddress(f"The request cannot be sent ({error}).") from error
    finally:
        deadline.cancel()
        connection.close()
    if connection.was_cut:  # what was read until then may lack its end
        raise Unreachable(_sentence(parts, TimeoutError(), timeout, late=True))
    return answer


def is_public(address: IpAddress) -> bool:
    """Whether an address is of the public internet, also when it carries an IPv4 address inside."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    if any(address.version == network.version and address in network for network in _SPECIAL):
        return False
    return address.is_global and not address.is_multicast


class _Pinned(http.client.HTTPConnection):
    """A connection to addresses that were chosen before; the host's name is for its header and its certificate."""

    def __init__(
        self, host: str, port: int, addresses: Sequence[str], timeout: float, context: ssl.SSLContext | None
    ) -> None:
        super().__init__(host, port, timeout=timeout)
        self._addresses = addresses
        self._context = context
        self._seconds = timeout
        self.default_port = 443 if context else 80  # what the Host header leaves out
        self.was_cut = False

    def connect(self) -> None:
        """Take the first address that answers."""
        for number, address in enumerate(self._addresses, 1):
            try:
                plain = socket.create_connection((address, self.port), self._seconds)
                break
            except OSError:
                if number == len(self._addresses) or self.was_cut:
                    raise
        self.sock = plain
        if self._context is not None:  # the handshake apart, so that `cut` reaches it
            wrapped = self._context.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = wrapped
            wrapped.do_handshake()

    def cut(self) -> None:
        """End it from another thread: one byte now and then must not hold a request for ever."""
        self.was_cut = True
        if self.sock is not None:
            with contextlib.suppress(OSError):  # it has ended already
                self.sock.shutdown(socket.SHUT_RDWR)


def _addresses(host: str, port: int, allowed: Sequence[Network]) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(f"The name {host} cannot be looked up ({error.strerror or error}).") from error
    texts = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    good = [text for text in texts if _may_reach(ipaddress.ip_address(text), allowed)]
    if not good:
        where = texts[0] if texts[0] == host else f"{host} is {texts[0]}, which"
        raise RefusedAddress(
            f"{where} is not on the public internet; add its network to the allowed networks if it is meant."
        )
    return good


def _may_reach(address: IpAddress, allowed: Sequence[Network]) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return is_public(address) or any(address.version == net.version and address in net for net in allowed)


def _ascii_host(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise RefusedAddress(f"{host!r} is no host name.") from None


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe=_SAFE)
    return f"{path}?{quote(parts.query, safe=_SAFE)}" if parts.query else path


def _tls(verify: bool, ca: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=ca or None)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _sentence(parts: SplitResult, error: Exception, timeout: float, *, late: bool) -> str:
    if late or isinstance(error, TimeoutError):
        return f"{parts.netloc} did not answer within {timeout:g} s."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {parts.netloc} is not trusted ({error.verify_message})."
    if isinstance(error, ConnectionRefusedError):
        return f"{parts.netloc} refused the connection; check address and port."
    return f"{parts.netloc} did not answer as HTTP asks for ({error or type(error).__name__})."
