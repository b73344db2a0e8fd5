"""Hearing what clients say: the server's side of the backchannel (ONVIF Streaming Specification, section 5.3)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

from core.media.rtsp.formats import spoken_formats
from core.media.rtsp.receiver import NotRtp, Receiver
from core.media.rtsp.sdp import parse
from core.media.rtsp.serving_player import TcpLane, UdpLane
from core.media.rtsp.serving_sdp import session_description
from core.media.units import StreamInfo, Track

log = logging.getLogger("eyrie.rtsp.server")

TAG = "www.onvif.org/ver20/backchannel"
SPOKEN = "trackID=spoken"


class Listener(Protocol):
    """What hears the clients of a mount. tracks: G.711 or AAC, what it takes; with different indexes."""

    @property
    def tracks(self) -> Sequence[Track]:
        """What may be said."""

    def hear(self, track: Track, data: bytes, timestamp: int) -> None:
        """One frame of sound, with its RTP time. Called on the server's loop; must not block."""


class Hearing:
    """What one client says, from RTP to the mount's listener. Packets that make no sense are passed over."""

    def __init__(self) -> None:
        self._listener: Listener | None = None
        self._lane: TcpLane | UdpLane | None = None
        self._receivers: dict[int, tuple[Track, Receiver]] = {}

    def set_up(self, lane: TcpLane | UdpLane, listener: Listener) -> None:
        """The client will speak by this lane."""
        self._lane, self._listener = lane, listener
        # Taken as a client would take them: by what the server itself says of them.
        described = parse(session_description(StreamInfo(()), "0.0.0.0", 0, listener.tracks, SPOKEN).decode())  # noqa: S104
        for track, chosen in zip(listener.tracks, spoken_formats(described), strict=True):
            self._receivers[chosen.media.payload_type] = track, Receiver(chosen)

    def interleaved(self, channel: int, data: bytes) -> None:
        """A packet of the connection."""
        if isinstance(self._lane, TcpLane) and channel == self._lane.rtp:
            self._take(data)

    def datagram(self, address: tuple[str, int], data: bytes) -> bool:
        """A packet from some UDP address; whether it is this client's."""
        lane = self._lane
        if not isinstance(lane, UdpLane) or address[0] != lane.host or address[1] not in lane.ports:
            return False
        if address[1] == lane.ports[0]:
            self._take(data)
        return True

    def _take(self, data: bytes) -> None:
        found = self._receivers.get(data[1] & 0x7F) if len(data) > 1 else None
        if found is None or self._listener is None:
            return
        track, receiver = found
        try:
            receiver.packet(data, 0, len(data))
        except NotRtp:
            return
        frames, receiver.depacketiser.frames = receiver.depacketiser.frames, []
        for frame in frames:
            self._listener.hear(track, frame.data, frame.timestamp)
