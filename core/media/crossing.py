"""From a reading thread to the event loop: batches, bounded."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

from core.media.source import PacketSink
from core.media.units import AccessUnit, StreamInfo

log = logging.getLogger("eyrie.av")

MAX_BYTES = 16 * 1024 * 1024


class Crossing:
    """`put` and `finish` are the thread's, `close` the loop's.

    When the loop is late by more than MAX_BYTES, a reader that can wait does (`wait`: a file); a live one drops units
    up to the next video keyframe and counts them.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, sink: PacketSink, *, wait: bool) -> None:
        self.dropped = 0
        self._loop = loop
        self._sink = sink
        self._wait = wait
        self._room = threading.Condition()
        self._items: list[AccessUnit | StreamInfo] = []
        self._bytes = 0
        self._scheduled = False
        self._closed = False
        self._dropping = False
        self._video: set[int] = set()

    def put(self, item: AccessUnit | StreamInfo) -> None:
        """Send a unit, or the tracks from now on."""
        with self._room:
            if isinstance(item, StreamInfo):
                self._video = {track.index for track in item.tracks if track.is_video}
            elif not self._admit(item):
                return
            self._items.append(item)
            if self._scheduled or self._closed:
                return
            self._scheduled = True
        self._post(self._drain)

    def finish(self, then: Callable[[], object]) -> None:
        """Call `then` on the loop, after everything put so far."""
        self._post(self._drain)
        self._post(then)

    def close(self) -> None:
        """Nothing reaches the sink any more, and the thread is not kept waiting."""
        with self._room:
            self._closed = True
            self._items = []
            self._room.notify_all()

    def _admit(self, unit: AccessUnit) -> bool:
        while self._wait and self._bytes > MAX_BYTES and not self._closed:
            self._room.wait()
        if self._closed:
            return False
        if self._bytes > MAX_BYTES and not self._dropping:
            self._dropping = True
            log.warning("the event loop is late; dropping up to the next keyframe")
        if self._dropping:
            if self._bytes > MAX_BYTES // 2 or unit.track not in self._video or not unit.keyframe:
                self.dropped += 1
                return False
            self._dropping = False
        self._bytes += len(unit.data)
        return True

    def _post(self, call: Callable[[], object]) -> None:
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:  # the loop is gone, and everybody who listened with it
            self.close()

    def _drain(self) -> None:
        with self._room:
            items, self._items = self._items, []
            self._bytes, self._scheduled = 0, False
            self._room.notify_all()
            if self._closed:
                return
        units: list[AccessUnit] = []
        for item in items:
            if isinstance(item, AccessUnit):
                units.append(item)
                continue
            if units:
                self._sink.on_units(units)
                units = []
            self._sink.on_stream(item)
        if units:
            self._sink.on_units(units)
