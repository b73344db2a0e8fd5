"""Serving what was recorded: a position a client, times in the headers (ONVIF Streaming Specification, section 6)."""

from __future__ import annotations

import asyncio
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from core.media.rtsp.packetise import Packetiser, packetiser
from core.media.rtsp.packetise_jpeg import UnsendableJpeg
from core.media.rtsp.replay_stamps import BROKEN, CLEAN, END
from core.media.rtsp.serving_mount import Mount, UnfitRange
from core.media.rtsp.serving_outlet import NTP_EPOCH_OFFSET, Parcel
from core.media.rtsp.serving_player import Player
from core.media.source import PacketSink
from core.media.units import AccessUnit, StreamInfo

TAG = "onvif-replay"
MOST_WAITING = 512 * 1024  # bytes in a client's socket above which its replay waits
_WAIT_S = 0.01
_EXTENSION = struct.Struct(">HHIIBBH")
_CLOCK = re.compile(r"clock=(\d{8}T\d{6}(?:\.\d+)?Z)?-(\d{8}T\d{6}(?:\.\d+)?Z)?$")


@dataclass(frozen=True, slots=True)
class Piece:
    """Units from one keyframe to before the next, in sending order, `wall_ms` being when each was recorded.

    broken: something is missing before them. ends: something is missing after them, or nothing follows yet.
    """

    units: Sequence[AccessUnit]
    broken: bool = False
    ends: bool = False


class Archive(Protocol):
    """What a replay mount has recorded."""

    async def describe(self) -> StreamInfo:
        """Its tracks. Raises SourceError when there are none."""

    def span(self) -> tuple[int, int]:
        """The earliest and the newest time, UTC ms."""

    def pieces(self, start_ms: int, end_ms: int, *, backwards: bool) -> Iterator[Piece]:
        """What was recorded in [start_ms, end_ms), from the keyframe at or before the start; the last piece first when
        backwards. Asked piece by piece, as they are sent.
        """


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a PLAY asks for. rate: 0 for as fast as it goes; intra: keyframes only, no sound; sequence: of the PLAY."""

    start_ms: int
    end_ms: int
    rate: float
    backwards: bool
    intra: bool
    sequence: int


class ReplayMount(Mount):
    """A path at which an archive is replayed, to each client what it asks for."""

    def __init__(self, path: str, archive: Archive, users: Mapping[str, str]) -> None:
        super().__init__(path, _Still(archive), users)
        self._archive = archive
        self._wishes: dict[Player, _Wish] = {}
        self._replays: dict[Player, asyncio.Task[None]] = {}
        self._reached: dict[Player, int] = {}

    @property
    def options(self) -> set[str]:
        """What a client may require of it."""
        return {TAG}

    @property
    def watched(self) -> int:
        """How many clients it is replayed to."""
        return len(self._replays)

    def described(self, body: bytes) -> bytes:
        """With the span of time, and the name of each track (ONVIF Streaming Specification 6.2, 6.4)."""
        start_ms, end_ms = self._archive.span()
        said = f"a=range:clock={_written(start_ms)}-{_written(end_ms)}"
        lines = body.decode().replace("a=range:npt=now-", said).split("\r\n")
        found: list[str] = []
        count = {"video": 0, "audio": 0}
        for line in lines:
            found.append(line)
            kind = line[2:7] if line.startswith("m=") else ""
            if kind in count:
                count[kind] += 1
                found.append(f"a=x-onvif-track:{kind.upper()}{count[kind]:03}")
        return "\r\n".join(found).encode()

    def wish(self, player: Player, headers: Mapping[str, str]) -> dict[str, str]:
        """What a PLAY asks for, kept until `join`; the headers of its answer. Raises UnfitRange."""
        earliest, newest = self._archive.span()
        backwards = headers.get("scale", "1").startswith("-")
        start_ms, end_ms = self._range(player, headers.get("range", ""), earliest, newest, backwards)
        paced = headers.get("rate-control", "yes").lower() != "no"
        rate = min(16.0, max(0.1, abs(_number(headers.get("scale", "1"))))) if paced else 0.0
        intra = headers.get("frames", "").lower().startswith("intra")
        sequence = int(_number(headers.get("cseq", "0"))) & 0xFF
        self._wishes[player] = _Wish(start_ms, end_ms, rate, backwards, intra, sequence)
        said = (end_ms, start_ms) if backwards else (start_ms, end_ms)
        told = {"Range": f"clock={_written(said[0])}-{_written(said[1])}"}
        return told if paced else told | {"Rate-Control": "no"}

    def _range(self, player: Player, text: str, earliest: int, newest: int, backwards: bool) -> tuple[int, int]:
        """Start and end in UTC ms, start first; without a range it goes on where it was."""
        if not text:
            reached = self._reached.get(player)
            return (earliest, reached or newest) if backwards else (reached or earliest, newest)
        found = _CLOCK.match(text.strip())
        if found is None:
            raise UnfitRange("only clock ranges are served")
        first, second = (None if part is None else _read(part) for part in found.groups())
        low, high = (second, first) if backwards else (first, second)
        start_ms, end_ms = earliest if low is None else low, newest if high is None else high
        if start_ms >= end_ms or end_ms <= earliest or start_ms > newest:
            raise UnfitRange("nothing was recorded then")
        return start_ms, end_ms

    def join(self, player: Player) -> None:
        """The client plays what it wished for, from now on."""
        wish = self._wishes.pop(player, None)
        if wish is None:
            return
        self._cancel(player)
        task = asyncio.get_running_loop().create_task(self._replay(player, wish))
        self._replays[player] = task
        self._players.add(player)

    def leave(self, player: Player) -> None:
        """The client plays no longer; when it plays again without a range it goes on. Idempotent."""
        self._cancel(player)
        self._players.discard(player)

    def forget(self, player: Player) -> None:
        """The client's session is over."""
        self.leave(player)
        self._wishes.pop(player, None)
        self._reached.pop(player, None)

    def _cancel(self, player: Player) -> None:
        task = self._replays.pop(player, None)
        if task is not None:
            task.cancel()

    async def _replay(self, player: Player, wish: _Wish) -> None:
        info = await self.describe()
        makers = {track.index: packetiser(track) for track in info.tracks}
        video = info.video.index if info.video else -1
        pace = _Pace(wish)
        for piece in self._archive.pieces(wish.start_ms, wish.end_ms, backwards=wish.backwards):
            chosen = [one for one in piece.units if not wish.intra or (one.track == video and one.keyframe)]
            for number, unit in enumerate(chosen):
                flags = CLEAN if unit.keyframe and unit.track == video else 0
                flags |= BROKEN if number == 0 and (piece.broken or wish.backwards) else 0
                flags |= END if piece.ends and number == len(chosen) - 1 else 0
                await pace.until(unit.wall_ms)
                self._send(player, makers, unit, flags, wish.sequence)
                self._reached[player] = unit.wall_ms
            while player.waiting > MOST_WAITING:  # noqa: ASYNC110 - a transport tells nobody but its protocol
                await asyncio.sleep(_WAIT_S)
            await asyncio.sleep(0)
        player.say_goodbye()

    def _send(
        self, player: Player, makers: Mapping[int, Packetiser], unit: AccessUnit, flags: int, sequence: int
    ) -> None:
        try:
            payloads = makers[unit.track].payloads(unit)
        except UnsendableJpeg:
            return
        stamp = _stamp(unit.wall_ms, flags, sequence)
        size = sum(map(len, payloads))
        player.send([Parcel(unit.track, unit.pts, unit.wall_ms, unit.keyframe, payloads, size, stamp)])


class _Pace:
    """When each unit is due: at the time it was recorded, `rate` times as fast, or at once."""

    def __init__(self, wish: _Wish) -> None:
        self._wish = wish
        self._began = asyncio.get_running_loop().time()
        self._first: int | None = None

    async def until(self, wall_ms: int) -> None:
        """Return when it is due."""
        if not self._wish.rate:
            return
        if self._first is None:
            self._first = wall_ms
        due = self._began + abs(wall_ms - self._first) / 1000 / self._wish.rate
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))


class _Still:
    """An archive as a feed: it is described, and never sends by itself."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def describe(self) -> StreamInfo:
        return await self._archive.describe()

    def start(self, sink: PacketSink) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing to stop."""


def _stamp(wall_ms: int, flags: int, sequence: int) -> bytes:
    """The RTP header extension of a picture's first packet (ONVIF Streaming Specification 6.3)."""
    seconds, ms = divmod(wall_ms, 1000)
    return _EXTENSION.pack(0xABAC, 3, seconds + NTP_EPOCH_OFFSET, (ms << 32) // 1000, flags, sequence, 0)


def _written(ms: int) -> str:
    """RFC 2326 3.7."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y%m%dT%H%M%S") + f".{ms % 1000:03d}Z"


def _read(text: str) -> int:
    try:
        whole = datetime.strptime(text[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise UnfitRange(f"{text} is no time") from None
    return round((whole.timestamp() + _number("0" + text[15:-1])) * 1000)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
