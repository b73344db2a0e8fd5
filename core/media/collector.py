"""A sink that keeps what a source sends, for as long as somebody looks: probes and tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from core.media.source import SourceError
from core.media.units import AccessUnit, StreamInfo

MAX_BYTES = 64 * 1024 * 1024


class Collector:
    """Keeps stream infos and units up to MAX_BYTES of data; what comes later is counted in `left_out`."""

    def __init__(self) -> None:
        self.infos: list[StreamInfo] = []
        self.units: list[AccessUnit] = []
        self.left_out = 0
        self.ended = False
        self.error: SourceError | None = None
        self._bytes = 0
        self._news = asyncio.Event()

    @property
    def info(self) -> StreamInfo | None:
        """The tracks as they are now."""
        return self.infos[-1] if self.infos else None

    def on_stream(self, info: StreamInfo) -> None:
        """See PacketSink."""
        self.infos.append(info)
        self._news.set()

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        """See PacketSink."""
        for unit in units:
            if self._bytes > MAX_BYTES:
                self.left_out += 1
                continue
            self._bytes += len(unit.data)
            self.units.append(unit)
        self._news.set()

    def on_end(self, error: SourceError | None) -> None:
        """See PacketSink."""
        self.ended, self.error = True, error
        self._news.set()

    def of(self, track: int) -> list[AccessUnit]:
        """The units of one track."""
        return [unit for unit in self.units if unit.track == track]

    async def until(self, enough: Callable[[], bool]) -> bool:
        """Wait until `enough()` holds, looked at with every batch, or the source has ended; returns whether it does."""
        while not enough():
            if self.ended:
                return False
            self._news.clear()
            await self._news.wait()
        return True
