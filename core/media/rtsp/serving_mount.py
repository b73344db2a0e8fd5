"""A mount: one path of the server, the feed behind it and the clients in front of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from core.media.rtsp.packetise import Packetiser, packetiser
from core.media.rtsp.packetise_jpeg import UnsendableJpeg
from core.media.rtsp.serving_hearing import TAG, Listener
from core.media.rtsp.serving_outlet import DOCUMENT_TYPE, DOCUMENTS, Parcel
from core.media.rtsp.serving_player import Player
from core.media.rtsp.serving_sdp import CONTROL
from core.media.source import PacketSink, SourceError
from core.media.units import AccessUnit, StreamInfo

log = logging.getLogger("eyrie.rtsp.server")

# What a mount keeps since the last keyframe, so that a client that joins sees a picture at once.
MAX_GOP_BYTES = 8 * 1024 * 1024
DOCUMENT_PIECE = 1400  # bytes of a document in one packet


class Feed(Protocol):
    """What is served at a mount. It is idle until somebody watches, and again when the last has left."""

    async def describe(self) -> StreamInfo:
        """The tracks a client would get now. Raises SourceError when there is nothing to watch (answered by 503)."""

    def start(self, sink: PacketSink) -> None:
        """The first client plays: push units into `sink`, on the running loop, after one `on_stream`."""

    def stop(self) -> None:
        """The last client has left: push no more."""


class Conduct(StrEnum):
    """How a mount answers requests. All but NORMAL play a broken camera."""

    NORMAL = "normal"
    CLOSE = "close"  # the connection is closed as soon as a request names the mount
    SILENT = "silent"  # requests are read and never answered: a half-open socket, a hung camera
    REFUSE = "refuse"  # 401 whatever the credentials


class UnfitRange(Exception):
    """A client asks for a time that is not there, or in a way that is not understood."""


class Mount:
    """Fans one feed out to its clients: packetised once, and stamped by each client's outlets. A PacketSink.

    listener: hears what clients say, None for a mount without a backchannel. documented: it has a metadata track, for
    documents given to `tell`.
    """

    def __init__(self, path: str, feed: Feed, users: Mapping[str, str]) -> None:
        self.path = path
        self.users = users
        self.conduct = Conduct.NORMAL
        self.tamper: Callable[[Parcel], Parcel] | None = None
        self.listener: Listener | None = None
        self.documented = False
        self._feed = feed
        self._info: StreamInfo | None = None
        self._packetisers: dict[int, Packetiser] = {}
        self._has_video = False
        self._gop: list[Parcel] = []
        self._gop_bytes = 0
        self._players: set[Player] = set()
        self._unsendable: set[int] = set()

    @property
    def options(self) -> set[str]:
        """What a client may require of it."""
        return {TAG} if self.listener is not None else set()

    @property
    def watched(self) -> int:
        """How many clients play."""
        return len(self._players)

    async def describe(self) -> StreamInfo:
        """The feed's tracks, without those RTP cannot carry. Raises SourceError."""
        return await self._feed.describe()

    def described(self, body: bytes) -> bytes:
        """A session description with what this kind of mount adds to it."""
        if not self.documented:
            return body
        lines = (
            f"m=application 0 RTP/AVP {DOCUMENT_TYPE}",
            f"a=rtpmap:{DOCUMENT_TYPE} vnd.onvif.metadata/90000",
            "a=control:" + CONTROL.format(DOCUMENTS.index),
        )
        return body + "\r\n".join((*lines, "")).encode()

    @property
    def heeded(self) -> bool:
        """Whether a client that plays takes documents."""
        return any(player.lane(DOCUMENTS.index) is not None for player in self._players)

    def tell(self, document: bytes, wall_ms: int) -> None:
        """Send an XML document to the clients that have set up the metadata track."""
        pieces = [document[at : at + DOCUMENT_PIECE] for at in range(0, len(document), DOCUMENT_PIECE)]
        parcel = Parcel(DOCUMENTS.index, wall_ms * 90, wall_ms, True, pieces, len(document))
        for player in tuple(self._players):
            player.send([parcel])

    def wish(self, player: Player, headers: Mapping[str, str]) -> dict[str, str]:
        """What a client asks for with PLAY, before it joins; the headers of the answer. Raises UnfitRange."""
        return {"Range": "npt=now-"}

    def forget(self, player: Player) -> None:
        """The client's session is over."""
        self.leave(player)

    def join(self, player: Player) -> None:
        """A client plays from now on; it first gets what came since the last keyframe."""
        if player in self._players:
            return
        self._players.add(player)
        if len(self._players) == 1:
            self._feed.start(self)
        elif self._gop:
            player.send(self._gop)

    def leave(self, player: Player) -> None:
        """A client plays no longer. Idempotent."""
        if player not in self._players:
            return
        self._players.remove(player)
        if not self._players:
            self._rest()

    def disconnect(self) -> None:
        """End every client's connection at once."""
        for player in tuple(self._players):
            player.close()
            self.leave(player)

    def _rest(self) -> None:
        self._feed.stop()
        self._forget_gop()
        self._info = None

    def _forget_gop(self) -> None:
        self._gop, self._gop_bytes = [], 0

    def on_stream(self, info: StreamInfo) -> None:
        """New parameters travel in band; another set of tracks or codecs cannot, so its clients must come again."""
        previous, self._info = self._info, info
        self._packetisers = {track.index: packetiser(track) for track in info.tracks}
        self._has_video = info.video is not None
        self._forget_gop()
        if previous is not None and _kinds(previous) != _kinds(info):
            self.disconnect()

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        """Packetise once, keep for who joins later, hand to every client."""
        parcels = [parcel for unit in units if (parcel := self._parcel(unit)) is not None]
        self._keep(parcels)
        for player in tuple(self._players):
            player.send(parcels)

    def on_end(self, error: SourceError | None) -> None:
        """The feed is over: so are its clients' sessions."""
        if error is not None:
            log.warning("%s ended: %s", self.path, error.message)
        self.disconnect()

    def _parcel(self, unit: AccessUnit) -> Parcel | None:
        maker = self._packetisers.get(unit.track)
        if maker is None:
            return None
        try:
            payloads = maker.payloads(unit)
        except UnsendableJpeg as error:
            if unit.track not in self._unsendable:
                self._unsendable.add(unit.track)
                log.warning("%s cannot be served: %s", self.path, error)
            return None
        starts_gop = unit.keyframe and (unit.track == self._video_index or not self._has_video)
        parcel = Parcel(unit.track, unit.pts, unit.wall_ms, starts_gop, payloads, sum(map(len, payloads)))
        return self.tamper(parcel) if self.tamper else parcel

    @property
    def _video_index(self) -> int:
        video = self._info.video if self._info else None
        return video.index if video else -1

    def _keep(self, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            if parcel.starts_gop:
                self._forget_gop()
            elif not self._gop:
                continue  # nothing decodable without the keyframe that should have come before
            self._gop.append(parcel)
            self._gop_bytes += parcel.size
            if self._gop_bytes > MAX_GOP_BYTES:
                self._forget_gop()


def _kinds(info: StreamInfo) -> list[tuple[int, str, int, int]]:
    return [(track.index, track.codec, track.timescale, track.channels) for track in info.tracks]
