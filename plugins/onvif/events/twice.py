"""A device may tell an event twice: by its pull point, and inside its metadata streams (tt:Event; Streaming 5.1.2.1.1)
of several cameras.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import TypeVar

from core.api import Clock
from plugins.onvif.events.keeping import INITIALIZED
from plugins.onvif.events.notices import Notice

MOST = 1000
LATE_S = 15.0
"""So much later than the stream a pull point may tell the same."""
V = TypeVar("V")


class Sieve:
    """Of one device: lets each notification through once. Used by one thread.

    What the pull point tells of a topic is taken while it is well, and nothing of that topic from streams: states of
    both would cross each other. Before the pull point has told of a topic, what it repeats is dropped. Several cameras'
    streams may carry the same: that has the same time by the device's clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pulled: set[str] = set()
        self._streamed: OrderedDict[Hashable, tuple[int, float]] = OrderedDict()  # to the camera, and when
        self._unmatched: OrderedDict[Hashable, list[float]] = OrderedDict()  # when streams told what was not pulled yet

    def pulled(self, notice: Notice) -> bool:
        """Whether this of the pull point is news. What it tells when it begins always is: it confirms what goes on."""
        if len(self._pulled) < MOST:
            self._pulled.add(notice.topic)
        told = self._unmatched.get(_content(notice), [])
        while told:
            if self._clock.monotonic() - told.pop(0) < LATE_S:
                return notice.operation.lower() == INITIALIZED
        return True

    def streamed(self, notice: Notice, camera_id: int, *, pulling: bool) -> bool:
        """Whether this of a camera's stream is news. pulling: the device's pull point is well."""
        if pulling and notice.topic in self._pulled:
            return False
        now, content = self._clock.monotonic(), _content(notice)
        camera, at = self._streamed.get((content, notice.utc), (camera_id, now))
        if camera != camera_id and now - at < LATE_S:
            return False
        _keep(self._streamed, (content, notice.utc), (camera_id, now))
        if pulling:
            _keep(self._unmatched, content, [*self._unmatched.get(content, [])[-9:], now])
        return True


def _content(notice: Notice) -> Hashable:
    parts = (notice.source, notice.key, notice.data)
    return notice.topic, *(tuple(sorted(part.items())) for part in parts)


def _keep(kept: OrderedDict[Hashable, V], key: Hashable, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > MOST:
        kept.popitem(last=False)
