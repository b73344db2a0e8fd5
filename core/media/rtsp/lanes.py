"""The two ways in which a client's own packets reach a server: interleaved in the connection, or as datagrams."""

from __future__ import annotations

import asyncio
import secrets
from typing import Protocol

from core.media.rtsp.connection import Connection
from core.media.rtsp.formats import Format
from core.media.rtsp.session import Session, TransportRefused

_TRIES = 50


class Lane(Protocol):
    """Where packets go."""

    def send(self, packet: bytes, *, report: bool) -> None:
        """One RTP packet, or RTCP report."""

    def close(self) -> None:
        """Let go of it."""


async def set_up(session: Session, chosen: Format) -> Lane:
    """Set a media up for sending: interleaved, over UDP where the server wants that. Raises SourceError."""
    try:
        [(rtp, rtcp)] = await session.setup([chosen])
        return _Interleaved(session.connection, rtp, rtcp)
    except TransportRefused:
        lane = await _Datagrams.opened(session.connection.address)
    try:
        lane.served = await session.setup_datagrams(chosen, lane.ports)
    except BaseException:
        lane.close()
        raise
    return lane


class _Interleaved:
    """RFC 2326 section 10.12."""

    def __init__(self, connection: Connection, rtp: int, rtcp: int) -> None:
        self._connection, self._rtp, self._rtcp = connection, rtp, rtcp

    def send(self, packet: bytes, *, report: bool) -> None:
        self._connection.send_media(self._rtcp if report else self._rtp, packet)

    def close(self) -> None:
        """It ends with the connection."""


class _Datagrams:
    """An even port of ours and the next (RFC 3550 section 11). What the server reports back is of no use here."""

    def __init__(self, host: str, ports: tuple[int, int], pair: list[asyncio.DatagramTransport]) -> None:
        self.ports = ports
        self.served = (0, 0)
        self._host = host
        self._pair = pair

    @classmethod
    async def opened(cls, host: str) -> _Datagrams:
        """On free ports. Raises OSError when there are none."""
        any_address = "::" if ":" in host else "0.0.0.0"  # noqa: S104 - the camera decides by which interface it answers
        loop = asyncio.get_running_loop()
        for _ in range(_TRIES):
            port = 40_000 + 2 * secrets.randbelow(10_000)
            pair: list[asyncio.DatagramTransport] = []
            try:
                for number in (port, port + 1):
                    transport, _ = await loop.create_datagram_endpoint(
                        asyncio.DatagramProtocol, local_addr=(any_address, number)
                    )
                    pair.append(transport)
            except OSError:
                for transport in pair:
                    transport.close()
                continue
            return cls(host, (port, port + 1), pair)
        raise OSError("no free pair of UDP ports between 40000 and 60000")

    def send(self, packet: bytes, *, report: bool) -> None:
        self._pair[report].sendto(packet, (self._host, self.served[report]))

    def close(self) -> None:
        for transport in self._pair:
            transport.close()
