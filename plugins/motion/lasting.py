"""Which shapes last: an object is seen about where it was before, rain and noise are somewhere else each time."""

from __future__ import annotations

from dataclasses import dataclass

from plugins.motion.shapes import Shape

LOOKS = 3
"""A shape counts when it was seen so often."""
_REACH = 0.5
"""How far an object gets between two looks, in its own size …"""
_REACH_PIXELS = 3
"""… and beside that, for small ones."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A shape and how often it was seen before and now. since_ms: when first, UTC ms."""

    shape: Shape
    times: int
    since_ms: int

    @property
    def lasting(self) -> bool:
        """Whether it is an object."""
        return self.times >= LOOKS


class Memory:
    """The shapes of the last two looks of one camera."""

    def __init__(self) -> None:
        self._before: list[list[Seen]] = [[], []]

    def seen(self, shapes: list[Shape], wall_ms: int) -> list[Seen]:
        """The shapes of a look with what is known of them. Streaks count against an object, not for it."""
        now = [self._known(shape, wall_ms) for shape in shapes]
        self._before = [self._before[1], now]
        return now

    def _known(self, shape: Shape, wall_ms: int) -> Seen:
        earlier = [one for look in self._before for one in look if _may_be(one.shape, shape)]
        times = max((one.times for one in earlier), default=0)
        since = min((one.since_ms for one in earlier), default=wall_ms)
        return Seen(shape, times + 1 if shape.thick else max(times - 1, 0), since)


def _may_be(before: Shape, now: Shape) -> bool:
    """Whether a shape may be the one that was there before."""
    across = now.width * _REACH + _REACH_PIXELS
    down = now.height * _REACH + _REACH_PIXELS
    return (
        now.left - across < before.left + before.width
        and before.left < now.left + now.width + across
        and now.top - down < before.top + before.height
        and before.top < now.top + now.height + down
    )
