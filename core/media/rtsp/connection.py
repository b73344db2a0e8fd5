"""One RTSP connection as a client: requests and answers, and media interleaved between them (RFC 2326 section 10.12).

While media flows, plain TCP is read by tick: every 40 ms all that has arrived, instead of a wake-up for each packet a
camera sends. A tick costs more than a picture does, and 25 a second show 30 pictures a second smoothly; `pace` makes
them fewer while nobody looks. Ticks lie on whole multiples on the loop's clock, so that all connections of a loop share
its wake-ups.
TLS is read by the transport as it comes.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from core.media.dial import dial
from core.media.rtsp.message import (
    MAX_HEAD,
    MessageError,
    Request,
    Response,
    encode_request,
    encode_response,
    parse_head,
)
from core.media.rtsp.receiver import NotRtp
from core.media.source import Fault, SourceError

TICK_MS = 40
_READ = 65536
_READS_PER_TICK = 32
_DOLLAR = 0x24

PacketHandler = Callable[[bytes, int, int], None]
RunHandler = Callable[[bytes, int, int, int], int]


@dataclass(frozen=True, slots=True)
class Peer:
    """Whom we talk to, for connecting and for messages. host without brackets."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None


class Connection(asyncio.Protocol):
    """Use `connect`. Nothing is raised into the transport: the end, whatever its cause, is the result of `ended`.

    channels: handler of each interleaved channel, given the bounds of a packet; runs: of a channel where most packets
    are alike, handler of those that follow a packet (`Receiver.run`); on_batch: called after everything of one read was
    handled.
    """

    def __init__(self, peer: Peer, sock: socket.socket) -> None:
        self.peer = peer
        self.channels: dict[int, PacketHandler] = {}
        self.runs: dict[int, RunHandler] = {}
        self.on_batch: Callable[[], None] = lambda: None
        self.ended: asyncio.Future[SourceError] = asyncio.get_running_loop().create_future()
        self.answered = False
        self._loop = asyncio.get_running_loop()
        self._sock = sock
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._cseq = 0
        self._waiting: dict[int, asyncio.Future[Response]] = {}
        self._tick: asyncio.TimerHandle | None = None
        self._tick_ms = TICK_MS

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        """Called by asyncio, until `read_by_tick`."""
        self._feed(data)
        self.on_batch()

    def connection_lost(self, error: Exception | None) -> None:
        """Called by asyncio."""
        self._fail(self._closed())

    async def request(self, method: str, url: str, fields: Mapping[str, str], seconds: float) -> Response:
        """Send a request and wait for its answer. Raises SourceError: TIMEOUT, or why the connection ended."""
        if self.ended.done():
            raise self.ended.result()
        self._cseq += 1
        answer: asyncio.Future[Response] = self._loop.create_future()
        self._waiting[self._cseq] = answer
        self._write(encode_request(method, url, (("CSeq", str(self._cseq)), *fields.items())))
        try:
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError:
            raise self._silent(method, seconds) from None
        finally:
            self._waiting.pop(self._cseq, None)

    def send(self, method: str, url: str, fields: Mapping[str, str]) -> None:
        """Send a request whose answer does not matter."""
        self._cseq += 1
        self._write(encode_request(method, url, (("CSeq", str(self._cseq)), *fields.items())))

    def send_media(self, channel: int, packet: bytes) -> None:
        """Send an RTP or RTCP packet, interleaved."""
        self._write(bytes((_DOLLAR, channel)) + len(packet).to_bytes(2, "big") + packet)

    @property
    def address(self) -> str:
        """Of the other side, as a number. Raises OSError when the connection is closed."""
        return str(self._sock.getpeername()[0])

    @property
    def unsent(self) -> int:
        """Bytes that wait to be sent."""
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    def hold(self, held: bool) -> None:
        """Whether to let what comes wait in the sender's and the kernel's buffers, until it is wanted."""
        if self._transport is not None and not self.ended.done():
            (self._transport.pause_reading if held else self._transport.resume_reading)()

    def read_by_tick(self) -> None:
        """Media flows from now on."""
        if self.peer.tls is None and self._transport is not None and not self.ended.done():
            self._transport.pause_reading()
            self._schedule()

    def pace(self, seconds: float) -> None:
        """How far apart ticks lie. What waits meanwhile lies in the kernel's receive buffer, which has to hold it."""
        self._tick_ms = max(1, round(seconds * 1000))
        if self._tick is not None and not self.ended.done():
            self._tick.cancel()
            self._schedule()

    def close(self) -> None:
        """End at once what is not yet ended; buffered requests are still sent."""
        if self._transport is not None:
            self._transport.close()
        self._fail(self._closed())

    def _schedule(self) -> None:
        now_ms = round(self._loop.time() * 1000)
        self._tick = self._loop.call_at((now_ms // self._tick_ms + 1) * self._tick_ms / 1000, self._read)

    def _read(self) -> None:
        for _ in range(_READS_PER_TICK):
            try:
                data = self._sock.recv(_READ)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                data = b""
            if not data:
                self.on_batch()
                self._fail(self._closed())
                return
            self._feed(data)
            if len(data) < _READ:
                break
        self.on_batch()
        if not self.ended.done():
            self._schedule()

    def _feed(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        try:
            used = self._parse(data)
        except (MessageError, NotRtp) as error:
            self._fail(self._nonsense(error))
            return
        self._rest = data[used:] if used < len(data) else b""

    def _parse(self, data: bytes) -> int:
        """Handle all that is whole; returns how many bytes that was."""
        at, end, channels, runs = 0, len(data), self.channels, self.runs
        while end - at >= 4:
            if data[at] == _DOLLAR:
                following = at + 4 + (data[at + 2] << 8 | data[at + 3])
                if following > end:
                    break
                channel = data[at + 1]
                if channel in channels:
                    channels[channel](data, at + 4, following)
                at = runs[channel](data, following, end, channel) if channel in runs else following
            else:
                following = self._message(data, at)
                if following == at:
                    break
                at = following
        return at

    def _message(self, data: bytes, at: int) -> int:
        """Handle the message at `at`; returns where it ends, or `at` when it is not whole."""
        if data[at] in b"\r\n":
            return at + 1
        if not data[at : at + 1].isalpha():
            raise MessageError(f"neither a message nor media but {data[at : at + 8]!r}")
        head_end = data.find(b"\r\n\r\n", at)
        if head_end < 0 or head_end - at > MAX_HEAD:
            if len(data) - at > MAX_HEAD:
                raise MessageError("a message without end")
            if data.find(b"\n", at) >= 0:
                parse_head(data[at:])  # a first line of another protocol need not be waited out
            return at
        message = parse_head(data[at:head_end])
        body = head_end + 4
        following = body + message.headers.content_length()
        if following > len(data):
            return at
        if isinstance(message, Request):
            self._reply(message)
        else:
            self._answer(message, data[body:following])
        return following

    def _answer(self, head: Response, body: bytes) -> None:
        self.answered = True
        cseq = head.headers.get("CSeq").strip()
        number = int(cseq) if cseq.isdigit() else next(iter(self._waiting), 0)
        waiting = self._waiting.get(number)
        if waiting is not None and not waiting.done() and head.status >= 200:
            waiting.set_result(Response(head.status, head.reason, head.headers, body))

    def _reply(self, request: Request) -> None:
        # Cameras ask little of a client; RFC 2326 lets it decline what it does not know.
        status = (200, "OK") if request.method in ("OPTIONS", "GET_PARAMETER") else (501, "Not Implemented")
        self._write(encode_response(*status, (("CSeq", request.headers.get("CSeq")),)))

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def _fail(self, error: SourceError) -> None:
        if self.ended.done():
            return
        self.ended.set_result(error)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(error)
        if self._tick is not None:
            self._tick.cancel()
        if self._transport is not None:
            self._transport.close()

    def _closed(self) -> SourceError:
        host, port = self.peer.host, self.peer.port
        if self.answered:
            return SourceError(Fault.CLOSED, f"{host} closed the connection.")
        return SourceError(
            Fault.PORT,
            f"{host} closed the connection on port {port} without an answer; check the port, and whether the camera's "
            "limit of sessions is reached.",
        )

    def _silent(self, method: str, seconds: float) -> SourceError:
        return SourceError(
            Fault.TIMEOUT,
            f"{self.peer.host} accepted the connection on port {self.peer.port} but did not answer {method} within "
            f"{seconds:g} s.",
        )

    def _nonsense(self, error: ValueError) -> SourceError:
        host, port = self.peer.host, self.peer.port
        if not self.answered:
            return SourceError(
                Fault.PORT, f"Something else than RTSP answers at {host} on port {port}; check the port."
            )
        what = f": {error}" if str(error) else ""
        return SourceError(Fault.PROTOCOL, f"{host} sent something that is neither RTSP nor media{what}.")


async def connect(peer: Peer, seconds: float) -> Connection:
    """Open a connection, TLS included. Raises SourceError: ADDRESS, PORT."""
    sock = await dial(peer.host, peer.port, seconds)
    try:
        async with asyncio.timeout(seconds):
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: Connection(peer, sock), sock=sock, ssl=peer.tls, server_hostname=peer.host if peer.tls else None
            )
            return connection
    except ssl.SSLCertVerificationError as error:
        message = f"The certificate of {peer.host} is not trusted ({error.verify_message}); allow it or mend it."
        raise SourceError(Fault.ADDRESS, message) from None
    except (OSError, TimeoutError):
        sock.close()
        message = f"{peer.host} does not speak RTSP over TLS on port {peer.port}; check the port and the scheme."
        raise SourceError(Fault.PORT, message) from None
    except BaseException:
        sock.close()
        raise
