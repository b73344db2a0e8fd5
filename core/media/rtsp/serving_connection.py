"""One client's connection: its requests, its session, and the end of both (RFC 2326 section 10)."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from core.media.rtsp.serving_auth import Guard
from core.media.rtsp.serving_hearing import SPOKEN, TAG, Hearing
from core.media.rtsp.serving_message import (
    BadRequest,
    Interleaved,
    Request,
    Response,
    TransportOffer,
    read_request,
    required,
    transport_offers,
)
from core.media.rtsp.serving_mount import Conduct, Mount, UnfitRange
from core.media.rtsp.serving_outlet import DOCUMENT_TYPE, DOCUMENTS, Outlet
from core.media.rtsp.serving_player import Player, TcpLane, UdpLane
from core.media.rtsp.serving_sdp import CONTROL, session_description
from core.media.source import SourceError
from core.media.units import StreamInfo, Track

log = logging.getLogger("eyrie.rtsp.server")

SESSION_TIMEOUT = 60  # seconds a session lives without a sign of its client (RFC 2326 12.37)
METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN"


class Desk(Protocol):
    """What a connection needs of its server."""

    users: Mapping[str, str]
    schemes: tuple[str, ...]

    def find(self, path: str) -> Mount | None:
        """The mount of a path, or of the path of one of its tracks."""

    async def datagram_sockets(self) -> tuple[asyncio.DatagramTransport, asyncio.DatagramTransport]:
        """The RTP and RTCP sockets for clients that want UDP."""


class Connection:
    """Serves one client from accept to close. One connection carries at most one session."""

    def __init__(self, desk: Desk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._desk = desk
        self._reader = reader
        self._writer = writer
        peer, local = writer.get_extra_info("peername"), writer.get_extra_info("sockname")
        self._host, self.peer = peer[0], f"{peer[0]}:{peer[1]}"
        self._local = local[0]
        self._guard = Guard(desk.schemes)
        self._player = Player(writer.transport, self.peer)
        self._hearing = Hearing()
        self._session = ""
        self._info: StreamInfo | None = None
        self._mount: Mount | None = None
        self._playing = False
        self._loop = asyncio.get_running_loop()
        self._heard = self._loop.time()
        self._handlers: dict[str, Callable[[Request, Mount], Awaitable[Response]]] = {
            "DESCRIBE": self._describe,
            "SETUP": self._set_up,
            "PLAY": self._play,
            "PAUSE": self._pause,
            "TEARDOWN": self._tear_down,
            "GET_PARAMETER": self._acknowledge,
            "SET_PARAMETER": self._acknowledge,
        }

    async def run(self) -> None:
        """Until the client, a fault or the server ends it."""
        watch = self._loop.create_task(self._watch())
        try:
            while not self._writer.is_closing():
                request = await read_request(self._reader)
                self._heard = self._loop.time()
                if isinstance(request, Interleaved):
                    self._hearing.interleaved(request.channel, request.data)
                elif request is not None:
                    await self._handle(request)
        except BadRequest as error:
            log.info("%s: %s", self.peer, error)
            self._writer.write(Response(400).encode("0"))
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has gone, which is how most sessions end
        finally:
            watch.cancel()
            if self._mount is not None:
                self._mount.forget(self._player)
            self._writer.close()

    def take_datagram(self, address: tuple[str, int], data: bytes) -> None:
        """A UDP packet came from this address; when it is the client's, the session lives on."""
        if self._player.listens_on(address) or self._hearing.datagram(address, data):
            self._heard = self._loop.time()

    async def _watch(self) -> None:
        """Ends a connection that shows no life. Interleaved playing ones live while they read what is sent."""
        reading = self._heard
        while True:
            await asyncio.sleep(SESSION_TIMEOUT / 4)
            now = self._loop.time()
            if not self._player.lagging:
                reading = now
            interleaved = self._playing and not self._by_datagram
            if now - (reading if interleaved else self._heard) > SESSION_TIMEOUT:
                log.info("%s: session timed out", self.peer)
                self._writer.transport.abort()

    @property
    def _by_datagram(self) -> bool:
        return any(isinstance(self._player.lane(index), UdpLane) for index in self._player.outlets)

    async def _handle(self, request: Request) -> None:
        sequence = request.headers.get("cseq", "0")
        mount = self._desk.find(request.path)
        conduct = mount.conduct if mount else Conduct.NORMAL
        if conduct is Conduct.CLOSE:
            self._writer.close()
            return
        if conduct is Conduct.SILENT:
            return
        response = await self._answer(request, mount)
        if response.status == 200 and self._session:
            response.headers.setdefault("Session", f"{self._session};timeout={SESSION_TIMEOUT}")
        if not self._writer.is_closing():
            self._writer.write(response.encode(sequence))
            await self._follow(request, response)

    async def _answer(self, request: Request, mount: Mount | None) -> Response:
        if request.method == "OPTIONS":
            return Response(200, {"Public": METHODS})
        refused = mount is not None and mount.conduct is Conduct.REFUSE
        if refused or not self._guard.allows(request, mount.users if mount else self._desk.users):
            return Response(401, {"WWW-Authenticate": self._guard.challenge()})
        handler = self._handlers.get(request.method)
        if handler is None:
            return Response(405, {"Allow": METHODS})
        if mount is None:
            return Response(404)
        if self._mount is not None and mount is not self._mount:
            return Response(459)  # one session watches one mount
        if unknown := required(request) - mount.options:
            return Response(551, {"Unsupported": ", ".join(sorted(unknown))})  # RFC 2326 12.32
        return await handler(request, mount)

    async def _follow(self, request: Request, response: Response) -> None:
        """What must happen after the answer is on its way, so that no RTP overtakes it."""
        if response.status != 200 or self._mount is None:
            return
        if request.method == "PLAY" and self._player.outlets:
            self._mount.join(self._player)
        elif request.method == "TEARDOWN":
            self._session, self._mount, self._playing = "", None, False

    async def _acknowledge(self, request: Request, mount: Mount) -> Response:
        return Response()

    async def _describe(self, request: Request, mount: Mount) -> Response:
        try:
            self._info = await mount.describe()
        except SourceError as error:
            log.info("%s cannot be watched: %s", mount.path, error.message)
            return Response(503)
        base = request.url.rstrip("/") + "/"
        spoken = mount.listener.tracks if mount.listener and TAG in required(request) else ()
        body = session_description(self._info, self._local, id(mount), spoken, SPOKEN)
        return Response(200, {"Content-Base": base, "Content-Type": "application/sdp"}, mount.described(body))

    async def _set_up(self, request: Request, mount: Mount) -> Response:
        if self._info is None and (await self._describe(request, mount)).status != 200:
            return Response(503)
        listener = mount.listener if request.path.endswith(f"/{SPOKEN}") else None
        track = self._track(request, mount)
        if track is None and listener is None:
            return Response(404)
        if self._playing:
            return Response(455)
        if self._session and request.headers.get("session", "").partition(";")[0] not in ("", self._session):
            return Response(454)
        for offer in transport_offers(request.headers.get("transport", "")):
            lane = await self._lane(offer)
            if lane is None:
                continue
            if listener is not None:
                self._hearing.set_up(lane, listener)
            return self._agree(mount, _outlet(track) if track is not None else None, lane)
        return Response(461)

    def _track(self, request: Request, mount: Mount) -> Track | None:
        known: tuple[Track, ...] = self._info.tracks if self._info else ()
        tracks = (*known, DOCUMENTS) if mount.documented else known
        tail = request.path.removeprefix(mount.path).strip("/")
        if not tail and len(tracks) == 1:
            return tracks[0]
        return next((track for track in tracks if CONTROL.format(track.index) == tail), None)

    async def _lane(self, offer: TransportOffer) -> TcpLane | UdpLane | None:
        if offer.tcp:
            low, high = offer.ports or (self._player.free_channel(), self._player.free_channel() + 1)
            return TcpLane(low, high)
        if offer.ports is None:
            return None
        rtp, rtcp = await self._desk.datagram_sockets()
        # Always to the peer itself, never to a `destination` it names: that would let it aim us at others.
        return UdpLane(rtp, rtcp, self._host, offer.ports)

    def _agree(self, mount: Mount, outlet: Outlet | None, lane: TcpLane | UdpLane) -> Response:
        """outlet: None for what the client sends."""
        self._mount = mount
        self._session = self._session or secrets.token_hex(8)
        if isinstance(lane, TcpLane):
            agreed = f"RTP/AVP/TCP;unicast;interleaved={lane.rtp}-{lane.rtcp}"
        else:
            served = "-".join(str(socket.get_extra_info("sockname")[1]) for socket in (lane.rtp, lane.rtcp))
            agreed = f"RTP/AVP;unicast;client_port={lane.ports[0]}-{lane.ports[1]};server_port={served}"
        if outlet is not None:
            self._player.set_up(outlet, lane)
            agreed += f";ssrc={outlet.ssrc:08X}"
        return Response(200, {"Transport": agreed})

    async def _play(self, request: Request, mount: Mount) -> Response:
        if self._mount is None:
            return Response(454)
        try:
            told = mount.wish(self._player, request.headers)
        except UnfitRange as error:
            log.info("%s: %s", self.peer, error)
            return Response(457)
        self._playing = True
        base = request.url.rstrip("/")
        streams = (
            f"url={base}/{CONTROL.format(index)};seq={outlet.next_sequence}"
            for index, outlet in self._player.outlets.items()
        )
        return Response(200, {**told, "RTP-Info": ",".join(streams)})

    async def _pause(self, request: Request, mount: Mount) -> Response:
        if self._mount is None:
            return Response(454)
        mount.leave(self._player)
        self._playing = False
        return Response()

    async def _tear_down(self, request: Request, mount: Mount) -> Response:
        if self._mount is None:
            return Response(454)
        mount.forget(self._player)
        self._player = Player(self._writer.transport, self.peer)
        self._hearing = Hearing()
        return Response()


def _outlet(track: Track) -> Outlet:
    return Outlet(track, DOCUMENT_TYPE if track is DOCUMENTS else None)
