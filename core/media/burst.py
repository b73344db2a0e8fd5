"""The burst a session opens with: many cameras first send, as fast as they can, the GOP they are in the middle of.

Its pictures are up to a GOP old when they arrive, and only the last of them tells by how much. So a live source keeps
its first units back until the burst is over, and then stamps them all by the one that waited least.
"""

from __future__ import annotations

QUIET_S = 0.2
LONGEST_S = 1.0
_TOLERANCE_S = 0.02


class OpeningBurst:
    """Media time that comes faster than real time is a burst; it is over when that has not been so for 0.2 s.

    A peer that goes on for a second is no camera; it is waited for no longer.
    """

    def __init__(self) -> None:
        self._began: float | None = None
        self._fell = 0.0
        self._least = float("inf")

    def goes_on(self, newest_s: float | None, now: float) -> bool:
        """Whether to wait still. newest_s: media time (any zero) of the newest picture, None before there is one;
        now: monotonic seconds. First asked when the first frame is there.
        """
        if self._began is None:
            self._began = self._fell = now
        if newest_s is not None and now - newest_s < self._least - _TOLERANCE_S:
            self._least, self._fell = now - newest_s, now
        return now - self._fell < QUIET_S and now - self._began < LONGEST_S
