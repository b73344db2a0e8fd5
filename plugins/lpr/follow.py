"""Following plates from picture to picture, so that a vehicle is told of once and all looks at it are counted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from plugins.lpr.alike import distance, folded
from plugins.lpr.vote import Ballot, Outcome, vote

GONE_MS = 2000
"""A plate that was not seen for so long has left."""
MOST_BALLOTS = 60
OVERLAP = 0.1
REACH = 0.35
"""How far, in shares of the picture's diagonal, a plate that is read again may have gone between two looks."""
STIRRED = 0.6
"""A plate has moved when its centre went so many of its heights, or its size changed by a quarter."""
GREW = 1.25

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A plate in one picture. box: left, top, width, height; height: of its text; both as fractions of the picture
    (height of the picture's width, so that shapes stay as they are); raw, region: as in `reading.Plate`.
    """

    text: str
    raw: str
    confidence: float
    box: Box
    height: float


@dataclass(frozen=True, slots=True)
class Point:
    """Where a plate's centre was, and how high its text: fractions of the picture, UTC ms."""

    at_ms: int
    x: float
    y: float
    height: float


@dataclass(slots=True)
class Followed:
    """One plate as it moves. told: whether it has been reported."""

    id: int
    newest: Sighting
    points: list[Point] = field(default_factory=list)
    ballots: list[Ballot] = field(default_factory=list)
    best: Sighting | None = None
    told: bool = False

    def add(self, at_ms: int, seen: Sighting) -> None:
        """Another look at it."""
        left, top, width, height = seen.box
        self.newest = seen
        self.points.append(Point(at_ms, left + width / 2, top + height / 2, seen.height))
        self.ballots.append(Ballot(seen.text, seen.confidence))
        if self.best is None or seen.confidence > self.best.confidence:
            self.best = seen
        if len(self.ballots) > MOST_BALLOTS:  # a vehicle that stands: its first looks tell how it came
            del self.ballots[1], self.points[MOST_BALLOTS // 2]

    @property
    def outcome(self) -> Outcome:
        """What it says so far."""
        return vote(self.ballots)

    @property
    def moved(self) -> bool:
        """Whether it went somewhere since it was first seen."""
        first = self.points[0]
        return any(
            math.hypot(point.x - first.x, point.y - first.y) > STIRRED * first.height
            or not 1 / GREW < point.height / first.height < GREW
            for point in self.points[1:]
        )


class Follower:
    """Gives sightings of one camera to the plates they are of."""

    def __init__(self) -> None:
        self._followed: list[Followed] = []
        self._next = 1

    def update(self, at_ms: int, sightings: Sequence[Sighting]) -> tuple[list[Followed], list[Followed]]:
        """The plates of this moment in the order of their sightings, and those that have left since the last time."""
        gone = [one for one in self._followed if not 0 <= at_ms - one.points[-1].at_ms <= GONE_MS]
        free = [one for one in self._followed if one not in gone]
        present = []
        for seen in sightings:
            one = _fitting(free, seen)
            if one is None:
                one = Followed(self._next, seen)
                self._next += 1
            else:
                free.remove(one)
            one.add(at_ms, seen)
            present.append(one)
        self._followed = present + free
        return present, gone


def _fitting(free: Iterable[Followed], seen: Sighting) -> Followed | None:
    """The plate a sighting is of: the same place, or nearly the same text not far away."""

    def fit(one: Followed) -> float:
        apart = distance(folded(seen.text), folded(one.newest.text), 3)
        near = overlap(seen.box, one.newest.box)
        far = math.hypot(*(a - b for a, b in zip(seen.box[:2], one.newest.box[:2], strict=True)))
        if apart is not None and apart <= 1 and far < REACH:
            return 3 - apart - far
        return near if near > OVERLAP and apart is not None else 0.0

    best = max(free, key=fit, default=None)
    return best if best is not None and fit(best) > 0 else None


def overlap(one: Box, other: Box) -> float:
    """Area that two boxes share over the area that both cover (IoU)."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    shared = across * down
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)
