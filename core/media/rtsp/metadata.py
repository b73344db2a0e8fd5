"""A camera's metadata track over RTSP: XML documents beside the pictures (ONVIF Streaming Specification, 5.1.2.1)."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncGenerator
from contextlib import closing
from dataclasses import dataclass

from core.media.rtsp.receiver import NotRtp, unwrapped
from core.media.rtsp.sdp import Media
from core.media.rtsp.session import Target, converse
from core.media.source import Fault, SourceError

MOST_BYTES = 1 << 20
"""Of one document; a longer one is passed over."""
MOST_WAITING = 32
"""Documents that wait for their reader; then the oldest are dropped, for they are about what is over."""
SILENT_S = 60.0
"""Without a word for so long the track counts as dead: cameras send an empty frame now and then."""
_RTP = struct.Struct(">BBHI")


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What the session sets up."""

    media: Media


class Documents:
    """Puts packets together: the marker ends a document (5.1.2.1.1), and so does another time stamp."""

    def __init__(self, payload_type: int) -> None:
        self.whole: asyncio.Queue[bytes] = asyncio.Queue()
        self._payload_type = payload_type
        self._parts = bytearray()
        self._stamp: int | None = None
        self._broken = False
        self._expected = -1

    def packet(self, data: bytes, start: int, end: int) -> None:
        """Take the RTP packet `data[start:end]`. Raises NotRtp."""
        if end - start < 12:
            raise NotRtp
        first, second, sequence, stamp = _RTP.unpack_from(data, start)
        if first & 0xC0 != 0x80:
            raise NotRtp
        if second & 0x7F != self._payload_type:
            return
        start, end = unwrapped(first, data, start + 12, end)
        if self._stamp is not None and stamp != self._stamp and self._parts:
            self._finish()
        if self._expected >= 0 and sequence != self._expected:
            self._broken = self._broken or bool(self._parts)
        self._stamp, self._expected = stamp, sequence + 1 & 0xFFFF
        self._parts += data[start:end]
        self._broken = self._broken or len(self._parts) > MOST_BYTES
        if self._broken:
            self._parts.clear()
        if second > 127:
            self._finish()

    def _finish(self) -> None:
        if self._parts and not self._broken:
            if self.whole.qsize() >= MOST_WAITING:
                self.whole.get_nowait()
            self.whole.put_nowait(bytes(self._parts))
        self._parts.clear()
        self._broken = False


async def documents(target: Target, *, step: float = 5.0, silent: float = SILENT_S) -> AsyncGenerator[bytes, None]:
    """The metadata of a stream, document by document, without its pictures. step: seconds for each answer.

    Ends by raising SourceError: when the stream has no such track (Fault.PATH), when it ends, or is silent for long.
    """
    session, description = await converse(target, step)
    with closing(session.connection):
        media = next((one for one in description.media if one.encoding == "VND.ONVIF.METADATA"), None)
        if media is None:
            raise SourceError(Fault.PATH, f"{target.peer.host} sends no metadata with this stream.")
        chosen = [_Chosen(media)]
        [(channel, _)] = await session.setup(chosen)
        found = Documents(media.payload_type)
        session.connection.channels[channel] = found.packet
        await session.play(chosen)
        alive = asyncio.create_task(session.stay_alive())
        try:
            while True:
                yield await _next(found, session.connection.ended, silent, target.peer.host)
        finally:
            alive.cancel()
            await asyncio.gather(alive, return_exceptions=True)
            session.teardown()


async def _next(found: Documents, ended: asyncio.Future[SourceError], silent: float, host: str) -> bytes:
    news = asyncio.ensure_future(found.whole.get())
    done, _ = await asyncio.wait((news, ended), timeout=silent, return_when=asyncio.FIRST_COMPLETED)
    if news in done:
        return news.result()
    news.cancel()
    if ended in done:
        raise ended.result()
    raise SourceError(Fault.TIMEOUT, f"{host} has sent no metadata for {silent:g} s.")
