"""The newest pictures of a stream, from a keyframe on: what a viewer is shown first, and what lies before an event."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice

from core.media.units import AccessUnit

MOST_BYTES = 3 * 1024 * 1024


class GopBuffer:
    """Keeps the units since the last keyframe, and whole groups before it that reach back `seconds`.

    Bounded: above `most` bytes the oldest groups go; when the newest alone is larger, only its keyframe stays, and
    `units` is empty until the next one.
    """

    def __init__(self, video: int, *, seconds: float = 0.0, most: int = MOST_BYTES) -> None:
        self._video = video
        self.reach(seconds)
        self._most = most
        self._groups: deque[list[AccessUnit]] = deque()
        self._bytes: deque[int] = deque()
        self._total = 0
        self.keyframe: AccessUnit | None = None

    def reach(self, seconds: float) -> None:
        """Reach back so far from now on."""
        self._reach_ms = int(seconds * 1000)

    def add(self, units: Sequence[AccessUnit]) -> None:
        """Take a batch of the stream."""
        for unit in units:
            if unit.keyframe and unit.track == self._video:
                self.keyframe = unit
                self._groups.append([unit])
                self._bytes.append(0)
                self._trim(unit.wall_ms)
            elif self._groups:
                self._groups[-1].append(unit)
            else:
                continue
            self._bytes[-1] += len(unit.data)
            self._total += len(unit.data)
        while self._total > self._most:
            self._drop()

    def units(self) -> list[AccessUnit]:
        """What is kept, beginning with a keyframe."""
        return [unit for group in self._groups for unit in group]

    def since(self, wall_ms: int) -> list[AccessUnit]:
        """What is kept from a moment on, beginning with the keyframe at or before it; the newest group at least."""
        first = max(len(self._groups) - 1, 0)
        while first and self._groups[first][0].wall_ms > wall_ms:
            first -= 1
        return [unit for group in islice(self._groups, first, None) for unit in group]

    def clear(self) -> None:
        """The stream has ended."""
        self._groups.clear()
        self._bytes.clear()
        self._total = 0
        self.keyframe = None

    def _trim(self, now_ms: int) -> None:
        while len(self._groups) > 1 and now_ms - self._groups[1][0].wall_ms >= self._reach_ms:
            self._drop()

    def _drop(self) -> None:
        self._groups.popleft()
        self._total -= self._bytes.popleft()
