"""One playing client: takes parcels, sends them over TCP or UDP, and drops when the client is too slow."""

from __future__ import annotations

import asyncio
import logging
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.media.rtsp.serving_outlet import Outlet, Parcel

log = logging.getLogger("eyrie.rtsp.server")

# Bytes waiting in a client's socket above which its frames are dropped, until a keyframe finds it below half of that.
MAX_WAITING = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class TcpLane:
    """Interleaved channels of one track (RFC 2326 10.12)."""

    rtp: int
    rtcp: int


@dataclass(frozen=True, slots=True)
class UdpLane:
    """Where one track's packets go, and the server's sockets they leave by."""

    rtp: asyncio.DatagramTransport
    rtcp: asyncio.DatagramTransport
    host: str
    ports: tuple[int, int]


class Player:
    """The tracks one client has set up, and its connection."""

    def __init__(self, transport: asyncio.WriteTransport, peer: str) -> None:
        self._transport = transport
        self._peer = peer
        self._lanes: dict[int, tuple[Outlet, TcpLane | UdpLane]] = {}
        self.lagging = False

    @property
    def outlets(self) -> dict[int, Outlet]:
        """By index of the track."""
        return {index: outlet for index, (outlet, _) in self._lanes.items()}

    def lane(self, track: int) -> TcpLane | UdpLane | None:
        """How a track travels, if it is set up."""
        return self._lanes[track][1] if track in self._lanes else None

    def set_up(self, outlet: Outlet, lane: TcpLane | UdpLane) -> None:
        """Add a track, or give it another lane."""
        self._lanes[outlet.track] = outlet, lane

    def free_channel(self) -> int:
        """The lowest even interleaved channel that no track uses yet."""
        used = {lane.rtp for _, lane in self._lanes.values() if isinstance(lane, TcpLane)}
        return next(channel for channel in range(0, 256, 2) if channel not in used)

    def listens_on(self, address: tuple[str, int]) -> bool:
        """Whether this UDP address belongs to the client."""
        lanes = (lane for _, lane in self._lanes.values() if isinstance(lane, UdpLane))
        return any(address[0] == lane.host and address[1] in lane.ports for lane in lanes)

    def close(self) -> None:
        """End the client's connection."""
        self._transport.close()

    @property
    def waiting(self) -> int:
        """Bytes that wait in the client's socket."""
        return self._transport.get_write_buffer_size()

    def say_goodbye(self) -> None:
        """Nothing more comes on any track (RTCP BYE, RFC 3550 6.6)."""
        if self._transport.is_closing():
            return
        for outlet, lane in self._lanes.values():
            # An empty receiver report before it: every compound packet begins with a report (RFC 3550 6.1).
            packet = struct.pack("!BBHI", 0x80, 201, 1, outlet.ssrc) + struct.pack("!BBHI", 0x81, 203, 1, outlet.ssrc)
            if isinstance(lane, TcpLane):
                self._transport.write(bytes((0x24, lane.rtcp)) + len(packet).to_bytes(2) + packet)
            else:
                lane.rtcp.sendto(packet, (lane.host, lane.ports[1]))

    def send(self, parcels: Sequence[Parcel]) -> None:
        """Send what the client has set up of these parcels; one write for all that goes over TCP."""
        if self._transport.is_closing():
            return
        joined: list[bytes] = []
        for parcel in self._in_time(parcels):
            found = self._lanes.get(parcel.track)
            if found is None:
                continue
            outlet, lane = found
            if isinstance(lane, TcpLane):
                _interleave(outlet, lane, parcel, joined)
            else:
                _send_datagrams(outlet, lane, parcel)
        if joined:
            self._transport.write(b"".join(joined))

    def _in_time(self, parcels: Sequence[Parcel]) -> Iterable[Parcel]:
        waiting = self._transport.get_write_buffer_size()
        if not self.lagging and waiting > MAX_WAITING:
            self.lagging = True
            log.warning("%s reads too slowly; its frames are dropped", self._peer)
        if not self.lagging:
            return parcels
        start = next((number for number, parcel in enumerate(parcels) if parcel.starts_gop), None)
        if start is None or waiting > MAX_WAITING // 2:
            return ()
        self.lagging = False
        log.info("%s has caught up", self._peer)
        return parcels[start:]


def _interleave(outlet: Outlet, lane: TcpLane, parcel: Parcel, joined: list[bytes]) -> None:
    if report := outlet.report(parcel):
        joined += (bytes((0x24, lane.rtcp)) + len(report).to_bytes(2), report)
    prefix = bytes((0x24, lane.rtp))
    for header, payload in outlet.packets(parcel):
        joined += (prefix, (len(header) + len(payload)).to_bytes(2), header, payload)


def _send_datagrams(outlet: Outlet, lane: UdpLane, parcel: Parcel) -> None:
    if report := outlet.report(parcel):
        lane.rtcp.sendto(report, (lane.host, lane.ports[1]))
    address = lane.host, lane.ports[0]
    for header, payload in outlet.packets(parcel):
        lane.rtp.sendto(header + payload, address)
