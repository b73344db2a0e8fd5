"""What cameras keep themselves, on a card or a disk: what a driver offers of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.media.units import AccessUnit, StreamInfo


@dataclass(frozen=True, slots=True)
class EdgeStretch:
    """A time of which a camera keeps pictures. token: the driver's own name of where; times in UTC ms."""

    token: str
    start_ms: int
    end_ms: int


class Edge(Protocol):
    """One camera's recordings of its own. Both raise core.api.SourceError, and are called on one event loop."""

    async def holdings(self, start_ms: int, end_ms: int) -> Sequence[EdgeStretch]:
        """What it keeps of [start_ms, end_ms), by time, within some seconds. Stretches may reach beyond the range."""

    def fetch(
        self, stretch: EdgeStretch, start_ms: int, end_ms: int
    ) -> AsyncGenerator[StreamInfo | Sequence[AccessUnit], None]:
        """What a stretch holds of [start_ms, end_ms): tracks, then batches of units whose `wall_ms` says when each was
        recorded, as fast as the camera can; then it ends. It may begin with a keyframe before the start. While nobody
        asks for the next part, nothing more must be read, so that little waits in memory.
        """
