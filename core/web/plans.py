"""Plans of recorded ranges that are kept while a player asks for their bytes piece by piece.

Planning a long range reads and lays out its whole fragment index. It must also not be done anew in the middle of a
file whose last segment is still being written: the head tells the duration, so every byte would move. What is written
is only ever added to, so a plan stays readable until a segment of it is deleted.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from core.media.clock import Clock, SystemClock
from core.media.mp4.assemble import VirtualMp4
from core.recording.reading import Place

KEPT = 8
"""Plans: about 2 MB each at most (24 hours)."""

PINNED_SECONDS = 60.0
"""Since a player's last request."""

Asked = tuple[int, int, int, int, bool]
"""Camera, stream, start_ms, end_ms, without sound."""


@dataclass(frozen=True, slots=True)
class Continuing:
    """What a request says of the file it has the beginning of. etag: its If-Range tag, unquoted; empty without one."""

    etag: str = ""


@dataclass(slots=True)
class Plan:
    """A planned file. extents: id to recorded bytes of each segment in the range, when it was planned.

    first: where its first fragment lies, and at which byte there.
    """

    file: VirtualMp4[Place]
    etag: str
    extents: Mapping[int, int]
    first: tuple[Place, int]
    used: float = 0.0

    def is_whole(self, extents: Mapping[int, int]) -> bool:
        """Whether everything it is made of is still there."""
        return all(extents.get(segment, -1) >= size for segment, size in self.extents.items())


class Plans:
    """The last few plans of this process, for any thread."""

    def __init__(self, clock: Clock | None = None, kept: int = KEPT) -> None:
        self._clock = clock or SystemClock()
        self._kept = kept
        self._lock = threading.Lock()
        self._plans: OrderedDict[tuple[Asked, str], Plan] = OrderedDict()  # least recently used first

    def find(self, asked: Asked, extents: Mapping[int, int], continuing: Continuing | None) -> Plan | None:
        """A kept plan for a request; extents: those of the range now.

        A request that begins (continuing None) gets the range as it is recorded now. One that continues gets the file
        whose tag it names; naming none, the one that was last asked for within PINNED_SECONDS.
        """
        with self._lock:
            now = self._clock.monotonic()
            found = self._whole(asked, extents)
            fitting = [plan for plan in found if continuing and plan.etag == continuing.etag]
            if continuing and not continuing.etag:
                fitting += [plan for plan in found if now - plan.used <= PINNED_SECONDS]
            fitting += [plan for plan in found if plan.extents == extents]
            if not fitting:
                return None
            fitting[0].used = now
            self._plans.move_to_end((asked, fitting[0].etag))
            return fitting[0]

    def keep(self, asked: Asked, plan: Plan) -> None:
        """Keep a new plan; the one that was not used for the longest time makes room."""
        with self._lock:
            plan.used = self._clock.monotonic()
            self._plans[asked, plan.etag] = plan
            self._plans.move_to_end((asked, plan.etag))
            while len(self._plans) > self._kept:
                self._plans.popitem(last=False)

    def _whole(self, asked: Asked, extents: Mapping[int, int]) -> list[Plan]:
        """The plans of a range, last used first; those that lost a segment are forgotten."""
        found = []
        for key in [key for key in reversed(self._plans) if key[0] == asked]:
            if self._plans[key].is_whole(extents):
                found.append(self._plans[key])
            else:
                del self._plans[key]
        return found
