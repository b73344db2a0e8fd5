"""Where something to be covered was between two looks: boxes of the looks linked, held where a look missed it.

All errors are to the side of covering too much: the way from one box to the next is covered whole, and each box with a
margin. Pure.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

Box = tuple[float, float, float, float]
"""Left, top, width, height, as fractions of the picture."""

HELD_MS = 1200
"""What is no longer found is covered so much longer, where it was: a look may miss it."""
EARLIER_MS = 500
"""What is found may have been there so long before: turned away, or larger looks had missed it."""
MARGIN = 0.3
"""Of a box's size, on each side: a detector's box is the face, not the head."""
LOOSE = 0.8
"""The margin before the first and after the last look that found it: it moves on unseen."""
REACH = 1.5
"""How far, in sizes of a box, the same thing may go from one look to the next."""


@dataclass(slots=True)
class _Trail:
    times: list[int] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)

    def at(self, ms: int) -> list[Box]:
        """What of it is covered at a time: the boxes before and after, as one where it moved between them."""
        if not self.times[0] - EARLIER_MS <= ms <= self.times[-1] + HELD_MS:
            return []
        if ms < self.times[0]:
            return [_grown(self.boxes[0], LOOSE)]
        if ms > self.times[-1]:
            return [_grown(self.boxes[-1], LOOSE)]
        after = bisect_left(self.times, ms)
        return [_grown(_hull(self.boxes[max(after - 1, 0)], self.boxes[after]), MARGIN)]


class Trails:
    """The boxes of one redactor over the media time of one file; what is long over is forgotten."""

    def __init__(self) -> None:
        self._trails: list[_Trail] = []

    def add(self, ms: int, boxes: Sequence[Box]) -> None:
        """What a look found. Looks come in order."""
        self._trails = [one for one in self._trails if one.times[-1] + 2 * HELD_MS >= ms]
        free = [one for one in self._trails if one.times[-1] + HELD_MS >= ms]
        for box in boxes:
            trail = min(free, key=lambda one: _apart(one.boxes[-1], box), default=None)
            if trail is None or _apart(trail.boxes[-1], box) > REACH:
                trail = _Trail()
                self._trails.append(trail)
            else:
                free.remove(trail)
            trail.times.append(ms)
            trail.boxes.append(box)

    def at(self, ms: int) -> list[Box]:
        """What is to be covered at a time, with its margin, cut at the picture's edges."""
        return [box for trail in self._trails for box in trail.at(ms)]


def _apart(one: Box, other: Box) -> float:
    """The distance of two boxes' middles, in the larger one's size in that direction."""
    across = abs(one[0] + one[2] / 2 - other[0] - other[2] / 2) / max(one[2], other[2], 1e-6)
    down = abs(one[1] + one[3] / 2 - other[1] - other[3] / 2) / max(one[3], other[3], 1e-6)
    return max(across, down)


def _hull(one: Box, other: Box) -> Box:
    left, top = min(one[0], other[0]), min(one[1], other[1])
    right, bottom = max(one[0] + one[2], other[0] + other[2]), max(one[1] + one[3], other[1] + other[3])
    return left, top, right - left, bottom - top


def _grown(box: Box, margin: float) -> Box:
    left, top = max(box[0] - margin * box[2], 0.0), max(box[1] - margin * box[3], 0.0)
    right = min(box[0] + (1 + margin) * box[2], 1.0)
    bottom = min(box[1] + (1 + margin) * box[3], 1.0)
    return left, top, max(right - left, 0.0), max(bottom - top, 0.0)
