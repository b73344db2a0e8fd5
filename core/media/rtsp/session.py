"""The RTSP conversation of one session (RFC 2326): from the first request to PLAY, keep-alive, TEARDOWN."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from core.media.rtsp import sdp
from core.media.rtsp.auth import Authenticator, only_stale
from core.media.rtsp.connection import Connection, Peer, connect
from core.media.rtsp.formats import Described
from core.media.rtsp.message import Response
from core.media.source import Fault, SourceError

DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322}
_REDIRECTS = 3
_SESSION_TIMEOUT_S = 60.0
_AGENT = "Eyrie"


class TransportRefused(SourceError):
    """The server does not send media over the RTSP connection (461); UDP may work."""


class OptionRefused(SourceError):
    """The server does not know what a request required (551, RFC 2326 section 12.32)."""


@dataclass(frozen=True, slots=True)
class Target:
    """What to open. url: without user name and password; tls: used for rtsps."""

    url: str
    username: str = ""
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = None

    @staticmethod
    def of(url: str, username: str = "", password: str = "", *, verify: bool = False) -> Target:
        """A target from a URL as people write it, credentials inside or beside it.

        verify: check the certificate of an rtsps server; most cameras made theirs themselves.
        Raises SourceError (ADDRESS) when the URL names no host.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port, parts = None, None, SplitResult("", "", "", "", "")
        if not host or parts.scheme not in DEFAULT_PORTS:
            raise SourceError(Fault.ADDRESS, "The address must be rtsp://host/path or rtsps://host/path.")
        netloc = f"[{host}]" if ":" in host else host
        bare = urlunsplit(parts._replace(netloc=netloc if port is None else f"{netloc}:{port}"))
        tls = _tls(verify) if parts.scheme == "rtsps" else None
        return Target(bare, username or unquote(parts.username or ""), password or unquote(parts.password or ""), tls)

    @property
    def peer(self) -> Peer:
        """The host to connect to."""
        parts = urlsplit(self.url)
        return Peer(parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme], self.tls)

    def redirected(self, url: str) -> Target:
        """Where a redirect leads; credentials go along to the same host only. Raises SourceError."""
        new = Target.of(url)
        if new.peer.host != self.peer.host:
            return new
        return replace(new, username=self.username, password=self.password, tls=new.tls and (self.tls or new.tls))


def _tls(verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@dataclass(slots=True)
class Session:
    """A conversation over one connection. `step` bounds each answer in seconds.

    extra: header fields by method, beside or instead of the usual ones.
    """

    target: Target
    connection: Connection
    auth: Authenticator
    step: float
    extra: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    keep_alive: str = "OPTIONS"
    timeout: float = _SESSION_TIMEOUT_S
    server: str = ""
    _id: str = ""
    _base: str = ""
    _aggregate: str = ""

    async def describe(self) -> sdp.Description | str:
        """OPTIONS and DESCRIBE. Returns the description, or the URL of a redirect. Raises SourceError."""
        options = await self._request("OPTIONS", self.target.url)
        if "GET_PARAMETER" in options.headers.get("Public").upper():
            self.keep_alive = "GET_PARAMETER"
        answer = await self._request("DESCRIBE", self.target.url, Accept="application/sdp")
        if 300 <= answer.status < 400 and answer.headers.get("Location"):
            return answer.headers.get("Location")
        self._check(answer, "DESCRIBE")
        self.server = answer.headers.get("Server") or options.headers.get("Server")
        headers = answer.headers
        self._base = headers.get("Content-Base") or headers.get("Content-Location") or self.target.url
        if "://" not in self._base:
            self._base = self.target.url
        try:
            found = sdp.parse(answer.body.decode("utf-8", "replace"))
        except ValueError as error:
            raise SourceError(
                Fault.PATH, f"{self.target.peer.host} describes no stream ({error}); check the path."
            ) from None
        self._aggregate = sdp.control_url(self._base, found.control)
        return found

    async def setup(self, formats: Sequence[Described]) -> list[tuple[int, int]]:
        """SETUP of each, over this connection. Returns RTP and RTCP channel of each. Raises SourceError."""
        channels = []
        for index, chosen in enumerate(formats):
            transport = await self._agree(chosen, f"RTP/AVP/TCP;unicast;interleaved={2 * index}-{2 * index + 1}")
            if "TCP" not in transport.upper():
                raise self._refused()
            channels.append(_pair(transport, "interleaved") or (2 * index, 2 * index + 1))
        return channels

    async def setup_datagrams(self, chosen: Described, ports: tuple[int, int]) -> tuple[int, int]:
        """SETUP of one over UDP, from these ports of ours. Returns the server's. Raises SourceError."""
        transport = await self._agree(chosen, f"RTP/AVP;unicast;client_port={ports[0]}-{ports[1]}")
        served = _pair(transport, "server_port")
        if served is None:
            raise SourceError(Fault.PROTOCOL, f"{self.target.peer.host} did not say to which ports to send.")
        return served

    async def _agree(self, chosen: Described, wanted: str) -> str:
        """SETUP; the transport that the server chose."""
        answer = await self._request("SETUP", sdp.control_url(self._base, chosen.media.control), Transport=wanted)
        if answer.status == 461:
            raise self._refused()
        self._check(answer, "SETUP")
        self._remember(answer.headers.get("Session"))
        return answer.headers.get("Transport", wanted)

    async def play(self, formats: Sequence[Described]) -> dict[int, int]:
        """PLAY. Returns the RTP time of the begin for each format that the server tells it of. Raises SourceError."""
        answer = await self._request("PLAY", self._aggregate, Range="npt=0.000-")
        self._check(answer, "PLAY")
        controls = [sdp.control_url(self._base, chosen.media.control) for chosen in formats]
        return _starts(", ".join(answer.headers.all("RTP-Info")), controls)

    async def stay_alive(self) -> SourceError:
        """Send keep-alives at half the session's timeout, until the server says that the session is over.

        Raises SourceError when one is not answered.
        """
        while True:
            await asyncio.sleep(max(1.0, self.timeout / 2))
            answer = await self._request(self.keep_alive, self._aggregate)
            if answer.status in (405, 501, 551) and self.keep_alive != "OPTIONS":
                self.keep_alive = "OPTIONS"
                await self._request("OPTIONS", self._aggregate)
            elif answer.status == 454:
                return SourceError(Fault.CLOSED, f"{self.target.peer.host} has ended the session.")

    def teardown(self) -> None:
        """Send TEARDOWN when there is something to tear down; its answer is not waited for."""
        if self._id:
            self.connection.send("TEARDOWN", self._aggregate, self._fields("TEARDOWN", self._aggregate))
            self._id = ""

    async def _request(self, method: str, url: str, **fields: str) -> Response:
        fields |= self.extra.get(method, {})
        answer = await self.connection.request(method, url, self._fields(method, url) | fields, self.step)
        for attempt in range(2):
            offers = answer.headers.all("WWW-Authenticate")
            # A wrong password is tried once only: many cameras lock an account after a few.
            if answer.status != 401 or (attempt and not only_stale(offers)):
                break
            if not self.auth.take(offers):
                raise self._unauthorised(bool(self.auth.username))
            answer = await self.connection.request(method, url, self._fields(method, url) | fields, self.step)
        if answer.status in (401, 403):
            raise self._unauthorised(True)
        return answer

    def _fields(self, method: str, url: str) -> dict[str, str]:
        fields = {"User-Agent": _AGENT}
        if self._id:
            fields["Session"] = self._id
        if (authorization := self.auth.header(method, url)) is not None:
            fields["Authorization"] = authorization
        return fields

    def _remember(self, session: str) -> None:
        name, _, rest = session.partition(";")
        self._id = name.strip() or self._id
        seconds = re.search(r"timeout\s*=\s*(\d+)", rest)
        if seconds and int(seconds[1]) > 0:
            self.timeout = float(seconds[1])

    def _check(self, answer: Response, method: str) -> None:
        if answer.ok:
            return
        host, said = self.target.peer.host, f"{answer.status} {answer.reason}".strip()
        if answer.status == 551:
            raise OptionRefused(Fault.PROTOCOL, f"{host} does not offer what {method} asked for.")
        if answer.status in (400, 404, 410, 415, 451, 454, 459, 460):
            path = urlsplit(self.target.url).path or "/"
            raise SourceError(Fault.PATH, f"{host} has no stream at {path} (it answered {said}); check the path.")
        raise SourceError(Fault.PROTOCOL, f"{host} answered {method} with {said}.")

    def _refused(self) -> TransportRefused:
        return TransportRefused(
            Fault.PROTOCOL, f"{self.target.peer.host} does not send over TCP; choose UDP or automatic as transport."
        )

    def _unauthorised(self, tried: bool) -> SourceError:
        host = self.target.peer.host
        if tried:
            return SourceError(Fault.CREDENTIALS, f"{host} did not accept the user name and password.")
        return SourceError(Fault.CREDENTIALS, f"{host} asks for a user name and password.")


async def converse(
    target: Target, step: float, extra: Mapping[str, Mapping[str, str]] | None = None
) -> tuple[Session, sdp.Description]:
    """Connect and describe, following redirects. extra: see Session. Raises SourceError."""
    for _ in range(_REDIRECTS + 1):
        connection = await connect(target.peer, step)
        session = Session(target, connection, Authenticator(target.username, target.password), step, extra or {})
        try:
            found = await session.describe()
        except BaseException:
            connection.close()
            raise
        if isinstance(found, sdp.Description):
            return session, found
        connection.close()
        target = target.redirected(found)
    raise SourceError(Fault.PROTOCOL, f"{target.peer.host} redirects in a circle.")


def _pair(transport: str, name: str) -> tuple[int, int] | None:
    """The two numbers of a transport's parameter; the second may be left out."""
    given = re.search(rf"{name}=(\d{{1,5}})(?:-(\d{{1,5}}))?", transport)
    if given is None:
        return None
    first = int(given[1])
    return first, int(given[2]) if given[2] else first + 1


def _starts(info: str, controls: Sequence[str]) -> dict[int, int]:
    """RTP times of an RTP-Info field by track. Its URLs are as free as their servers; else their order counts."""
    found: dict[int, int] = {}
    for position, part in enumerate(re.split(r",\s*(?=url=)", info)):
        time = re.search(r"rtptime=(\d+)", part)
        url = re.search(r"url=\"?([^;,\"]+)", part)
        if not time or not url:
            continue
        matching = [index for index, control in enumerate(controls) if _same(control, url[1])]
        index = matching[0] if len(matching) == 1 else position
        if index < len(controls):
            found[index] = int(time[1]) & 0xFFFFFFFF
    return found


def _same(control: str, url: str) -> bool:
    return control == url or control.endswith("/" + url.lstrip("/"))
