"""The bounded queue in front of whoever takes live messages: one that is slow misses pictures up to a keyframe."""

from __future__ import annotations

import asyncio
from collections import deque

from core.recorder.protocol import LiveMessage, MediaFlag

NEVER = 1 << 62


class WatchEnded(Exception):
    """A watch, or a request for a picture, is over; the message is one sentence why.

    missing: the camera offers no such stream, so asking again is pointless.
    """

    def __init__(self, reason: str, *, missing: bool = False) -> None:
        super().__init__(reason)
        self.missing = missing


class Waiting:
    """Live messages for one taker, on one event loop.

    most: bytes that may wait; above, all that waits is skipped up to the next keyframe. most_behind_ms: of the stream
    that may wait when a keyframe comes; what is further behind is skipped, so that a slow taker stays near the present.
    """

    def __init__(self, most: int, most_behind_ms: int = NEVER) -> None:
        self._most = most
        self._most_behind_ms = most_behind_ms
        self._messages: deque[LiveMessage] = deque()
        self._bytes = 0
        self._need_key = False
        self._ended: WatchEnded | None = None
        self._ready = asyncio.Event()

    def put(self, message: LiveMessage) -> None:
        """Take a message, or drop it."""
        if self._bytes > self._most or (
            MediaFlag.KEY in message.flags and self._behind_ms(message) > self._most_behind_ms
        ):
            self._drop_fragments()
        if self._need_key and not message.flags:
            return
        self._need_key = False
        self._messages.append(message)
        self._bytes += len(message.data)
        self._ready.set()

    def end(self, reason: str, *, missing: bool = False) -> None:
        """Nothing more will come."""
        self._ended = WatchEnded(reason, missing=missing)
        self._ready.set()

    async def next(self) -> LiveMessage:
        """The next message. Raises WatchEnded."""
        while not self._messages:
            if self._ended is not None:
                raise self._ended
            self._ready.clear()
            await self._ready.wait()
        message = self._messages.popleft()
        self._bytes -= len(message.data)
        return message

    def rest(self) -> list[LiveMessage]:
        """All that waits."""
        found = list(self._messages)
        self._messages.clear()
        self._bytes = 0
        return found

    def _behind_ms(self, newest: LiveMessage) -> int:
        oldest = next((message for message in self._messages if message.wall_ms), newest)
        return newest.wall_ms - oldest.wall_ms

    def _drop_fragments(self) -> None:
        """Keep the newest initialization segment alone: without it nothing that follows could be shown."""
        kept = [message for message in self._messages if MediaFlag.INIT in message.flags][-1:]
        self._messages = deque(kept)
        self._bytes = sum(len(message.data) for message in kept)
        self._need_key = True
