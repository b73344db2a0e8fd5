"""Connections to a directory's servers: encrypted and checked, each step bounded in time, the next server when one is
away. Referrals are not followed: another server is one that nobody has checked.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ldap3 import NONE, SYNC, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException

from core.api import Clock, DirectoryError, DirectoryTrouble, SystemClock
from plugins.ldap_rbac.settings import LdapSettings, host_of, port_of

PORTS = {"tls": 636, "starttls": 389, "none": 389}
DEAD_S = 30.0


class CheckedTls(Tls):  # type: ignore[misc]  # ldap3 has no types
    """TLS as Python does it: chain, host name and dates are checked, TLS 1.2 at least. ldap3's own compares names
    itself. failure: why the last handshake failed.
    """

    def __init__(self, settings: LdapSettings, host: str) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._ca, self._host, self._seconds = settings.ca, host, settings.answer_s
        self.failure: OSError | None = None

    def wrap_socket(self, connection: Connection, do_handshake: bool = False) -> None:
        """Called by ldap3 when TLS is to begin."""
        context = ssl.create_default_context(cadata=self._ca or None)
        plain = connection.socket
        # The last message of a handshake and the first question would wait 40 ms for each other (Nagle, RFC 1122).
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.socket = context.wrap_socket(plain, server_hostname=self._host, do_handshake_on_connect=False)
        connection.socket.settimeout(self._seconds)
        try:
            connection.socket.do_handshake()
        except OSError as error:
            self.failure = error
            raise


class Servers:
    """Remembers, in this process, which servers did not answer a moment ago: they are asked last."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._dead: dict[str, float] = {}

    def by_hope(self, servers: list[str]) -> list[str]:
        """In the order given, those that are dead at the end."""
        now = self._clock.monotonic()
        with self._lock:
            return sorted(servers, key=lambda one: self._dead.get(one, 0.0) > now)

    def died(self, server: str) -> None:
        """It does not answer."""
        with self._lock:
            self._dead[server] = self._clock.monotonic() + DEAD_S

    def lives(self, server: str) -> None:
        """It answers."""
        with self._lock:
            self._dead.pop(server, None)

    def monotonic(self) -> float:
        """Seconds."""
        return self._clock.monotonic()


SERVERS = Servers(SystemClock())


@contextlib.contextmanager
def connected(settings: LdapSettings, seconds: float | None = None, servers: Servers = SERVERS) -> Iterator[Connection]:
    """A connection signed in with the account to search with. All that is done with it ends after `seconds`, as set for
    a sign-in by default. Raises DirectoryError.
    """
    until = servers.monotonic() + (seconds or settings.whole_s)
    connection = _first_that_answers(settings, until, servers)
    try:
        with cut_at(connection, until - servers.monotonic()), told(settings):
            sign_in_to_search(connection, settings)
            yield connection
    finally:
        close(connection)


def _first_that_answers(settings: LdapSettings, until: float, servers: Servers) -> Connection:
    trouble: DirectoryError | None = None
    for server in servers.by_hope(settings.servers):
        left = until - servers.monotonic()
        if left <= 0:
            break
        try:
            connection = opened(settings, server, left)
        except DirectoryError as error:
            servers.died(server)
            # What a person has to mend is worth more telling than that another one is away.
            if trouble is None or trouble.trouble is DirectoryTrouble.AWAY:
                trouble = error
            continue
        servers.lives(server)
        return connection
    raise trouble or DirectoryError(DirectoryTrouble.AWAY, "No server answered in time.")


def opened(settings: LdapSettings, server: str, seconds: float) -> Connection:
    """A connection to one server, encrypted as set, not signed in. Raises DirectoryError."""
    host, tls = host_of(server), CheckedTls(settings, host_of(server))
    far = Server(
        host,
        port_of(server, PORTS[settings.encryption]),
        use_ssl=settings.encryption == "tls",
        tls=tls,
        get_info=NONE,
        connect_timeout=min(settings.connect_s, max(1, seconds)),
    )
    connection = Connection(
        far,
        client_strategy=SYNC,
        auto_referrals=False,
        check_names=False,
        read_only=True,
        receive_timeout=settings.answer_s,
    )
    try:
        with cut_at(connection, seconds):
            connection.open(read_server_info=False)
            if settings.encryption == "starttls":
                connection.start_tls(read_server_info=False)
    except (LDAPException, OSError) as error:
        close(connection)
        raise _not_opened(server, tls.failure, error) from error
    return connection


def sign_in_to_search(connection: Connection, settings: LdapSettings) -> None:
    """With the account to search with, or as a guest. Raises DirectoryError."""
    if not settings.bind_dn:
        return  # a connection begins as a guest (RFC 4511, 4.2)
    if not bound(connection, settings.bind_dn, settings.bind_password.get_secret_value()):
        why = connection.result.get("description", "") if connection.result else ""
        raise DirectoryError(
            DirectoryTrouble.REFUSED,
            f"The directory refuses {settings.bind_dn} ({why}); check the account to search with and its password.",
        )


def bound(connection: Connection, dn: str, password: str) -> bool:
    """Whether this password is that of this entry. It goes out as it was typed: SASLprep would change some."""
    if not dn or not password:
        return False  # servers take it for a guest, and say yes (RFC 4513, 5.1.2)
    return bool(connection.rebind(user=dn, password=password.encode(), read_server_info=False))


@contextlib.contextmanager
def told(settings: LdapSettings) -> Iterator[None]:
    """What goes wrong while a server is asked, as a DirectoryError."""
    try:
        yield
    except (LDAPException, OSError) as error:
        raise DirectoryError(
            DirectoryTrouble.AWAY, f"{' or '.join(settings.servers)} stopped answering: {_short(error)}."
        ) from error


@contextlib.contextmanager
def cut_at(connection: Connection, seconds: float) -> Iterator[None]:
    """End the connection after so long, whatever is going on: a server may send a byte now and then for ever."""
    timer = threading.Timer(max(0.05, seconds), _cut, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(connection: Connection) -> None:
    line = connection.socket
    if line is not None:
        with contextlib.suppress(OSError):
            # Not SSLSocket's own, which would forget its TLS while another thread reads from it.
            socket.socket.shutdown(line, socket.SHUT_RDWR)


def close(connection: Connection) -> None:
    """Sign off and close; never raises."""
    line = connection.socket
    with contextlib.suppress(LDAPException, OSError):
        connection.unbind()
    if line is not None:
        line.close()  # ldap3 leaves one open that failed to open


def certificate_of(connection: Connection) -> tuple[str, datetime] | None:
    """Whom the server's certificate is for, and until when (UTC); None without encryption."""
    if not isinstance(connection.socket, ssl.SSLSocket):
        return None
    found: Any = connection.socket.getpeercert() or {}
    names = [value for group in found.get("subject", ()) for key, value in group if key == "commonName"]
    names = names or [value for _, value in found.get("subjectAltName", ())]
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(found["notAfter"]), UTC)
    return (names or ["?"])[0], until


def _not_opened(server: str, failure: OSError | None, error: Exception) -> DirectoryError:
    refused, away = DirectoryTrouble.REFUSED, DirectoryTrouble.AWAY
    if isinstance(failure, ssl.SSLCertVerificationError):
        return DirectoryError(refused, f"The server {server} is not trusted: {_distrust(failure, host_of(server))}")
    if failure is not None:
        return DirectoryError(away, f"The server {server} does not begin to encrypt: {_short(failure)}.")
    if "startTLS" in str(error):
        return DirectoryError(refused, f"The server {server} offers no StartTLS; choose tls, or set it up there.")
    return DirectoryError(away, f"The server {server} does not answer: {_short(error)}.")


def _distrust(error: ssl.SSLCertVerificationError, host: str) -> str:
    """OpenSSL's verify codes (openssl-verification-options(1))."""
    if error.verify_code == 10:
        return "its certificate has expired; renew it there."
    if error.verify_code in (62, 64):  # host name, IP address
        return f"its certificate is not for {host}; write the server as the certificate says."
    if error.verify_code in (18, 19, 20, 21):
        return "its certificate is signed by nobody who is trusted; paste the right certificate authority."
    return f"its certificate is not accepted: {error.verify_message}."


def _short(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__)[:160].rstrip(".")
